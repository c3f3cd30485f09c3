/** GnuTLS's command line: gnutls-serv as an echo server, and gnutls-cli. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { allSuites12 } from '@sanstls/core/noble/tls12'
import { identityKinds, temporaryFile, tryLater } from '../support/authority.js'
import type { Abilities, Fact, Peer, PeerEnd, PeerOptions, Prompted } from '../support/peer.js'
import { firstLine, freePort, Program } from '../support/process.js'
import type { Scope } from '../support/scope.js'
import { gnutlsName, gnutlsPriority, isOf12 } from '../support/suite-names.js'
import { speaking12 } from './versions.js'

const ciphers: Readonly<Record<string, string>> = {
  TLS_AES_128_GCM_SHA256: 'AES-128-GCM',
  TLS_AES_256_GCM_SHA384: 'AES-256-GCM',
  TLS_CHACHA20_POLY1305_SHA256: 'CHACHA20-POLY1305',
  TLS_AES_128_CCM_SHA256: 'AES-128-CCM',
  TLS_AES_128_CCM_8_SHA256: 'AES-128-CCM-8',
}

const groupNames: Readonly<Record<string, string>> = {
  x25519: 'X25519',
  x448: 'X448',
  secp256r1: 'SECP256R1',
  secp384r1: 'SECP384R1',
  secp521r1: 'SECP521R1',
  ffdhe2048: 'FFDHE2048',
  ffdhe3072: 'FFDHE3072',
  ffdhe4096: 'FFDHE4096',
  ffdhe6144: 'FFDHE6144',
  ffdhe8192: 'FFDHE8192',
}

const common: Abilities = {
  suites: Object.keys(ciphers),
  groups: Object.keys(groupNames),
  identities: identityKinds,
  features: new Set([
    'alpn',
    'channelBinding',
    'clientCertificate',
    'earlyData',
    'exporter',
    'groups',
    'keylog',
    'maxFragmentLength',
    'postHandshakeAuth',
    'psk',
    'pskKe',
    'recordSizeLimit',
    'resumption',
    'serverName',
    'staple',
    'suites',
    'withoutMiddleboxCompatibility',
  ]),
}

const facts: Readonly<Record<Fact, RegExp>> = {
  alpn: /Application protocol: (\S+)/,
  channelBinding: /'tls-exporter': ([0-9a-f]+)/,
  exportedWithContext: /never/,
  exported: /Key material: ([0-9a-f]+)/,
  scts: /never/,
  serverEndPoint: /'tls-server-end-point': ([0-9a-f]+)/,
  serverName: /Given server name\[\d\]: (\S+)/,
  // What it is goes into a file of its own.
  staple: /Options:.* (OCSP status request),/,
  tlsUnique: /'tls-unique': ([0-9a-f]+)/,
}

abstract class End implements PeerEnd {
  abstract readonly echoes: boolean
  readonly program: Program

  constructor(program: Program) {
    this.program = program
  }

  write(data: string | Uint8Array): void {
    this.program.write(data)
  }

  abstract receives(data: string | Uint8Array): Promise<void>

  async fact(name: Fact): Promise<string> {
    return this.program.says(facts[name])
  }

  says(pattern: RegExp): Promise<string> {
    return this.program.says(pattern)
  }

  close(): void {
    this.program.end()
  }

  kill(): void {
    this.program.kill()
  }
}

class Server extends End {
  readonly echoes = true

  /** The echo shows it. */
  async receives(): Promise<void> {}

  requestCertificate(): Prompted {
    return { command: '**REAUTH**\n', answer: 'Successfully executed command\n' }
  }

  renegotiate(): Prompted {
    return { command: '**REHANDSHAKE**\n', answer: 'Successfully executed command\n' }
  }
}

class Client extends End {
  readonly echoes = false
  readonly #stapleFile: string | undefined

  constructor(program: Program, stapleFile?: string) {
    super(program)
    this.#stapleFile = stapleFile
  }

  override async fact(name: Fact): Promise<string> {
    const said = await super.fact(name)
    if (name !== 'staple' || this.#stapleFile === undefined) return said
    return readFileSync(this.#stapleFile).equals(Buffer.from(tryLater)) ? 'tryLater' : 'another'
  }

  receives(data: string | Uint8Array): Promise<void> {
    return this.program.prints(data)
  }

  updateKeys(requestPeer: boolean): void {
    this.program.write(requestPeer ? '^rekey^\n' : '^rekey1^\n')
  }

  renegotiate(): undefined {
    this.program.write('^renegotiate^\n')
  }
}

function priority(options: PeerOptions): string {
  const { suites, groups, psk, versions = ['TLS 1.3'] } = options
  return [
    'NORMAL:-VERS-ALL',
    ...versions.map((name) => `+VERS-${name.replace(' ', '')}`),
    ...(suites === undefined ? [] : suiteWords(suites)),
    ...(groups === undefined
      ? []
      : ['-GROUP-ALL', ...groups.map((name) => `+GROUP-${groupNames[name]}`)]),
    ...(psk === undefined || suites !== undefined
      ? []
      : [options.pskKe ? '-KX-ALL:+PSK' : '+ECDHE-PSK:+DHE-PSK']),
    ...(options.withoutMiddleboxCompatibility ? ['%DISABLE_TLS13_COMPAT_MODE'] : []),
    ...(options.withoutEncryptThenMac ? ['%NO_ETM'] : []),
    ...(options.withoutExtendedMainSecret ? ['%NO_SESSION_HASH'] : []),
    ...(options.withoutRenegotiationInfo ? ['%DISABLE_SAFE_RENEGOTIATION'] : []),
    ...(options.fallbackScsv ? ['%FALLBACK_SCSV'] : []),
    ...(options.priority ?? []),
  ].join(':')
}

function suiteWords(names: readonly string[]): readonly string[] {
  if (names.some(isOf12)) return gnutlsPriority(names)
  return ['-CIPHER-ALL', ...names.map((name) => `+${ciphers[name]}`)]
}

function commonArgs(options: PeerOptions): string[] {
  const { identity, trust, alpn = [], exportLabel, recordSizeLimit, maxFragmentLength } = options
  const recordSize = recordSizeLimit ?? maxFragmentLength
  return [
    ...['--priority', priority(options)],
    ...(identity === undefined
      ? []
      : ['--x509certfile', identity.chainFile, '--x509keyfile', identity.keyFile]),
    ...(trust === undefined ? [] : ['--x509cafile', trust.file]),
    ...alpn.flatMap((protocol) => ['--alpn', protocol]),
    ...(exportLabel === undefined
      ? []
      : ['--keymatexport', exportLabel, '--keymatexportsize', '32']),
    ...(recordSize === undefined ? [] : ['--recordsize', String(recordSize)]),
    ...(options.withoutTickets ? ['--noticket'] : []),
    ...(options.extra ?? []),
  ]
}

function serverArgs(port: number, options: PeerOptions): string[] {
  const { otherIdentity, trust, stapleFile, psk, pskHint, postHandshakeAuth } = options
  return [
    ...['--echo', '--port', String(port), ...commonArgs(options)],
    ...(otherIdentity === undefined
      ? []
      : ['--x509certfile', otherIdentity.chainFile, '--x509keyfile', otherIdentity.keyFile]),
    ...(trust === undefined || postHandshakeAuth
      ? ['--disable-client-cert']
      : ['--require-client-cert', '--verify-client-cert']),
    ...(options.alpn === undefined ? [] : ['--alpn-fatal']),
    ...(stapleFile === undefined
      ? []
      : ['--ocsp-response', stapleFile, '--ignore-ocsp-response-errors']),
    ...(options.acceptEarlyData ? ['--earlydata', '--maxearlydata', '16384'] : []),
    ...(psk === undefined
      ? []
      : [
          '--pskpasswd',
          temporaryFile(`${psk.identity}:${Buffer.from(psk.key).toString('hex')}\n`, 'psk'),
        ]),
    ...(pskHint === undefined ? [] : ['--pskhint', pskHint]),
    ...(options.dhParametersFile === undefined ? [] : ['--dhparams', options.dhParametersFile]),
  ]
}

function clientArgs(port: number, options: PeerOptions): string[] {
  const { serverName, psk, exportLabel } = options
  return [
    // For the channel bindings.
    ...(exportLabel === undefined ? [] : ['--verbose']),
    ...['--port', String(port), ...commonArgs(options), '--inline-commands'],
    ...(options.groups === undefined ? [] : ['--single-key-share']),
    ...(serverName === undefined
      ? ['--disable-sni']
      : ['--sni-hostname', serverName, '--verify-hostname', serverName]),
    ...(options.postHandshakeAuth ? ['--post-handshake-auth'] : []),
    ...(psk === undefined
      ? []
      : ['--pskusername', psk.identity, '--pskkey', Buffer.from(psk.key).toString('hex')]),
    '127.0.0.1',
  ]
}

function environment({ keylogFile }: PeerOptions) {
  return keylogFile === undefined ? {} : { env: { SSLKEYLOGFILE: keylogFile } }
}

/** Of TLS 1.2: what the program lists. */
function suites12(): readonly string[] {
  const { stdout } = spawnSync('gnutls-cli', ['--list'], { encoding: 'utf8' })
  const listed = new Set((stdout ?? '').match(/^TLS_\w+/gm))
  return allSuites12.map(({ name }) => name).filter((name) => listed.has(gnutlsName(name)))
}

export const gnutls: Peer = {
  name: 'GnuTLS',
  // The server says only that there was one.
  alert: (code) => new RegExp(`Received alert \\[${code}\\]|A TLS fatal alert has been received`),
  noCertificate: 116,
  truncation: /non-properly terminated/,
  refusesOtherProtocols: true,
  sendsRejectedEarlyDataAgain: false,
  server: { ...common, features: new Set([...common.features, 'answersClose']) },
  client: {
    ...common,
    features: new Set([...common.features, 'closes', 'keyUpdate']),
  },

  detect() {
    const version = /^gnutls-cli (\S+)/.exec(firstLine('gnutls-cli', ['--version']) ?? '')?.[1]
    return version === undefined ? { missing: 'gnutls-cli is not installed' } : { version }
  },

  async serve(scope: Scope, options: PeerOptions) {
    const port = await freePort()
    const args = serverArgs(port, options)
    const program = new Program(scope, 'gnutls-serv', args, environment(options))
    await program.says(/listening on IPv4 .*done/i)
    return Object.assign(new Server(program), { port })
  },

  connect(scope: Scope, port: number, options: PeerOptions) {
    const stapleFile = options.requestStaple ? temporaryFile('', 'der') : undefined
    const args = [
      ...(stapleFile === undefined ? [] : ['--save-ocsp', stapleFile]),
      ...clientArgs(port, options),
    ]
    return new Client(new Program(scope, 'gnutls-cli', args, environment(options)), stapleFile)
  },

  reconnect(scope: Scope, port: number, options: PeerOptions) {
    const { earlyDataFile } = options
    const args = [
      ...['--resume', '--waitresumption'],
      ...(earlyDataFile === undefined ? [] : ['--earlydata', earlyDataFile]),
      ...clientArgs(port, options),
    ]
    const client = new Client(new Program(scope, 'gnutls-cli', args, environment(options)))
    // It leaves the first connection as soon as it has a ticket.
    return Object.assign(client, { readsFirst: false, second: async () => client })
  },
}

export const gnutls12: Peer = speaking12(gnutls, {
  suites: {
    // It ends by a fault of its own where it should tell of (EC)DHE with a PSK.
    client: suites12().filter((name) => !/DHE_PSK|PSK_DHE/.test(name)),
    server: suites12(),
  },
  groups: Object.keys(groupNames),
  common: [
    'acceptsRenegotiation',
    'renegotiates',
    'serverEndPoint',
    'sessionIds',
    'tlsUnique',
    'encryptThenMac',
    'withoutEncryptThenMac',
    'withoutExtendedMainSecret',
    'withoutRenegotiationInfo',
  ],
  server: ['dhParameters', 'pskHint', 'pskIdentity'],
  client: ['fallbackScsv'],
  // It agrees, and then sends larger records.
  notServer: ['maxFragmentLength'],
  noCertificate: 50,
})
