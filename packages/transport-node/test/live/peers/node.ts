/** Node's own TLS, in this process. */
import { once } from 'node:events'
import { appendFileSync, readFileSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import {
  connect,
  createSecureContext,
  createServer,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls'
import { identityKinds, tryLater } from '../support/authority.js'
import { Collected } from '../support/collected.js'
import type { Abilities, Fact, Feature, Peer, PeerEnd, PeerOptions } from '../support/peer.js'
import type { Scope } from '../support/scope.js'

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

  constructor(options: PeerOptions) {
    this.options = options
  }

  attach(socket: TLSSocket): void {
    this.socket = socket
    const { exportLabel } = this.options
    if (exportLabel !== undefined) {
      const exported = socket.exportKeyingMaterial(32, exportLabel, Buffer.alloc(0))
      this.know('exported', exported.toString('hex'))
      const context = Buffer.from('context')
      const other = socket.exportKeyingMaterial(32, exportLabel, context)
      this.know('exportedWithContext', other.toString('hex'))
      const binding = 'EXPORTER-Channel-Binding'
      const bound = socket.exportKeyingMaterial(32, binding, Buffer.alloc(0))
      this.know('channelBinding', bound.toString('hex'))
    }
    if (socket.alpnProtocol) this.know('alpn', socket.alpnProtocol)
    const { servername } = socket as TLSSocket & { readonly servername?: string | false }
    if (servername) this.know('serverName', servername)
    socket.on('data', (chunk: Buffer) => {
      this.#received.add(chunk)
      this.#notify()
    })
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

function context(options: PeerOptions): SecureContextOptions {
  const { suites, groups, identity, trust, tls12 } = options
  return {
    minVersion: tls12 ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: tls12 ? 'TLSv1.2' : 'TLSv1.3',
    // OpenSSL's default level forbids the short tag of CCM_8.
    ...(suites === undefined ? {} : { ciphers: [...suites, 'DEFAULT', '@SECLEVEL=0'].join(':') }),
    ...(groups === undefined
      ? {}
      : { ecdhCurve: groups.map((name) => groupNames[name] ?? name).join(':') }),
    ...(identity === undefined
      ? {}
      : { cert: readFileSync(identity.chainFile), key: readFileSync(identity.keyFile) }),
    ...(trust === undefined ? {} : { ca: trust.pem }),
  }
}

function open(scope: Scope, port: number, options: PeerOptions, session?: Buffer): End {
  const { serverName, alpn, requestStaple } = options
  const end = new End(options)
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

export const node: Peer = {
  name: 'Node tls',
  alert: (code) => new RegExp(`SSL alert number ${code}\\b`),
  truncation: undefined,
  refusesOtherProtocols: true,
  sendsRejectedEarlyDataAgain: false,
  server: abilities,
  client: abilities,

  detect: () => ({
    version: `${process.versions.node} (OpenSSL ${process.versions.openssl ?? 'unknown'})`,
  }),

  async serve(scope: Scope, options: PeerOptions) {
    const { trust, alpn, stapleFile } = options
    const end = new End(options)
    const server = createServer({
      ...context(options),
      requestCert: trust !== undefined,
      rejectUnauthorized: trust !== undefined,
      allowHalfOpen: false,
      ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    })
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
