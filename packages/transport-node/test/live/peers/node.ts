/** Node's own TLS, in this process. */
import { constants } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, readFileSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import {
  connect,
  createSecureContext,
  createServer,
  getCiphers,
  type PSKCallbackNegotation,
  type SecureContextOptions,
  type SecureVersion,
  type Server,
  type TLSSocket,
} from 'node:tls'
import { allSuites12 } from '@sanstls/core/noble/tls12'
import { identityKinds, tryLater } from '../support/authority.js'
import { Collected } from '../support/collected.js'
import type { Abilities, Fact, Feature, Peer, PeerEnd, PeerOptions } from '../support/peer.js'
import type { Scope } from '../support/scope.js'
import { isOf12, opensslName } from '../support/suite-names.js'
import { speaking12 } from './versions.js'

const features: readonly Feature[] = [
  'alpn',
  'answersClose',
  'clientCertificate',
  'closes',
  'cookieAlone',
  'channelBinding',
  'exporter',
  'exporterContext',
  'groups',
  'keylog',
  'resumption',
  'serverName',
  'staple',
  'suites',
]

const groupNames: Readonly<Record<string, string>> = {
  x25519: 'X25519',
  x448: 'X448',
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
  ffdhe2048: 'ffdhe2048',
  ffdhe3072: 'ffdhe3072',
  ffdhe4096: 'ffdhe4096',
  ffdhe6144: 'ffdhe6144',
  ffdhe8192: 'ffdhe8192',
  X25519MLKEM768: 'X25519MLKEM768',
  SecP256r1MLKEM768: 'SecP256r1MLKEM768',
  SecP384r1MLKEM1024: 'SecP384r1MLKEM1024',
}

/** Which groups there are depends on the OpenSSL that Node was built with. */
function hasGroup(name: string): boolean {
  try {
    createSecureContext({ ecdhCurve: groupNames[name] ?? name })
    return true
  } catch {
    return false
  }
}

const abilities: Abilities = {
  suites: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_CCM_SHA256',
    'TLS_AES_128_CCM_8_SHA256',
  ],
  groups: Object.keys(groupNames).filter(hasGroup),
  identities: identityKinds,
  features: new Set(features),
}

class End implements PeerEnd {
  readonly echoes = false
  readonly options: PeerOptions
  socket: TLSSocket | undefined
  raw: Socket | undefined
  readonly #received = new Collected()
  #said = ''
  #facts: Partial<Record<Fact, string>> = {}
  #watchers: (() => void)[] = []
  readonly #isClient: boolean

  constructor(options: PeerOptions, role: 'client' | 'server') {
    this.options = options
    this.#isClient = role === 'client'
  }

  attach(socket: TLSSocket): void {
    this.socket = socket
    const { exportLabel } = this.options
    const know = (fact: Fact, label: string, context?: Buffer) => {
      const exported = (socket as Exporting).exportKeyingMaterial(32, label, context)
      this.know(fact, exported.toString('hex'))
    }
    if (exportLabel !== undefined) {
      know('exported', exportLabel)
      know('exportedWithContext', exportLabel, Buffer.from('context'))
      know('channelBinding', 'EXPORTER-Channel-Binding', Buffer.alloc(0))
      this.know('tlsUnique', this.#firstFinished(socket)?.toString('hex') ?? '')
    }
    if (socket.alpnProtocol) this.know('alpn', socket.alpnProtocol)
    const { servername } = socket as TLSSocket & { readonly servername?: string | false }
    if (servername) this.know('serverName', servername)
    socket.on('data', (chunk: Buffer) => {
      this.#received.add(chunk)
      this.#notify()
    })
  }

  /** RFC 5929 3.1: the client's, but for resumptions. */
  #firstFinished(socket: TLSSocket): Buffer | undefined {
    const isOwn = this.#isClient !== socket.isSessionReused()
    return isOwn ? socket.getFinished() : socket.getPeerFinished()
  }

  listenTo(socket: TLSSocket): void {
    socket.on('error', (error) => this.say(error.message))
    socket.on('end', () => this.say('end'))
  }

  say(text: string): void {
    this.#said += `${text}\n`
    this.#notify()
  }

  know(fact: Fact, value: string): void {
    this.#facts[fact] = value
    this.#notify()
  }

  logKeys(line: Buffer): void {
    if (this.options.keylogFile !== undefined) appendFileSync(this.options.keylogFile, line)
  }

  write(data: string | Uint8Array): void {
    this.socket?.write(data)
  }

  async receives(data: string | Uint8Array): Promise<void> {
    const wanted = Buffer.from(data as string)
    await this.#until(() => (this.#received.contains(wanted) ? true : undefined))
  }

  fact(name: Fact): Promise<string> {
    return this.#until(() => this.#facts[name])
  }

  says(pattern: RegExp): Promise<string> {
    return this.#until(() => {
      const found = pattern.exec(this.#said)
      return found === null ? undefined : (found[1] ?? '')
    })
  }

  renegotiate(): undefined {
    this.#renegotiate({})
  }

  renegotiateForCertificate(): undefined {
    this.#renegotiate({ requestCert: true, rejectUnauthorized: false })
  }

  #renegotiate(options: Parameters<TLSSocket['renegotiate']>[0]): void {
    this.socket?.renegotiate(options, (error) => {
      this.say(error === null ? 'renegotiated' : `renegotiation: ${error.message}`)
    })
  }

  close(): void {
    this.socket?.end()
  }

  kill(): void {
    this.raw?.destroy()
  }

  describe(): string {
    return `Node's tls received ${this.#received.bytes.length} bytes\n${this.#said}`
  }

  async #until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      await new Promise<void>((resolve) => this.#watchers.push(resolve))
    }
  }

  #notify(): void {
    for (const watcher of this.#watchers.splice(0)) watcher()
  }
}

/** Its types want the context, which is left out for none. */
interface Exporting {
  exportKeyingMaterial(length: number, label: string, context?: Buffer): Buffer
}

/** Node names only some of OpenSSL's options. */
const noExtendedMainSecret = 1

function context(options: PeerOptions): SecureContextOptions {
  const { groups, identity, otherIdentity, trust, versions = ['TLS 1.3'] } = options
  const version = (name: string | undefined) => name?.replace(' ', 'v') as SecureVersion
  const identities = [identity, otherIdentity].filter((one) => one !== undefined)
  return {
    minVersion: version(versions[0]),
    maxVersion: version(versions.at(-1)),
    ...suites(options),
    ...(options.sigalgs === undefined ? {} : { sigalgs: options.sigalgs }),
    secureOptions:
      (options.withoutTickets ? constants.SSL_OP_NO_TICKET : 0) |
      (options.withoutEncryptThenMac ? constants.SSL_OP_NO_ENCRYPT_THEN_MAC : 0) |
      (options.withoutExtendedMainSecret ? noExtendedMainSecret : 0) |
      (options.acceptRenegotiation === false ? constants.SSL_OP_NO_RENEGOTIATION : 0),
    ...(groups === undefined
      ? {}
      : { ecdhCurve: groups.map((name) => groupNames[name] ?? name).join(':') }),
    cert: identities.map(({ chainFile }) => readFileSync(chainFile)),
    key: identities.map(({ keyFile }) => readFileSync(keyFile)),
    ...(trust === undefined ? {} : { ca: trust.pem }),
    ...(options.dhParametersFile === undefined
      ? {}
      : { dhparam: readFileSync(options.dhParametersFile) }),
  }
}

/** OpenSSL's default level forbids weak signatures and TLS 1.1, and in newer versions the short tag of CCM_8. */
function suites({ suites: names, versions, sigalgs }: PeerOptions): { readonly ciphers?: string } {
  if (names === undefined) {
    const isWeak = versions?.includes('TLS 1.1') || sigalgs !== undefined
    return isWeak ? { ciphers: 'DEFAULT:@SECLEVEL=0' } : {}
  }
  const older = names.filter(isOf12)
  const listed = older.length > 0 ? older.map(opensslName) : [...names, 'DEFAULT']
  return { ciphers: [...listed, '@SECLEVEL=0'].join(':') }
}

function open(scope: Scope, port: number, options: PeerOptions, session?: Buffer): End {
  const { serverName, alpn, requestStaple, psk } = options
  const end = new End(options, 'client')
  const raw = createConnection({ port, host: '127.0.0.1' })
  end.raw = raw
  raw.on('error', (error) => end.say(error.message))
  const socket = connect({
    socket: raw,
    ...context(options),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    ...(session === undefined ? {} : { session }),
    // Its type lacks it.
    ...(requestStaple ? ({ requestOCSP: true } as object) : {}),
    ...(psk === undefined
      ? {}
      : {
          pskCallback: (hint: string | null): PSKCallbackNegotation => {
            end.say(`hint: ${hint}`)
            return { identity: psk.identity, psk: psk.key }
          },
          checkServerIdentity: () => undefined,
        }),
  })
  end.listenTo(socket)
  socket.on('keylog', (line) => end.logKeys(line))
  socket.on('OCSPResponse', (response: Buffer) => {
    if (response.equals(Buffer.from(tryLater))) end.know('staple', 'tryLater')
  })
  socket.on('secureConnect', () => end.attach(socket))
  end.socket = socket
  scope.defer(() => raw.destroy())
  scope.describe(() => end.describe())
  return end
}

/** Its sessions by id live where the application keeps them. */
function keepSessions(server: Server): void {
  const sessions = new Map<string, Buffer>()
  server.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
    sessions.set(id.toString('hex'), data)
    done()
  })
  server.on('resumeSession', (id: Buffer, done) => {
    done(null, sessions.get(id.toString('hex')) ?? null)
  })
}

export const node: Peer = {
  name: 'Node tls',
  alert: (code) => new RegExp(`SSL alert number ${code}\\b`),
  noCertificate: 116,
  truncation: undefined,
  refusesOtherProtocols: true,
  sendsRejectedEarlyDataAgain: false,
  server: abilities,
  client: abilities,

  detect: () => ({
    version: `${process.versions.node} (OpenSSL ${process.versions.openssl ?? 'unknown'})`,
  }),

  async serve(scope: Scope, options: PeerOptions) {
    const { trust, alpn, stapleFile, psk, pskHint } = options
    const end = new End(options, 'server')
    const server = createServer({
      ...context(options),
      requestCert: trust !== undefined,
      rejectUnauthorized: trust !== undefined,
      allowHalfOpen: false,
      ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
      ...(psk === undefined
        ? {}
        : {
            pskCallback: (_: TLSSocket, identity: string) =>
              identity === psk.identity ? psk.key : null,
          }),
      ...(pskHint === undefined ? {} : { pskIdentityHint: pskHint }),
    })
    keepSessions(server)
    server.on('connection', (raw: Socket) => {
      end.raw = raw
      raw.on('error', (error) => end.say(error.message))
      scope.defer(() => raw.destroy())
    })
    server.on('tlsClientError', (error) => end.say(error.message))
    server.on('keylog', (line) => end.logKeys(line))
    if (stapleFile !== undefined)
      server.on('OCSPRequest', (_certificate, _issuer, answer) =>
        answer(null, readFileSync(stapleFile)),
      )
    server.on('secureConnection', (socket) => {
      end.listenTo(socket)
      end.attach(socket)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    scope.defer(() => server.close())
    scope.describe(() => end.describe())
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return Object.assign(end, { port: address.port })
  },

  connect: (scope, port, options) => open(scope, port, options),

  reconnect(scope, port, options) {
    const first = open(scope, port, options)
    const session = new Promise<Buffer>((resolve) => {
      first.socket?.once('session', resolve)
    })
    return Object.assign(first, {
      readsFirst: true,
      async second() {
        const kept = await session
        first.close()
        return open(scope, port, options, kept)
      },
    })
  },
}

function suites12(): readonly string[] {
  const listed = new Set(getCiphers())
  return allSuites12
    .map(({ name }) => name)
    .filter((name) => listed.has(opensslName(name).toLowerCase()))
}

export const node12: Peer = speaking12(node, {
  suites: suites12(),
  groups: ['x25519', 'x448', 'secp256r1', 'secp384r1', 'secp521r1'],
  common: [
    'acceptsRenegotiation',
    'refusesRenegotiation',
    'renegotiates',
    'psk',
    'sessionIds',
    'takesCrossingData',
    'tlsUnique',
    'encryptThenMac',
    'withoutEncryptThenMac',
    'weakSignatures',
    'withoutExtendedMainSecret',
  ],
  server: ['dhParameters', 'pskHint', 'pskIdentity', 'renegotiatesForCertificate'],
  client: ['pskHint', 'suiteOrder'],
})
