/** OpenSSL's command line: s_server and s_client, with their one-letter commands on standard input. */
import { identityKinds, temporaryFile } from '../support/authority.js'
import type { Abilities, Fact, Peer, PeerEnd, PeerOptions } from '../support/peer.js'
import { firstLine, Program } from '../support/process.js'
import type { Scope } from '../support/scope.js'

const command = 'openssl'

const version = /^OpenSSL (\S+)/.exec(firstLine(command, ['version']) ?? '')?.[1]

/** Since OpenSSL 3.5. */
function hybrids(): readonly string[] {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  const known = major > 3 || (major === 3 && minor >= 5)
  return known ? ['X25519MLKEM768', 'SecP256r1MLKEM768', 'SecP384r1MLKEM1024'] : []
}

const abilities: Abilities = {
  suites: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_CCM_SHA256',
    'TLS_AES_128_CCM_8_SHA256',
  ],
  groups: [
    'x25519',
    'x448',
    'secp256r1',
    'secp384r1',
    'secp521r1',
    'ffdhe2048',
    'ffdhe3072',
    'ffdhe4096',
    'ffdhe6144',
    'ffdhe8192',
    ...hybrids(),
  ],
  identities: identityKinds,
  features: new Set([
    'alpn',
    'answersClose',
    'clientCertificate',
    'cookieAlone',
    'earlyData',
    'earlyDataAndRetry',
    'exporter',
    'groups',
    'keylog',
    'keyUpdate',
    'maxFragmentLength',
    'postHandshakeAuth',
    'psk',
    'resumption',
    'serverName',
    'showsEarlyData',
    'singleUseTickets',
    'staple',
    'suites',
    'withoutMiddleboxCompatibility',
  ]),
}

const groupNames: Readonly<Record<string, string>> = {
  x25519: 'X25519',
  x448: 'X448',
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}

const facts: Readonly<Record<Fact, RegExp>> = {
  alpn: /ALPN protocols?(?: selected)?: (\S+)/,
  channelBinding: /never/,
  exportedWithContext: /never/,
  exported: /Keying material: ([0-9A-F]+)/,
  serverName: /Hostname in TLS extension: "([^"]*)"/,
  staple: /OCSP Response Status: (\w+)/,
}

class End implements PeerEnd {
  readonly echoes = false
  readonly program: Program
  readonly #quit: string

  constructor(program: Program, quit: string) {
    this.program = program
    this.#quit = quit
  }

  write(data: string | Uint8Array): void {
    this.program.write(data)
  }

  receives(data: string | Uint8Array): Promise<void> {
    return this.program.prints(data)
  }

  fact(name: Fact): Promise<string> {
    return this.program.says(facts[name])
  }

  says(pattern: RegExp): Promise<string> {
    return this.program.says(pattern)
  }

  updateKeys(requestPeer: boolean): void {
    this.program.write(requestPeer ? 'K\n' : 'k\n')
  }

  requestCertificate(): undefined {
    this.program.write('c\n')
  }

  close(): void {
    this.program.write(this.#quit)
  }

  kill(): void {
    this.program.kill()
  }
}

function commonArgs(options: PeerOptions): string[] {
  const { suites, groups, identity, trust, keylogFile, exportLabel, psk } = options
  return [
    options.tls12 ? '-tls1_2' : '-tls1_3',
    // The default level of newer versions forbids the short tag of CCM_8.
    ...(suites === undefined
      ? []
      : ['-ciphersuites', suites.join(':'), '-cipher', 'DEFAULT:@SECLEVEL=0']),
    ...(groups === undefined
      ? []
      : ['-groups', groups.map((name) => groupNames[name] ?? name).join(':')]),
    ...(identity === undefined
      ? []
      : [
          ...['-cert', identity.certificateFile, '-key', identity.keyFile],
          ...['-cert_chain', identity.chainFile],
        ]),
    ...(trust === undefined ? [] : ['-CAfile', trust.file, '-verify_return_error']),
    ...(options.alpn === undefined ? [] : ['-alpn', options.alpn.join(',')]),
    ...(keylogFile === undefined ? [] : ['-keylogfile', keylogFile]),
    ...(exportLabel === undefined ? [] : ['-keymatexport', exportLabel, '-keymatexportlen', '32']),
    ...(psk === undefined
      ? []
      : ['-psk', Buffer.from(psk.key).toString('hex'), '-psk_identity', psk.identity]),
    ...(options.withoutMiddleboxCompatibility ? ['-no_middlebox'] : []),
    ...(options.extra ?? []),
  ]
}

function serverArgs(options: PeerOptions): string[] {
  const { identity, trust, stapleFile, postHandshakeAuth } = options
  return [
    ...['s_server', '-accept', '127.0.0.1:0', ...commonArgs(options)],
    // It reports the name asked for only where it has a certificate for yet another name.
    ...(identity === undefined
      ? ['-nocert']
      : [
          ...['-servername', 'somebody.example'],
          ...['-cert2', identity.certificateFile, '-key2', identity.keyFile],
        ]),
    ...(trust === undefined || postHandshakeAuth ? [] : ['-Verify', '4']),
    ...(stapleFile === undefined ? [] : ['-status_file', stapleFile]),
    ...(options.acceptEarlyData ? ['-early_data', '-max_early_data', '16384'] : []),
  ]
}

function clientArgs(port: number, options: PeerOptions): string[] {
  const { serverName, maxFragmentLength } = options
  return [
    ...['s_client', '-connect', `127.0.0.1:${port}`, ...commonArgs(options)],
    ...(serverName === undefined
      ? ['-noservername']
      : ['-servername', serverName, '-verify_hostname', serverName]),
    ...(options.requestStaple ? ['-status'] : []),
    ...(options.postHandshakeAuth ? ['-enable_pha'] : []),
    ...(maxFragmentLength === undefined ? [] : ['-maxfraglen', String(maxFragmentLength)]),
  ]
}

export const openssl: Peer = {
  name: 'OpenSSL',
  alert: (code) => new RegExp(`SSL alert number ${code}\\b`),
  refusesOtherProtocols: true,
  sendsRejectedEarlyDataAgain: false,
  truncation: /unexpected eof while reading/,
  server: { ...abilities },
  client: {
    ...abilities,
    features: new Set([...abilities.features, 'closes']),
  },

  detect: () =>
    version === undefined ? { missing: 'openssl is not installed, or not OpenSSL' } : { version },

  async serve(scope: Scope, options: PeerOptions) {
    const program = new Program(scope, command, serverArgs(options))
    const port = Number(await program.says(/ACCEPT \S*:(\d+)/))
    return Object.assign(new End(program, 'Q\n'), { port })
  },

  connect(scope: Scope, port: number, options: PeerOptions) {
    return new End(new Program(scope, command, clientArgs(port, options)), 'Q\n')
  },

  reconnect(scope: Scope, port: number, options: PeerOptions) {
    const args = clientArgs(port, options)
    const session = temporaryFile('', 'session')
    const first = new End(new Program(scope, command, [...args, '-sess_out', session]), 'Q\n')
    return Object.assign(first, {
      readsFirst: true,
      async second() {
        first.close()
        await first.program.over
        const early = options.earlyDataFile
        const more = early === undefined ? [] : ['-early_data', early]
        return new End(new Program(scope, command, [...args, ...more, '-sess_in', session]), 'Q\n')
      },
    })
  },
}
