/** Go's crypto/tls, in a program of our own that is built when the tests run. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { allSuites12 } from '@sanstls/core/noble/tls12'
import { tryLater } from '../support/authority.js'
import type { Abilities, Fact, Peer, PeerEnd, PeerOptions } from '../support/peer.js'
import { firstLine, Program } from '../support/process.js'
import type { Scope } from '../support/scope.js'
import { speaking12 } from './versions.js'

const source = fileURLToPath(new URL('../../../test/live/peers/peer.go', import.meta.url))

const groupIds: Readonly<Record<string, number>> = {
  secp256r1: 23,
  secp384r1: 24,
  secp521r1: 25,
  x25519: 29,
  X25519MLKEM768: 0x11ec,
  SecP256r1MLKEM768: 0x11eb,
  SecP384r1MLKEM1024: 0x11ed,
}

/** Go 1.24 and later have X25519MLKEM768; 1.26 and later the other hybrids. */
function groupsOf(minor: number): readonly string[] {
  const newest = (name: string) => (name === 'X25519MLKEM768' ? 24 : 26)
  return Object.keys(groupIds).filter((name) => !name.includes('MLKEM') || minor >= newest(name))
}

const version = /go version go(\S+)/.exec(firstLine('go', ['version']) ?? '')?.[1]

const abilities: Abilities = {
  suites: ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
  groups: groupsOf(Number(version?.split('.')[1] ?? 0)),
  identities: ['ECDSA P-256', 'ECDSA P-384', 'ECDSA P-521', 'Ed25519', 'RSA 2048'],
  features: new Set([
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
  ]),
}

const alerts: Readonly<Record<number, string>> = {
  20: 'bad record MAC',
  40: 'handshake failure',
  42: 'bad certificate',
  47: 'illegal parameter',
  48: 'unknown certificate authority',
  70: 'protocol version not supported',
  116: 'certificate required',
  120: 'no application protocol',
}

/** The compiled program, or why there is none. Where Go has built nothing yet, building takes a minute. */
function build(): { readonly program: string } | { readonly missing: string } {
  if (version === undefined) return { missing: 'go is not installed' }
  const folder = mkdtempSync(join(tmpdir(), 'sanstls-go-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const program = join(folder, 'peer')
  const { status, stderr } = spawnSync('go', ['build', '-o', program, source], {
    encoding: 'utf8',
    timeout: 400_000,
    env: { ...process.env, GO111MODULE: 'off', CGO_ENABLED: '0' },
  })
  return status === 0 ? { program } : { missing: `go build failed: ${stderr}`.trim() }
}

const built = build()
const program = 'program' in built ? built.program : ''

class End implements PeerEnd {
  readonly echoes = false
  readonly #program: Program

  constructor(running: Program) {
    this.#program = running
  }

  write(data: string | Uint8Array): void {
    this.#program.write(data)
  }

  receives(data: string | Uint8Array): Promise<void> {
    return this.#program.prints(data)
  }

  async fact(name: Fact): Promise<string> {
    const value = await this.#program.says(new RegExp(`^${name}: (.*)$`, 'm'))
    return name === 'staple' && value === Buffer.from(tryLater).toString('hex') ? 'tryLater' : value
  }

  says(pattern: RegExp): Promise<string> {
    return this.#program.says(pattern)
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
    Versions: options.versions ?? ['TLS 1.3'],
    Suites: suites?.map((name) => allSuites12.find((suite) => suite.name === name)?.id),
    Groups: groups?.map((name) => groupIds[name]),
    Identities: [identity, otherIdentity].flatMap((one) =>
      one === undefined ? [] : [{ Chain: one.chainFile, Key: one.keyFile }],
    ),
    Trust: trust?.file,
    ServerName: serverName,
    Alpn: alpn,
    KeylogFile: keylogFile,
    ExportLabel: options.exportLabel,
    StapleFile: options.stapleFile,
    Sct: options.sct === undefined ? undefined : Buffer.from(options.sct).toString('base64'),
    Renegotiate: options.acceptRenegotiation,
  }
  // Without a module Go takes the program for an old one.
  const env = { GODEBUG: 'tlsmlkem=1,tlssecpmlkem=1' }
  return new Program(scope, program, [JSON.stringify(args)], { env })
}

export const go: Peer = {
  name: 'Go crypto/tls',
  alert: (code) => new RegExp(`remote error: tls: ${alerts[code] ?? code}`),
  // An end between two records is a clean end to it.
  noCertificate: 116,
  truncation: undefined,
  refusesOtherProtocols: true,
  sendsRejectedEarlyDataAgain: false,
  server: abilities,
  client: abilities,

  detect: () => ('missing' in built ? built : { version: version ?? 'unknown' }),

  async serve(scope, options) {
    const running = run(scope, { Role: 'server' }, options)
    const port = Number(await running.says(/^listening: (\d+)$/m))
    return Object.assign(new End(running), { port })
  },

  connect(scope, port, options) {
    return new End(run(scope, { Role: 'client', Port: port }, options))
  },

  reconnect(scope, port, options) {
    const end = new End(run(scope, { Role: 'client', Port: port, Reconnect: true }, options))
    // It leaves the first connection once it has read a line, and then reports to the second.
    return Object.assign(end, { readsFirst: true, second: async () => end })
  },
}

/** As its documentation lists them; none with DHE, CCM or PSKs. */
const suites12 = allSuites12.filter(
  ({ name, keyExchange }) =>
    ['ecdhe', 'rsa'].includes(keyExchange) && !/CCM|SHA384|AES_256_CBC_SHA256/.test(name),
)
const gcm256 = allSuites12.filter(
  ({ name, keyExchange }) =>
    ['ecdhe', 'rsa'].includes(keyExchange) && name.endsWith('AES_256_GCM_SHA384'),
)

export const go12: Peer = speaking12(go, {
  suites: [...suites12, ...gcm256].map(({ name }) => name),
  groups: ['x25519', 'secp256r1', 'secp384r1', 'secp521r1'],
  // It has neither encrypt-then-MAC nor session ids.
  common: ['scts', 'suites', 'tlsUnique', 'withoutEncryptThenMac'],
  server: [],
  client: ['acceptsRenegotiation'],
})
