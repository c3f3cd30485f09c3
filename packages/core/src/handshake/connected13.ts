/** What a completed TLS 1.3 handshake leaves behind, either role: keys to update, an exporter, channel bindings. */
import { copyBytes, noBytes, packed, unpacked, wipe } from '../bytes.js'
import { serverEndPoint } from '../crypto/end-point.js'
import type { CipherSuite, HashAlgorithm } from '../crypto/provider.js'
import type { ExportedConnection, ExportedKeys } from '../exported.js'
import { Fault } from '../fault.js'
import type { Settings } from '../options.js'
import type { ConnectionInfo, Peer } from '../output.js'
import {
  exportKeyingMaterial,
  nextTrafficSecret,
  resumptionPsk,
  trafficKeys13,
} from '../schedule/tls13.js'
import { decode, encode } from '../wire/codec.js'
import { keyUpdate } from '../wire/message.js'
import { messageType } from '../wire/registry.js'
import type { Connected, Context, State } from './context.js'

const updateNotRequested = 0
const updateRequested = 1
/** CertificateRequests without data between them. */
const maxRequests = 8

/** The secrets themselves are wiped when they have been taken: keys must have been made of them before. */
export interface Secrets13 {
  readonly suite: CipherSuite
  readonly prefix: string
  readonly read: Uint8Array
  readonly write: Uint8Array
  readonly exporter: Uint8Array
  /** Client: what tickets come from; empty for a server. */
  readonly resumption: Uint8Array
}

/** What only some connections have. */
export interface Extras13 {
  /** For channel binding. */
  readonly serverCertificate?: Uint8Array | undefined
  readonly peerExpires?: number | undefined
  /** Server: starts authentication of the client. */
  readonly request?: ((context: Context) => State) | undefined
}

export class Connected13 implements Connected {
  readonly updatesKeys = true
  /** Client: the tickets that came. */
  tickets = 0
  #info: ConnectionInfo
  readonly #suite: CipherSuite
  readonly #prefix: string
  // Secrets are packed, since they are held as long as the connection.
  readonly #exporter: number[]
  readonly #resumption: number[]
  #read: number[]
  #write: number[]
  readonly #maxKeyUpdates: number
  readonly #hashes: readonly HashAlgorithm[]
  readonly #extras: Extras13
  #keyUpdates = 0
  #requests = 0
  /** The peer asked for an update. */
  #owesReply = false
  /** A request of ours waits for the layer. */
  #owesRequest = false
  /** We asked the peer, who has not sent a KeyUpdate since. */
  #awaitsReply = false

  constructor(info: ConnectionInfo, secrets: Secrets13, settings: Settings, extras: Extras13) {
    this.#info = info
    this.#suite = secrets.suite
    this.#prefix = secrets.prefix
    this.#read = taken(secrets.read)
    this.#write = taken(secrets.write)
    this.#exporter = taken(secrets.exporter)
    this.#resumption = taken(secrets.resumption)
    // Not the settings themselves, so that an idle connection does not hold them.
    this.#maxKeyUpdates = settings.limits.keyUpdates
    this.#hashes = settings.crypto.hashes
    this.#extras = extras
  }

  get info(): ConnectionInfo {
    return this.#info
  }

  get suite(): CipherSuite {
    return this.#suite
  }

  /** The client has authenticated itself after the handshake. */
  authenticated(peer: Peer | undefined): void {
    this.#info = { ...this.#info, peer }
  }

  /** A copy of the current generation: the base key of a Finished after the handshake (RFC 9846 4.5.3). */
  secret(direction: 'read' | 'write'): Uint8Array {
    return this.#unpacked(direction === 'read' ? this.#read : this.#write)
  }

  /** Client: the PSK of a ticket. */
  ticketPsk(ticketNonce: Uint8Array): Uint8Array {
    const secret = this.#unpacked(this.#resumption)
    const psk = resumptionPsk(this.#suite.hash, this.#prefix, secret, ticketNonce)
    wipe(secret)
    return psk
  }

  #unpacked(words: readonly number[]): Uint8Array {
    return unpacked(words, words.length === 0 ? 0 : this.#suite.hash.outputLength)
  }

  exporter(label: string, context: Uint8Array | undefined, length: number): Uint8Array {
    const { hash } = this.#suite
    const secret = this.#unpacked(this.#exporter)
    const exported = exportKeyingMaterial(hash, this.#prefix, secret, label, context, length)
    wipe(secret)
    return exported
  }

  updateKeys(request: boolean, context: Context): void {
    if (context.layer.writeKeyPending) {
      // RFC 9147 5.8.4: no second KeyUpdate before the first is acknowledged. Its keys are new enough for what follows;
      // only a request that it does not make needs another.
      this.#owesRequest ||= request && !this.#awaitsReply
      return
    }
    // RFC 9846 4.7.3: no second request before the peer's next KeyUpdate.
    const asks = request && !this.#awaitsReply
    const requestUpdate = asks ? updateRequested : updateNotRequested
    context.send(messageType.keyUpdate, encode(keyUpdate, { requestUpdate }))
    const next = this.#next(this.#write)
    context.installWrite('application', trafficKeys13(this.#suite, this.#prefix, next))
    this.#write = taken(next)
    context.flush()
    this.#owesRequest = false
    // A reply does not ask in turn.
    if (asks) this.#awaitsReply = true
    else this.#owesReply = false
  }

  /** RFC 9846 4.7.3. */
  keyUpdateReceived(body: Uint8Array, context: Context): void {
    const { requestUpdate } = decode(keyUpdate, body)
    if (requestUpdate > updateRequested)
      throw new Fault('illegalParameter', `request_update is ${requestUpdate}`)
    if (!context.layer.traits.keyUpdate)
      throw new Fault('unexpectedMessage', 'KeyUpdate where the transport forbids it')
    this.#keyUpdates++
    if (this.#keyUpdates > this.#maxKeyUpdates)
      throw new Fault('tooManyKeyUpdates', `${this.#keyUpdates} without data between them`)
    const next = this.#next(this.#read)
    context.installRead('application', trafficKeys13(this.#suite, this.#prefix, next))
    this.#read = taken(next)
    this.#awaitsReply = false
    if (requestUpdate === updateRequested) this.#owesReply = true
  }

  /** The next generation of a secret, which is wiped. */
  #next(words: number[]): Uint8Array {
    const secret = this.#unpacked(words)
    const next = nextTrafficSecret(this.#suite.hash, this.#prefix, secret)
    wipe(secret, words)
    return next
  }

  settle(context: Context): void {
    const { layer } = context
    // So many forgeries came that the peer should have new keys (RFC 9147 4.5.3).
    if (layer.readKeyWorn && !this.#awaitsReply) this.updateKeys(true, context)
    if (this.#owesRequest && !layer.writeKeyPending) this.updateKeys(true, context)
    // Where an update has to be acknowledged, requests cannot bring about a flood of replies, and a silent peer too has
    // to change keys that forgeries have worn (RFC 9147 4.5.3).
    if (this.#owesReply && layer.writeKeyPending === false) this.updateKeys(false, context)
  }

  /** RFC 9846 4.7.3: who is silent replies once, however often it is asked, before its next data. */
  beforeData(context: Context): void {
    this.settle(context)
    if (this.#owesReply) this.updateKeys(false, context)
  }

  dataReceived(): void {
    this.#keyUpdates = 0
    this.#requests = 0
  }

  /** The server asks for authentication, each time for a signature. @throws {Fault} */
  certificateRequested(): void {
    this.#requests++
    if (this.#requests > maxRequests)
      throw new Fault('tooManyRequests', `${this.#requests} without data between them`)
  }

  requestClientCertificate(): (context: Context) => State {
    const { request } = this.#extras
    if (request === undefined)
      throw new Error(
        'requestClientCertificate: the client did not offer post_handshake_auth, an external PSK is in use, or this is a client',
      )
    return request
  }

  channelBinding(
    type: 'tls-exporter' | 'tls-server-end-point' | 'tls-unique',
  ): Uint8Array | undefined {
    // RFC 9266 4.2. tls-unique is not defined for TLS 1.3 (RFC 9846 appendix C.5).
    if (type === 'tls-exporter') return this.exporter('EXPORTER-Channel-Binding', noBytes, 32)
    const { serverCertificate } = this.#extras
    if (type !== 'tls-server-end-point' || serverCertificate === undefined) return undefined
    return serverEndPoint(serverCertificate, this.#hashes)
  }

  exportKeys(): ExportedKeys {
    return {
      read: this.#unpacked(this.#read),
      write: this.#unpacked(this.#write),
      exporter: this.#unpacked(this.#exporter),
      resumption: this.#unpacked(this.#resumption),
      tickets: this.tickets,
      keyUpdates: this.#keyUpdates,
      owesKeyUpdate: this.#owesReply,
      awaitsKeyUpdate: this.#awaitsReply,
    }
  }

  get peerExpires(): number | undefined {
    return this.#extras.peerExpires
  }

  /** Goes on where an exported connection stood. */
  restore({ tickets, keyUpdates, owesKeyUpdate, awaitsKeyUpdate }: ExportedKeys): void {
    this.tickets = tickets
    this.#keyUpdates = keyUpdates
    this.#owesReply = owesKeyUpdate
    this.#awaitsReply = awaitsKeyUpdate
  }

  wipe(): void {
    wipe(this.#read, this.#write, this.#exporter, this.#resumption)
  }
}

function taken(secret: Uint8Array): number[] {
  const words = packed(secret)
  wipe(secret)
  return words
}

/**
 * After an export: installs the keys of both directions and goes on counting. Authentication after the handshake does
 * not go on, for want of its transcript.
 */
export function restoreConnected(
  { info, keys }: ExportedConnection,
  settings: Settings,
  context: Context,
  extras: Extras13,
): Connected13 {
  const { labelPrefix: prefix } = context.layer.traits
  const suite = settings.suites.find(({ id }) => id === info.suite.id)
  if (suite === undefined) throw new Fault('internalError', 'the configuration lacks the suite')
  const [read, write] = [copyBytes(keys.read), copyBytes(keys.write)]
  const [exporter, resumption] = [copyBytes(keys.exporter), copyBytes(keys.resumption)]
  context.installRead('application', trafficKeys13(suite, prefix, read))
  context.installWrite('application', trafficKeys13(suite, prefix, write))
  const secrets = { suite, prefix, read, write, exporter, resumption }
  const connected = new Connected13(info, secrets, settings, extras)
  connected.restore(keys)
  return connected
}
