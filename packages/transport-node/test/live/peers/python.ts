/** Python's ssl module, in a program of our own. */
import { fileURLToPath } from 'node:url'
import { allSuites12 } from '@sanstls/core/noble/tls12'
import { identityKinds } from '../support/authority.js'
import type { Abilities, Fact, Peer, PeerEnd, PeerOptions } from '../support/peer.js'
import { firstLine, Program } from '../support/process.js'
import type { Scope } from '../support/scope.js'
import { isOf12, opensslName } from '../support/suite-names.js'
import { speaking12 } from './versions.js'

const source = fileURLToPath(new URL('../../../test/live/peers/peer.py', import.meta.url))
/** Not what may stand in front of it, which takes longer to start than it. */
const command = firstLine('python3', ['-c', 'import sys; print(sys.executable)']) ?? 'python3'

const groupNames: Readonly<Record<string, string>> = {
  x25519: 'X25519',
  x448: 'X448',
  secp256r1: 'prime256v1',
  secp384r1: 'secp384r1',
  secp521r1: 'secp521r1',
}

const abilities: Abilities = {
  // It offers what OpenSSL has by default, and cannot be told otherwise.
  suites: ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
  groups: Object.keys(groupNames),
  identities: identityKinds,
  features: new Set([
    'alpn',
    'answersClose',
    'clientCertificate',
    'closes',
    'cookieAlone',
    'keylog',
    'postHandshakeAuth',
    'resumption',
  ]),
}

/** As OpenSSL words them; Python writes some of them in its own way. */
const alerts: Readonly<Record<number, string>> = {
  20: 'bad record mac',
  40: 'handshake failure',
  42: 'bad certificate',
  47: 'illegal parameter',
  48: 'unknown ca',
  71: 'insufficient security',
  70: 'protocol version',
  116: 'certificate required',
  120: 'no application protocol',
}

class End implements PeerEnd {
  readonly echoes = false
  readonly #program: Program

  constructor(program: Program) {
    this.#program = program
  }

  write(data: string | Uint8Array): void {
    this.#program.write(data)
  }

  receives(data: string | Uint8Array): Promise<void> {
    return this.#program.prints(data)
  }

  fact(name: Fact): Promise<string> {
    return this.#program.says(new RegExp(`^${name}: (.*)$`, 'm'))
  }

  says(pattern: RegExp): Promise<string> {
    return this.#program.says(pattern)
  }

  requestCertificate(): undefined {
    this.#program.write('!certificate\n')
  }

  close(): void {
    this.#program.end()
  }

  kill(): void {
    this.#program.kill()
  }
}

function run(scope: Scope, own: object, options: PeerOptions): Program {
  const { suites, groups, identity, otherIdentity, trust, serverName, alpn, keylogFile } = options
  const args = {
    ...own,
    // It takes one at most.
    group: groups?.length === 1 ? groupNames[groups[0] ?? ''] : undefined,
    ciphers: suites?.filter(isOf12).map(opensslName).join(':'),
    identities: [identity, otherIdentity].flatMap((one) =>
      one === undefined ? [] : [[one.chainFile, one.keyFile]],
    ),
    trust: trust?.file,
    serverName,
    alpn,
    versions: options.versions ?? ['TLS 1.3'],
    keylogFile,
    postHandshakeAuth: options.postHandshakeAuth,
    withoutTickets: options.withoutTickets,
    withoutEncryptThenMac: options.withoutEncryptThenMac,
    withoutExtendedMainSecret: options.withoutExtendedMainSecret,
    acceptRenegotiation: options.acceptRenegotiation,
    dhParametersFile: options.dhParametersFile,
  }
  // It starts in half the time without what a site adds.
  return new Program(scope, command, ['-I', '-S', source, JSON.stringify(args)])
}

/** Of TLS 1.2: what its OpenSSL lists, but for PSKs, which it has only since 3.13. */
function suites12(): readonly string[] {
  const script =
    "import ssl; c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT); c.set_ciphers('ALL:@SECLEVEL=0'); print(*[s['name'] for s in c.get_ciphers()])"
  const listed = new Set(firstLine(command, ['-c', script])?.split(' '))
  return allSuites12
    .filter(({ keyExchange }) => !keyExchange.toLowerCase().endsWith('psk'))
    .map(({ name }) => name)
    .filter((name) => listed.has(opensslName(name)))
}

const question = 'import platform, ssl; print(platform.python_version(), ssl.OPENSSL_VERSION)'

export const python: Peer = {
  name: 'Python ssl',
  alert: (code) => new RegExp(`alert ${alerts[code] ?? code}`.replaceAll(' ', '[ _]'), 'i'),
  noCertificate: 116,
  truncation: /EOF occurred in violation of protocol/,
  refusesOtherProtocols: false,
  sendsRejectedEarlyDataAgain: false,
  server: { ...abilities, features: new Set([...abilities.features, 'serverName', 'groups']) },
  client: {
    ...abilities,
    // These it offers as well, behind the others.
    groups: [...abilities.groups, 'ffdhe2048', 'ffdhe3072', 'ffdhe4096', 'ffdhe6144', 'ffdhe8192'],
    features: new Set([...abilities.features, 'serverName']),
  },

  detect() {
    const found = /^(\S+) (OpenSSL \S+)/.exec(firstLine(command, ['-c', question]) ?? '')
    if (found === null) return { missing: 'python3 with ssl on OpenSSL is not installed' }
    return { version: `${found[1]} (${found[2]})` }
  },

  async serve(scope, options) {
    const program = run(scope, { role: 'server' }, options)
    const port = Number(await program.says(/^listening: (\d+)$/m))
    return Object.assign(new End(program), { port })
  },

  connect(scope, port, options) {
    return new End(run(scope, { role: 'client', port }, options))
  },

  reconnect(scope, port, options) {
    const end = new End(run(scope, { role: 'client', port, reconnect: true }, options))
    // It leaves the first connection once it has read a line.
    return Object.assign(end, { readsFirst: true, second: async () => end })
  },
}

export const python12: Peer = speaking12(python, {
  suites: suites12(),
  groups: Object.keys(groupNames),
  common: [
    'refusesRenegotiation',
    'sessionIds',
    'suites',
    'tlsUnique',
    'encryptThenMac',
    'withoutEncryptThenMac',
    'withoutExtendedMainSecret',
  ],
  server: ['dhParameters'],
  client: ['acceptsRenegotiation', 'suiteOrder'],
})
