// PITFALLS 1 to 3 and 10, where TLS 1.2 is spoken: a peer that has not shown who it is.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Credential } from '#src/decision.js'
import {
  after,
  combine,
  edit,
  editWith,
  nullCredential,
  nullKey,
  omit,
  on,
  type Pair,
  type Script,
  trustEveryone,
} from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import { serverHello } from '#src/wire/message.js'
import { certificate12, certificateRequest12, digitallySigned } from '#src/wire/message12.js'
import { messageType } from '#src/wire/registry.js'
import { clientCredential, connect, demand, serverCredential } from '../support/connect.js'
import { fromClient12, fromServer12 } from '../support/facing12.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'
import {
  again,
  connectToScript12,
  only12,
  psk12,
  rsaCredential,
  scriptConnects12,
  ticketKeys,
} from '../support/tls12.js'

const {
  certificate,
  certificateRequest,
  certificateVerify,
  clientKeyExchange,
  finished,
  serverKeyExchange,
} = messageType
const authenticated: Partial<ServerConfig> = {
  clientAuthentication: 'require',
  verify: trustEveryone,
}

function fromClient(
  script: Script,
  client: Partial<ClientConfig> = {},
  server: Partial<ServerConfig> = authenticated,
): Pair {
  return fromClient12(script, { credentials: [clientCredential], ...client }, server)
}

function refusesServer(
  pair: Pair,
  code: Parameters<typeof expectRefusal>[2] = 'unexpectedMessage',
) {
  expectRefusal(pair, 'client', code, 'unexpectedMessage')
}

function refusesClient(
  pair: Pair,
  code: Parameters<typeof expectRefusal>[2] = 'unexpectedMessage',
) {
  expectRefusal(pair, 'server', code, 'unexpectedMessage')
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
}

// 1

test('PITFALLS 1: a server without ServerKeyExchange', () => {
  for (const suite of [
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256',
  ]) {
    const psks = suite.includes('PSK') ? { psks: [psk12] } : {}
    const client = { suites: [suite], ...psks }
    const credentials = [serverCredential, rsaCredential]
    refusesServer(fromServer12(omit(serverKeyExchange), client, { ...client, credentials }))
  }
})

test('PITFALLS 1: a server without Certificate, or without both', () => {
  refusesServer(fromServer12(omit(certificate)))
  refusesServer(fromServer12(combine(omit(certificate), omit(serverKeyExchange))))
  const rsa = { suites: ['TLS_RSA_WITH_AES_128_GCM_SHA256'] }
  refusesServer(fromServer12(omit(certificate), rsa, { ...rsa, credentials: [rsaCredential] }))
})

test('PITFALLS 1: a server with an empty Certificate', () => {
  const empty = edit(certificate, () => Uint8Array.of(0, 0, 0))
  for (const script of [empty, combine(empty, omit(serverKeyExchange))])
    expectRefusal(fromServer12(script), 'client', 'emptyServerCertificate', 'decodeError')
})

test('PITFALLS 1: a server that copied a certificate and signs with a key of its own', () => {
  const { chain, key } = serverCredential
  if (key === 'decide') return
  const own = nullKey('ed25519', 'mine')
  const copied = { chain, key: { ...own, publicKey: key.publicKey } }
  const pair = fromServer12({}, {}, { credentials: [copied] })
  expectRefusal(pair, 'client', 'badSignature', 'decryptError')
})

test('PITFALLS 1: a server that copied a certificate, and cannot decrypt', () => {
  const rsa = { suites: ['TLS_RSA_WITH_AES_128_GCM_SHA256'] }
  const { chain, key } = rsaCredential
  if (key === 'decide') return
  const own = nullKey('rsa', 'mine')
  const copied = { chain, key: { ...own, publicKey: key.publicKey } }
  const pair = fromServer12({}, rsa, { ...rsa, credentials: [copied] })
  assert.is(pair.client.info, undefined)
  assert.is(pair.server.fault?.code, 'badRecordMac')
  assert.is(pair.client.data.length, 0)
})

test('PITFALLS 1: a client without CertificateVerify', () => {
  // The next thing that it sends is change_cipher_spec.
  refusesClient(fromClient(omit(certificateVerify)), 'badChangeCipherSpec')
})

test('PITFALLS 1: a client without Certificate, or without any of its messages', () => {
  refusesClient(fromClient(omit(certificate)))
  refusesClient(fromClient(combine(omit(certificate), omit(certificateVerify))))
  const none = combine(omit(certificate), omit(certificateVerify), omit(clientKeyExchange))
  refusesClient(fromClient(none), 'badChangeCipherSpec')
})

test('PITFALLS 1: a client with an empty Certificate, and a signature of nobody', () => {
  const empty = edit(certificate, () => Uint8Array.of(0, 0, 0))
  const request: Partial<ServerConfig> = { clientAuthentication: 'request', verify: trustEveryone }
  refusesClient(fromClient(empty, {}, request))
  expectRefusal(fromClient(empty), 'server', 'noPeerCertificate', 'handshakeFailure')
  expectEstablished(
    fromClient(combine(empty, omit(certificateVerify)), { extendedMainSecret: 'prefer' }, request),
  )
})

test('PITFALLS 1: a client that shows a certificate unasked', () => {
  const chain = encode(certificate12, { certificateList: clientCredential.chain })
  const script = on(clientKeyExchange, (message, wire) =>
    concat(wire.message(certificate, chain), wire.send(message)),
  )
  refusesClient(fromClient(script, {}, {}))
  const verify = encode(digitallySigned, { algorithm: 0x0807, signature: new Uint8Array(64) })
  const behind = after(clientKeyExchange, (wire) => void wire.message(certificateVerify, verify))
  refusesClient(fromClient(behind, {}, {}))
})

// 2

const forgeries: readonly (readonly [string, (signature: Uint8Array) => Uint8Array])[] = [
  ['with its first byte changed', (signature) => flip(signature, 0)],
  ['with its last byte changed', (signature) => flip(signature, signature.length - 1)],
  ['empty', () => new Uint8Array(0)],
  ['too short', (signature) => signature.subarray(1)],
  ['too long', (signature) => Uint8Array.of(...signature, 0)],
]

/** ServerKeyExchange under x25519: parameters of 36 bytes, then what is signed about them. */
const parametersLength = 36

for (const [name, forge] of forgeries) {
  test(`PITFALLS 2: a server's signature, ${name}`, () => {
    const script = edit(serverKeyExchange, (body) => {
      const signed = decode(digitallySigned, body.subarray(parametersLength))
      const forged = encode(digitallySigned, { ...signed, signature: forge(signed.signature) })
      return concat(body.subarray(0, parametersLength), forged)
    })
    expectRefusal(fromServer12(script), 'client', 'badSignature', 'decryptError')
  })

  test(`PITFALLS 2: a client's signature, ${name}`, () => {
    const script = editWith(certificateVerify, digitallySigned, (message) => ({
      ...message,
      signature: forge(message.signature),
    }))
    expectRefusal(fromClient(script), 'server', 'badSignature', 'decryptError')
  })
}

/** A key that signs something else. */
function signing(
  { chain, key }: Credential,
  change: (message: Uint8Array) => Uint8Array,
): Credential {
  if (key === 'decide') throw new Error('a key is needed')
  const sign: typeof key.sign = (name, message, random) => key.sign(name, change(message), random)
  return { chain, key: { ...key, sign } }
}

test('PITFALLS 2: a signature over other parameters, other randoms, or in another order', () => {
  const changes: readonly ((message: Uint8Array) => Uint8Array)[] = [
    // A bit of client_random, of server_random, of the curve, of the share.
    ...[0, 31, 32, 63, 65, 66, 68, 99].map((at) => (message: Uint8Array) => flip(message, at)),
    (message) => concat(message.subarray(32, 64), message.subarray(0, 32), message.subarray(64)),
    // The parameters alone, as they would do for every connection.
    (message) => message.subarray(64),
    (message) => message.subarray(32),
    (message) => concat(message, Uint8Array.of(0)),
  ]
  for (const change of changes) {
    const credentials = [signing(serverCredential, change)]
    expectRefusal(fromServer12({}, {}, { credentials }), 'client', 'badSignature', 'decryptError')
  }
})

test('PITFALLS 2: parameters that were changed behind the signature', () => {
  for (const at of [4, 5, 20, 35])
    for (const transcript of ['sent', 'meant'] as const) {
      const script = edit(serverKeyExchange, (body) => flip(body, at), { transcript })
      expectRefusal(fromServer12(script), 'client', 'badSignature', 'decryptError')
    }
})

test('PITFALLS 2: the signature of another connection', () => {
  const bodies: Uint8Array[] = []
  const record = edit(serverKeyExchange, (body) => {
    bodies.push(body.slice())
    return body
  })
  expectEstablished(connectToScript12(record).pair.run())
  const replay = edit(serverKeyExchange, () => demand(bodies[0]))
  const { pair } = connectToScript12(replay, again({}), again({}))
  expectRefusal(pair.run(), 'client', 'badSignature', 'decryptError')
})

test('PITFALLS 2: a client that signs something else than all messages up to here', () => {
  const changes: readonly ((message: Uint8Array) => Uint8Array)[] = [
    (message) => flip(message, 10),
    (message) => flip(message, message.length - 1),
    // Without its last message, or without the first.
    (message) => message.subarray(0, -37),
    (message) => message.subarray(4),
    () => new Uint8Array(0),
  ]
  for (const change of changes) {
    const credentials = [signing(clientCredential, change)]
    expectRefusal(fromClient({}, { credentials }), 'server', 'badSignature', 'decryptError')
  }
})

test('PITFALLS 2: a certificate that was exchanged on the way', () => {
  const other = demand(nullCredential({ name: 'server.example', seed: 'other' }).chain[0])
  for (const transcript of ['sent', 'meant'] as const) {
    const script = editWith(certificate, certificate12, () => ({ certificateList: [other] }), {
      transcript,
    })
    expectRefusal(fromServer12(script), 'client', 'badSignature', 'decryptError')
    expectRefusal(fromClient(script), 'server', 'badSignature', 'decryptError')
  }
})

// 3

const wrongFinished: readonly (readonly [string, (body: Uint8Array) => Uint8Array])[] = [
  ...Array.from(
    { length: 12 },
    (_, at) => [`byte ${at} changed`, (body: Uint8Array) => flip(body, at)] as const,
  ),
  ['empty', () => new Uint8Array(0)],
  ['one byte short', (body) => body.subarray(0, 11)],
  ['one byte long', (body) => Uint8Array.of(...body, 0)],
  ['all zeros', () => new Uint8Array(12)],
  ['as long as a hash', (body) => concat(body, body, body).subarray(0, 32)],
]

const tickets = { tickets: { keys: ticketKeys } }
const session = demand(connect(only12({}), only12(tickets)).run().client.sessions[0])

for (const [name, change] of wrongFinished)
  test(`PITFALLS 3: Finished, ${name}, in a full handshake and in a resumption`, () => {
    const script = edit(finished, change)
    expectRefusal(fromServer12(script), 'client', 'badFinished', 'decryptError')
    expectRefusal(fromClient(script), 'server', 'badFinished', 'decryptError')
    const resumed = fromServer12(script, { session }, again(tickets))
    expectRefusal(resumed, 'client', 'badFinished', 'decryptError')
    const { pair } = scriptConnects12(script, { session }, again(tickets))
    expectRefusal(pair.run(), 'server', 'badFinished', 'decryptError')
  })

test("PITFALLS 3: the other side's Finished sent back, or the one of the handshake before", () => {
  let theirs: Uint8Array | undefined
  const observe: ClientConfig['observe'] = (observation) => {
    if (observation.kind === 'message' && observation.type === finished)
      theirs ??= observation.bytes.slice(4)
  }
  const mirror = edit(finished, () => demand(theirs))
  expectRefusal(fromServer12(mirror, {}, { observe }), 'client', 'badFinished', 'decryptError')
  const renegotiation = { renegotiation: { peerMayStart: true } }
  const first: Uint8Array[] = []
  const repeat = edit(finished, (body) => {
    first.push(body.slice())
    return demand(first[0])
  })
  const { pair } = connectToScript12(repeat, renegotiation, renegotiation)
  pair.run()
  pair.client.connection.renegotiate()
  assert.is(pair.run().client.fault?.code, 'badFinished')
})

test('PITFALLS 3: a handshake of which the two sides saw different messages', () => {
  // Something harmless in itself: what kinds of certificates the server would take.
  const change = editWith(
    certificateRequest,
    certificateRequest12,
    (message) => ({ ...message, certificateTypes: Uint8Array.of(64, 2) }),
    { transcript: 'meant' },
  )
  const prefer = { extendedMainSecret: 'prefer' } as const
  const request: Partial<ServerConfig> = { clientAuthentication: 'request', verify: trustEveryone }
  // With the extended main secret the keys differ already.
  const extended = fromServer12(change, {}, request)
  assert.is(extended.server.fault?.code, 'badRecordMac')
  assert.is(extended.client.info, undefined)
  const plain = fromServer12(
    change,
    { ...prefer, profile: { omitExtensions: [23] } },
    { ...request, ...prefer },
  )
  assert.is(plain.server.fault?.code, 'badFinished')
  assert.is(plain.client.info, undefined)
})

// 10

test('PITFALLS 10: a suite without a certificate that the client did not offer', () => {
  // TLS_PSK_…, TLS_ECDHE_PSK_…, DH_anon, ECDH_anon, NULL.
  for (const cipherSuite of [0x00a8, 0xd001, 0x0034, 0xc018, 0x0000, 0x0002]) {
    const script = editWith(messageType.serverHello, serverHello, (hello) => ({
      ...hello,
      cipherSuite,
    }))
    expectRefusal(fromServer12(script), 'client', 'unofferedSuite', 'illegalParameter')
  }
})

test('PITFALLS 10: a PSK does not stand for a certificate that is required', () => {
  const psks = { suites: ['TLS_PSK_WITH_AES_128_GCM_SHA256'], psks: [psk12] }
  assert.throws(() => connect(only12(psks), only12({ ...psks, ...authenticated })))
  const lookup = { ...psks, psks: [], lookupPsk: () => psk12 }
  assert.throws(() => connect(only12(psks), only12({ ...lookup, ...authenticated })))
  // Nor by a decision about this client, nor in a renegotiation.
  const pair = connect(only12(psks), only12({ ...lookup, configure: () => authenticated })).run()
  expectRefusal(pair, 'server', 'policyFailed', 'internalError')
  const renegotiation = { renegotiation: { peerMayStart: true } }
  const known = connect(
    only12({ ...psks, ...renegotiation }),
    only12({ ...lookup, ...renegotiation, verify: trustEveryone }),
  ).run()
  expectEstablished(known)
  assert.throws(() => known.server.connection.renegotiate({ clientAuthentication: 'require' }))
})

test.run()
