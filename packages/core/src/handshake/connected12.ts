/** What a completed TLS 1.2 handshake leaves behind, either role: exporter, PRF, channel bindings, renegotiation. */
import { concat, copyBytes, noBytes, wipe } from '../bytes.js'
import type { RenegotiationConfig } from '../config.js'
import type { CipherSuite12, Random } from '../crypto/provider.js'
import type { ExportedConnection, ExportedKeys } from '../exported.js'
import { Fault } from '../fault.js'
import type { Settings } from '../options.js'
import type { ConnectionInfo } from '../output.js'
import {
  cutter,
  type DirectionKeys,
  exportKeyingMaterial12,
  keyBlock,
  mainSecretLength,
  prf,
  type Randoms,
  recordKeys,
  verifyDataLength,
} from '../schedule/tls12.js'
import { alert } from '../wire/registry.js'
import type { VerifiedPeer } from './authenticate.js'
import type { Connected, Context, RenegotiateOptions, State, Step } from './context.js'

/** HelloRequests, and ClientHellos that are refused, without data between them. */
const maxRequests = 8

/** What the handshake itself has from the PRF. */
const reservedLabels: ReadonlySet<string> = new Set([
  'client finished',
  'server finished',
  'master secret',
  'extended master secret',
  'key expansion',
])

/** What one handshake has agreed on. */
export interface Agreed12 {
  readonly info: ConnectionInfo
  readonly suite: CipherSuite12
  readonly secret: Uint8Array
  readonly randoms: Randoms
  /** The verify_data of either Finished (RFC 5746 3.1). */
  readonly finished: { readonly client: Uint8Array; readonly server: Uint8Array }
  /** Which Finished came first: its verify_data is tls-unique (RFC 5929 section 3). */
  readonly first: 'client' | 'server'
  readonly peer: VerifiedPeer | undefined
}

/** What a role adds. */
export interface Role12 {
  readonly endPoint: () => Uint8Array | undefined
  /** Begins a handshake on this connection. */
  readonly begin: (options: RenegotiateOptions) => (context: Context) => Step
  /** The state in which nothing is under way. */
  readonly idle: () => State
}

/** What a role puts out behind `established` and `renegotiated`. */
export type Announce = (context: Context) => void

export class Connected12 implements Connected {
  readonly updatesKeys = false
  readonly #renegotiation: RenegotiationConfig | undefined
  #agreed: Agreed12
  #role: Role12
  /** It knows the whole handshake, which goes with it. */
  #announce: Announce | undefined
  #requests = 0
  /** We asked for a renegotiation, which has not begun. */
  #asked = false
  #encryptedThenMac: boolean
  /** Monotonic ms of the renegotiations that the peer started. */
  #started: number[] = []

  constructor(
    agreed: Agreed12,
    role: Role12,
    { renegotiation }: Settings['config'],
    announce?: Announce,
  ) {
    this.#agreed = agreed
    this.#role = role
    this.#announce = announce
    this.#renegotiation = renegotiation
    this.#encryptedThenMac = agreed.info.tls12?.encryptThenMac === true
  }

  get info(): ConnectionInfo {
    return this.#agreed.info
  }

  get peer(): VerifiedPeer | undefined {
    return this.#agreed.peer
  }

  get peerExpires(): number | undefined {
    return this.#agreed.peer?.expires
  }

  get finished(): Agreed12['finished'] {
    return this.#agreed.finished
  }

  get secureRenegotiation(): boolean {
    return this.info.tls12?.secureRenegotiation === true
  }

  /** RFC 7366 3.1: a connection that once had it does not go back to MAC-then-encrypt, not by way of an AEAD either. */
  get encryptedThenMac(): boolean {
    return this.#encryptedThenMac
  }

  /** RFC 7627: what this handshake comes to is bound to it, and cannot be the same on another connection. */
  get #isBound(): boolean {
    return this.info.tls12?.extendedMainSecret === true
  }

  /**
   * RFC 5746, RFC 7627 5.4: without the extended main secret, the verify_data of a resumption may be the same on another
   * connection, and a renegotiation would not tell the two apart.
   */
  get #canRenegotiate(): boolean {
    return this.secureRenegotiation && (this.#isBound || !this.info.resumed)
  }

  /** @throws {Fault} where a renegotiation settles on another protocol, or has other bonds to this handshake (RFC 7627). */
  demandSame(alpn: string | undefined, extendedMainSecret: boolean): void {
    if (alpn !== this.info.alpn)
      throw new Fault('changedInRenegotiation', 'another application protocol')
    if (extendedMainSecret !== this.info.tls12?.extendedMainSecret)
      throw new Fault(
        'changedInRenegotiation',
        `extended_main_secret is ${extendedMainSecret ? 'new' : 'gone'}`,
      )
  }

  /** A renegotiation is complete. */
  replace(agreed: Agreed12, role: Role12, context: Context, announce?: Announce): State {
    wipe(this.#agreed.secret)
    this.#agreed = agreed
    this.#role = role
    this.#encryptedThenMac ||= agreed.info.tls12?.encryptThenMac === true
    this.#asked = false
    this.#requests = 0
    context.holdData(false)
    context.emit({ kind: 'renegotiated', info: agreed.info })
    announce?.(context)
    return role.idle()
  }

  established(context: Context): void {
    this.#announce?.(context)
    this.#announce = undefined
  }

  renegotiate(options: RenegotiateOptions): (context: Context) => Step {
    if (this.#renegotiation === undefined)
      throw new Error('renegotiate: the configuration has no renegotiation')
    if (!this.secureRenegotiation)
      throw new Error('renegotiate: the peer has no renegotiation_info (RFC 5746)')
    if (!this.#canRenegotiate)
      throw new Error(
        'renegotiate: the session was resumed without the extended main secret (RFC 7627 5.4)',
      )
    // RFC 5246 7.4.1.1: a HelloRequest is not repeated before the handshake that it asks for.
    if (this.#asked) throw new Error('renegotiate: the client was asked already')
    const begin = this.#role.begin(options)
    return (context) => {
      this.#asked = true
      return begin(context)
    }
  }

  /** The peer starts one. False: it was told that we do not want to. @throws {Fault} where it is too much. */
  peerStarts(context: Context): boolean {
    this.helloRequestReceived()
    const asked = this.#asked
    this.#asked = false
    const { peerMayStart, limit = 3, window = 600_000 } = this.#renegotiation ?? {}
    if (!this.#canRenegotiate || !(asked || peerMayStart === true)) {
      context.warn(alert.noRenegotiation)
      return false
    }
    if (asked) return true
    const now = context.time.monotonic
    this.#started = this.#started.filter((time) => time > now - window)
    this.#started.push(now)
    if (this.#started.length > limit)
      throw new Fault('tooManyRenegotiations', `${this.#started.length} within ${window} ms`)
    return true
  }

  /** @throws {Fault} */
  helloRequestReceived(): void {
    this.#requests++
    if (this.#requests > maxRequests)
      throw new Fault('tooManyRequests', `${this.#requests} without data between them`)
  }

  /** Our hello goes out. RFC 5246 6.2.1 has peers take data in the midst of a handshake; many end the connection for it. */
  holdData(context: Context): void {
    context.holdData(this.#renegotiation?.sendMeanwhile !== true)
  }

  /**
   * The peer does not want to renegotiate; all stays as it was.
   * @param begun it is a client's ClientHello that is refused, whoever asked for it.
   */
  refused(context: Context, begun = false): State | undefined {
    if (!this.#asked && !begun) return undefined
    context.holdData(false)
    if (this.#asked) context.emit({ kind: 'renegotiationRefused' })
    this.#asked = false
    return this.#role.idle()
  }

  exporter(label: string, context: Uint8Array | undefined, length: number): Uint8Array {
    // RFC 7627 5.4: somebody between the two can have the same on two connections.
    if (!this.#isBound)
      throw new Error(
        'exporter: this connection has no extended main secret, without which it may export what another one does (RFC 7627 5.4)',
      )
    if (reservedLabels.has(label))
      throw new RangeError(`exporter: the label "${label}" is TLS's own (RFC 5705 section 6)`)
    const { suite, secret, randoms } = this.#agreed
    return exportKeyingMaterial12(suite.hash, secret, randoms, label, context, length)
  }

  prf(secret: Uint8Array | undefined, label: string, seed: Uint8Array, length: number): Uint8Array {
    const { suite } = this.#agreed
    return prf(suite.hash, secret ?? this.#agreed.secret, label, seed, length)
  }

  updateKeys(): void {
    // The connection refuses before, and no key of TLS 1.2 wears out.
    throw new Fault('internalError', 'TLS 1.2 has no KeyUpdate')
  }

  settle(): void {
    // Nothing is due by itself.
  }

  beforeData(): void {
    // Nothing goes before data.
  }

  dataReceived(): void {
    this.#requests = 0
  }

  requestClientCertificate(): never {
    throw new Error(
      "requestClientCertificate: in TLS 1.2, call renegotiate({ clientAuthentication: 'require' })",
    )
  }

  channelBinding(
    type: 'tls-exporter' | 'tls-server-end-point' | 'tls-unique',
  ): Uint8Array | undefined {
    if (type === 'tls-server-end-point') return this.#role.endPoint()
    // Without it, both can be the same on two connections (RFC 7627 section 1, RFC 9266 section 3).
    if (!this.#isBound) return undefined
    if (type === 'tls-exporter') return this.exporter('EXPORTER-Channel-Binding', noBytes, 32)
    const { finished, first } = this.#agreed
    return copyBytes(finished[first])
  }

  exportKeys(): ExportedKeys {
    // What was asked for, and of whom, would be forgotten.
    if (this.#asked) throw new Error('export: the client was asked to renegotiate')
    const { suite, secret, randoms, finished, first } = this.#agreed
    const { client, server } = keyBlock(suite, secret, randoms)
    const isClient = this.info.role === 'client'
    const [read, write] = isClient ? [server, client] : [client, server]
    return {
      read: joinedKeys(read),
      write: joinedKeys(write),
      exporter: concat(
        secret,
        randoms.client,
        randoms.server,
        finished.client,
        finished.server,
        Uint8Array.of(first === 'client' ? 0 : 1),
      ),
      resumption: noBytes,
      tickets: 0,
      keyUpdates: 0,
      owesKeyUpdate: false,
      awaitsKeyUpdate: false,
    }
  }

  wipe(): void {
    wipe(this.#agreed.secret)
  }
}

/** One after the other; the keys themselves are wiped. */
function joinedKeys({ macKey, key, iv }: DirectionKeys): Uint8Array {
  const joined = concat(macKey, key, iv)
  wipe(macKey, key, iv)
  return joined
}

/** What `exportKeys` gave, taken apart. @throws {Fault} */
export function importAgreed(
  { info, keys }: ExportedConnection,
  suite: CipherSuite12,
  peer: VerifiedPeer | undefined,
): Agreed12 {
  const parts = keys.exporter
  const take = cutter(parts)
  const secret = take(mainSecretLength)
  const randoms = { client: take(32), server: take(32) }
  const finished = { client: take(verifyDataLength), server: take(verifyDataLength) }
  const first = take(1)[0] === 0 ? 'client' : 'server'
  if (parts.length !== mainSecretLength + 2 * 32 + 2 * verifyDataLength + 1)
    throw new Fault('internalError', 'an export of another version')
  return { info, suite, secret, randoms, finished, first, peer }
}

/** The keys of one direction, as `recordKeys` takes them. */
export function directionKeys(
  agreed: Agreed12,
  side: 'client' | 'server',
  random: Random,
): ReturnType<typeof recordKeys> {
  const { suite, secret, randoms, info } = agreed
  const { client, server } = keyBlock(suite, secret, randoms)
  const [keys, others] = side === 'client' ? [client, server] : [server, client]
  wipe(others.macKey, others.key, others.iv)
  return recordKeys(suite, keys, info.tls12?.encryptThenMac === true, random)
}
