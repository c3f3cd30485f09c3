/** OpenSSL's command line: s_server and s_client, with their one-letter commands on standard input. */
import { spawnSync } from 'node:child_process'
import { allSuites12 } from '@sanstls/core/noble/tls12'
import { identityKinds, temporaryFile } from '../support/authority.js'
import type { Abilities, Fact, Peer, PeerEnd, PeerOptions } from '../support/peer.js'
import { firstLine, Program } from '../support/process.js'
import type { Scope } from '../support/scope.js'
import { opensslName } from '../support/suite-names.js'
import { clientArgs, environment, serverArgs } from './openssl-args.js'
import { speaking12 } from './versions.js'

const command = 'openssl'

const version = /^OpenSSL (\S+)/.exec(firstLine(command, ['version']) ?? '')?.[1]

/** Since OpenSSL 3.5. */
function hybrids(): readonly string[] {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  const known = major > 3 || (major === 3 && minor >= 5)
  return known ? ['X25519MLKEM768', 'SecP256r1MLKEM768', 'SecP384r1MLKEM1024'] : []
}

const curves = ['x25519', 'x448', 'secp256r1', 'secp384r1', 'secp521r1']
const fields = ['ffdhe2048', 'ffdhe3072', 'ffdhe4096', 'ffdhe6144', 'ffdhe8192']

const abilities: Abilities = {
  suites: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_CCM_SHA256',
    'TLS_AES_128_CCM_8_SHA256',
  ],
  groups: [...curves, ...fields, ...hybrids()],
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

/** Of TLS 1.2: what the program lists. */
function suites12(): readonly string[] {
  const args = ['ciphers', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0']
  const { stdout } = spawnSync(command, args, { encoding: 'utf8' })
  const listed = new Set((stdout ?? '').trim().split(':'))
  return allSuites12.map(({ name }) => name).filter((name) => listed.has(opensslName(name)))
}

const facts: Readonly<Record<Fact, RegExp>> = {
  alpn: /ALPN protocols?(?: selected)?: (\S+)/,
  channelBinding: /never/,
  exportedWithContext: /never/,
  exported: /Keying material: ([0-9A-F]+)/,
  scts: /SCTs present \((\d+)\)/,
  serverEndPoint: /never/,
  serverName: /Hostname in TLS extension: "([^"]*)"/,
  staple: /OCSP Response Status: (\w+)/,
  tlsUnique: /never/,
}

class End implements PeerEnd {
  readonly echoes = false
  readonly program: Program
  readonly #renegotiate: string

  /** @param renegotiate the command. */
  constructor(program: Program, renegotiate: string) {
    this.program = program
    this.#renegotiate = renegotiate
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

  renegotiate(): undefined {
    this.program.write(this.#renegotiate)
  }

  renegotiateForCertificate(): undefined {
    this.program.write('R\n')
  }

  close(): void {
    this.program.write('Q\n')
  }

  kill(): void {
    this.program.kill()
  }
}

function startClient(scope: Scope, options: PeerOptions, args: readonly string[]): End {
  return new End(new Program(scope, command, args, { env: environment(options) }), 'R\n')
}

export const openssl: Peer = {
  name: 'OpenSSL',
  alert: (code) => new RegExp(`SSL alert number ${code}\\b`),
  refusesOtherProtocols: true,
  sendsRejectedEarlyDataAgain: false,
  noCertificate: 116,
  truncation: /unexpected eof while reading/,
  server: { ...abilities },
  client: {
    ...abilities,
    features: new Set([...abilities.features, 'closes']),
  },

  detect: () =>
    version === undefined ? { missing: 'openssl is not installed, or not OpenSSL' } : { version },

  async serve(scope: Scope, options: PeerOptions) {
    const env = environment(options)
    const program = new Program(scope, command, serverArgs(options), { env })
    const port = Number(await program.says(/ACCEPT \S*:(\d+)/))
    return Object.assign(new End(program, 'r\n'), { port })
  },

  connect: (scope, port, options) => startClient(scope, options, clientArgs(port, options)),

  reconnect(scope: Scope, port: number, options: PeerOptions) {
    const args = clientArgs(port, options)
    const session = temporaryFile('', 'session')
    const first = startClient(scope, options, [...args, '-sess_out', session])
    return Object.assign(first, {
      readsFirst: true,
      async second() {
        first.close()
        await first.program.over
        const early = options.earlyDataFile
        const more = early === undefined ? [] : ['-early_data', early]
        return startClient(scope, options, [...args, ...more, '-sess_in', session])
      },
    })
  },
}

/** Its TLS 1.2 takes finite fields from a file only, and does not name them. */
export const openssl12: Peer = speaking12(openssl, {
  suites: suites12(),
  groups: curves,
  common: [
    'renegotiates',
    'scts',
    'sessionIds',
    'encryptThenMac',
    'withoutEncryptThenMac',
    'weakSignatures',
    'withoutExtendedMainSecret',
    'acceptsRenegotiation',
    'refusesRenegotiation',
  ],
  server: ['dhParameters', 'pskHint', 'renegotiatesForCertificate', 'takesCrossingData'],
  client: ['fallbackScsv', 'suiteOrder'],
})
