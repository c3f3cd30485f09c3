// PITFALLS 32: renegotiation that is not bound to the handshake before, or changes who is who.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { FaultCode } from '#src/fault.js'
import {
  addExtension,
  edit,
  editExtension,
  editExtensions,
  editWith,
  nullCredential,
  type Pair,
  type Script,
  trustEveryone,
} from '#src/testing.js'
import { extensionTable } from '#src/wire/extension.js'
import { clientHello } from '#src/wire/message.js'
import { certificate12 } from '#src/wire/message12.js'
import { type AlertName, messageType } from '#src/wire/registry.js'
import { clientCredential, demand, serverCredential, text } from '../support/connect.js'
import { expectRefused, type Role, roles } from '../support/facing.js'
import { facing12 } from '../support/facing12.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'
import { recordsOf } from '../support/records.js'
import { connect12, connectToScript12, psk12, scriptConnects12 } from '../support/tls12.js'

const { renegotiationInfo, extendedMainSecret, alpn } = extensionTable
const renegotiation = { peerMayStart: true }
const allowed = { renegotiation }

interface Renegotiated {
  readonly client?: Partial<ClientConfig>
  readonly server?: Partial<ServerConfig>
  readonly starts?: Role
}

/** The real side of this role, whose peer follows the script from the first handshake on. */
function renegotiated(role: Role, script: Script, options: Renegotiated = {}): Pair {
  const { client = {}, server = {}, starts = 'client' } = options
  const { pair } = facing12(role, script, { ...allowed, ...client }, { ...allowed, ...server })
  pair.run()
  expectEstablished(pair)
  pair[starts].connection.renegotiate()
  return pair.run()
}

function expectEnd(pair: Pair, role: Role, code: FaultCode, name: AlertName): void {
  expectRefused(pair, role, code, name)
  assert.not(pair[role].events.some(({ kind }) => kind === 'renegotiated'))
}

const hellos: Readonly<Record<Role, number>> = {
  client: messageType.serverHello,
  server: messageType.clientHello,
}

for (const role of roles) {
  const type = hellos[role]
  const wrong: readonly (readonly [string, (data: Uint8Array) => Uint8Array | undefined])[] = [
    ['missing', () => undefined],
    ['empty', () => Uint8Array.of(0)],
    ['changed in its first byte', (data) => data.map((byte, i) => (i === 1 ? byte ^ 1 : byte))],
    [
      'changed in its last byte',
      (data) => data.map((byte, i) => (i === data.length - 1 ? byte ^ 1 : byte)),
    ],
    ['cut to half', (data) => concat(Uint8Array.of(6), data.subarray(1, 7))],
    [
      'doubled',
      (data) => Uint8Array.of(2 * (data.length - 1), ...data.subarray(1), ...data.subarray(1)),
    ],
    ['zeros', (data) => data.map((byte, i) => (i === 0 ? byte : 0))],
  ]
  for (const [name, change] of wrong)
    test(`PITFALLS 32: ${role}: renegotiation_info that is ${name} (RFC 5746 3.5, 3.7)`, () => {
      const script = editExtension(type, renegotiationInfo.type, change, { nth: 2 })
      expectEnd(renegotiated(role, script), role, 'badRenegotiationInfo', 'handshakeFailure')
    })

  test(`PITFALLS 32: ${role}: renegotiation_info of a handshake that is the first (RFC 5746 3.4, 3.6)`, () => {
    for (const length of [1, 12, 24]) {
      const data = concat(Uint8Array.of(length), new Uint8Array(length))
      const script = editExtension(type, renegotiationInfo.type, () => data)
      const pair = facing12(role, script).pair.run()
      expectRefusal(pair, role, 'badRenegotiationInfo', 'handshakeFailure')
    }
  })
}

test('PITFALLS 32: the signaling suite in a renegotiation (RFC 5746 3.7)', () => {
  const script = editWith(
    messageType.clientHello,
    clientHello,
    (hello) => ({ ...hello, cipherSuites: [...hello.cipherSuites, 0x00ff] }),
    { nth: 2 },
  )
  expectEnd(renegotiated('server', script), 'server', 'badRenegotiationInfo', 'handshakeFailure')
  const instead = editWith(
    messageType.clientHello,
    clientHello,
    (hello) => ({
      ...hello,
      cipherSuites: [...hello.cipherSuites, 0x00ff],
      extensions: hello.extensions?.filter(
        (extension) => extension.type !== renegotiationInfo.type,
      ),
    }),
    { nth: 2 },
  )
  expectEnd(renegotiated('server', instead), 'server', 'badRenegotiationInfo', 'handshakeFailure')
})

test('PITFALLS 32: a connection into which another client’s first handshake is spliced', () => {
  // What an attacker did before RFC 5746: its own connection, then the victim's ClientHello inside it.
  const victim = connect12().run()
  const [first] = recordsOf(victim.client.transmitted)
  const { pair, peer } = scriptConnects12({}, {}, allowed)
  pair.run()
  peer.wire.handshake(demand(first).fragment)
  pair.run()
  expectEnd(pair, 'server', 'badRenegotiationInfo', 'handshakeFailure')
  // Nor where the attacker's connection has no renegotiation_info.
  const bare = editExtension(messageType.clientHello, renegotiationInfo.type, () => undefined)
  const old = scriptConnects12(bare, { requireRenegotiationInfo: false }, allowed)
  old.pair.run()
  old.peer.wire.handshake(demand(first).fragment)
  old.pair.run()
  expectEstablished(old.pair)
  assert.not(old.pair.server.events.some(({ kind }) => kind === 'renegotiated'))
})

test('PITFALLS 32: a server that becomes another one', () => {
  const other = nullCredential({ name: 'server.example', seed: 'other' })
  const chain = editWith(
    messageType.certificate,
    certificate12,
    () => ({ certificateList: other.chain }),
    { nth: 2 },
  )
  expectEnd(renegotiated('client', chain), 'client', 'changedIdentity', 'illegalParameter')
  // It may well hold the other key.
  let current = serverCredential
  const { pair } = connectToScript12({}, allowed, { ...allowed, credentials: () => current })
  pair.run()
  current = other
  pair.client.connection.renegotiate()
  expectEnd(pair.run(), 'client', 'changedIdentity', 'illegalParameter')
})

test('PITFALLS 32: a server that had a certificate, and has a PSK', () => {
  const suites = [
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256',
  ]
  const both = { suites, psks: [psk12] }
  let credentials: readonly (typeof serverCredential)[] = [serverCredential]
  const server = { ...both, credentials: () => credentials[0] }
  const pair = connect12({ ...both, ...allowed }, { ...server, ...allowed }).run()
  expectEstablished(pair)
  credentials = []
  pair.client.connection.renegotiate()
  expectEnd(pair.run(), 'client', 'changedIdentity', 'illegalParameter')
})

const asked: Partial<ServerConfig> = { clientAuthentication: 'require', verify: trustEveryone }

test('PITFALLS 32: a client that becomes another one, or nobody', () => {
  const other = nullCredential({ name: 'other.example' })
  let current: typeof clientCredential | undefined = clientCredential
  const authenticated = (server: Partial<ServerConfig>) => {
    current = clientCredential
    const pair = connect12(
      { ...allowed, credentials: () => current },
      { ...allowed, ...asked, ...server },
    ).run()
    expectEstablished(pair)
    return pair
  }
  const changed = authenticated({})
  current = other
  changed.client.connection.renegotiate()
  expectEnd(changed.run(), 'server', 'changedIdentity', 'illegalParameter')
  const gone = authenticated({ clientAuthentication: 'request' })
  current = undefined
  gone.client.connection.renegotiate()
  expectEnd(gone.run(), 'server', 'changedIdentity', 'illegalParameter')
})

test('PITFALLS 32: a client that was known by its certificate, and is by a PSK', () => {
  const suites = [
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256',
  ]
  const both = { suites, psks: [psk12] }
  let own: typeof serverCredential | undefined = serverCredential
  const script = editWith(
    messageType.clientHello,
    clientHello,
    (hello) => ({ ...hello, cipherSuites: hello.cipherSuites.slice(1) }),
    { nth: 2 },
  )
  const client = { ...both, ...allowed, credentials: [clientCredential] }
  const server = { ...both, ...allowed, ...asked, clientAuthentication: 'request' as const }
  const { pair } = scriptConnects12(script, client, { ...server, credentials: () => own })
  pair.run()
  expectEstablished(pair)
  own = undefined
  pair.client.connection.renegotiate()
  pair.run()
  // The scripted client refuses a server without its certificate just as well; the server was first.
  assert.is(pair.server.fault?.code, 'changedIdentity')
  assert.not(pair.server.events.some(({ kind }) => kind === 'renegotiated'))
})

const pskSuites = [
  'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
]

test('PITFALLS 32: a client that was known by a PSK, and is by another one', () => {
  // Both identities have the same key: only the name is another.
  const script = edit(
    messageType.clientKeyExchange,
    (body) => body.map((byte, i) => (i === 2 ? byte ^ 1 : byte)),
    { nth: 2 },
  )
  const options = {
    client: { suites: pskSuites, psks: [psk12] },
    server: { suites: pskSuites, lookupPsk: () => psk12 },
  }
  const pair = renegotiated('server', script, options)
  assert.equal(pair.server.info?.pskIdentity, psk12.identity)
  expectEnd(pair, 'server', 'changedIdentity', 'illegalParameter')
})

test('PITFALLS 32: sides that knew each other by a PSK, and do no more', () => {
  const script = editWith(
    messageType.clientHello,
    clientHello,
    (hello) => ({ ...hello, cipherSuites: hello.cipherSuites.slice(1) }),
    { nth: 2 },
  )
  const both = { suites: pskSuites, psks: [psk12], ...allowed }
  const { pair } = scriptConnects12(script, both, both)
  pair.run()
  expectEstablished(pair)
  pair.client.connection.renegotiate()
  pair.run()
  // The scripted client refuses it as a client does: the server does not come to it.
  assert.is(pair.client.fault?.code, 'changedIdentity')
  assert.not(pair.server.events.some(({ kind }) => kind === 'renegotiated'))
})

test('PITFALLS 32: another name, protocol, or other bonds than before', () => {
  const options = { client: { alpn: ['a', 'b'] }, server: { alpn: ['a', 'b'] } }
  const scripts: readonly (readonly [Role, Script, FaultCode])[] = [
    [
      'server',
      editExtension(messageType.clientHello, 0, () => text('\0\x08\0\0\x05other'), { nth: 2 }),
      'changedInRenegotiation',
    ],
    [
      'server',
      editExtension(messageType.clientHello, 0, () => undefined, { nth: 2 }),
      'changedInRenegotiation',
    ],
    [
      'server',
      editExtension(messageType.clientHello, alpn.type, () => text('\0\x02\x01b'), { nth: 2 }),
      'changedInRenegotiation',
    ],
    [
      'server',
      editExtension(messageType.clientHello, alpn.type, () => undefined, { nth: 2 }),
      'changedInRenegotiation',
    ],
    [
      'client',
      editExtension(messageType.serverHello, alpn.type, () => text('\0\x02\x01b'), { nth: 2 }),
      'changedInRenegotiation',
    ],
    [
      'client',
      editExtension(messageType.serverHello, alpn.type, () => undefined, { nth: 2 }),
      'changedInRenegotiation',
    ],
  ]
  for (const [role, script, code] of scripts)
    expectEnd(renegotiated(role, script, options), role, code, 'illegalParameter')
  const prefer = { extendedMainSecret: 'prefer' } as const
  for (const role of roles) {
    const script = editExtension(hellos[role], extendedMainSecret.type, () => undefined, { nth: 2 })
    const pair = renegotiated(role, script, { client: prefer, server: prefer })
    expectEnd(pair, role, 'changedInRenegotiation', 'illegalParameter')
  }
})

test('PITFALLS 32: another version than before (RFC 9846 4.2.1)', () => {
  for (const legacyVersion of [0x0302, 0x0301]) {
    const script = editWith(
      messageType.clientHello,
      clientHello,
      (hello) => ({ ...hello, legacyVersion }),
      { nth: 2 },
    )
    expectEnd(renegotiated('server', script), 'server', 'noCommonVersion', 'protocolVersion')
  }
  const newer = addExtension(
    messageType.clientHello,
    { type: extensionTable.supportedVersions.type, data: Uint8Array.of(2, 3, 4) },
    { nth: 2 },
  )
  expectEnd(renegotiated('server', newer), 'server', 'noCommonVersion', 'protocolVersion')
  const answered = editExtensions(
    messageType.serverHello,
    (list) => [...list, { type: extensionTable.supportedVersions.type, data: Uint8Array.of(3, 4) }],
    { nth: 2 },
  )
  expectEnd(
    renegotiated('client', answered),
    'client',
    'unsolicitedExtension',
    'unsupportedExtension',
  )
})

test.run()
