// PITFALLS 23, 30 and 31, where TLS 1.2 is spoken, with real cryptography: shares and parameters that are not valid, what
// RSA key transport gives away, and where randomness comes from.
import { generateKeyPairSync, type KeyObject, webcrypto } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, hex } from '#src/bytes.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { CryptoProvider, SigningKey } from '#src/crypto/provider.js'
import type { Credential } from '#src/decision.js'
import { nobleTls12 } from '#src/noble/tls12.js'
import {
  edit,
  nullCertificate,
  nullKey,
  type Pair,
  type Script,
  seededRandom,
} from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import { dhParams, dhPublic, ecdhParams, ecdhPublic } from '#src/wire/message12.js'
import { messageType } from '#src/wire/registry.js'
import { connect, connectToScript, demand, scriptConnects, text } from '../support/connect.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'
import { resigned } from '../support/resign.js'
import { again, connect12, only12, rsaCredential, scriptConnects12 } from '../support/tls12.js'
import { fromHex } from '../support/vectors.js'

const { serverKeyExchange, clientKeyExchange } = messageType

function imported(privateKey: KeyObject): {
  readonly key: SigningKey
  readonly credential: Credential
} {
  const pkcs8 = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }))
  const key = nobleTls12.importPrivateKey(pkcs8)
  return { key, credential: { chain: [nullCertificate('server.example', key.publicKey)], key } }
}

const ed = imported(generateKeyPairSync('ed25519').privateKey)
const rsa = imported(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
const noRandom = seededRandom('signatures')

function options(suite: string, groups?: readonly string[]): Partial<ClientConfig & ServerConfig> {
  return {
    ...only12({ crypto: nobleTls12 }),
    suites: [suite],
    ...(groups === undefined ? {} : { groups }),
  } as Partial<ClientConfig & ServerConfig>
}

type Change = Uint8Array | ((own: Uint8Array) => Uint8Array)

function changed(own: Uint8Array, change: Change): Uint8Array {
  return typeof change === 'function' ? change(own) : change
}

/** A share in the place of the peer's; the server's is signed all the same. */
function exchange(group: string, role: 'client' | 'server', change: Change): Pair {
  const isDhe = group === 'dhe'
  const suite = isDhe
    ? 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'
    : 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
  const common = options(suite, [isDhe ? 'ffdhe2048' : group])
  const { credential, key } = isDhe ? rsa : ed
  const { earlyData: _, ...both } = common
  const server = { ...both, credentials: [credential] }
  if (role === 'server') {
    const codec = isDhe ? dhPublic : ecdhPublic
    const script = edit(clientKeyExchange, (body) =>
      encode(codec, changed(decode(codec, body), change)),
    )
    return scriptConnects(script, both, server).pair.run()
  }
  const { script, observe } = resigned({
    kind: isDhe ? 'dhe' : 'ecdhe',
    parameters: isDhe
      ? (own) => {
          const value = decode(dhParams, own)
          return encode(dhParams, { ...value, dhYs: changed(value.dhYs, change) })
        }
      : (own) => {
          const value = decode(ecdhParams, own)
          return encode(ecdhParams, { ...value, public: changed(value.public, change) })
        },
    algorithm: isDhe ? 0x0401 : 0x0807,
    sign: (content) => key.sign(isDhe ? 'rsa_pkcs1_sha256' : 'ed25519', content, noRandom),
  })
  return connectToScript(script, { ...both, observe }, server).pair.run()
}

const p = demand(nobleTls12.finiteField?.parameters(256)).prime

function number(length: number, value: number): Uint8Array {
  const bytes = new Uint8Array(length)
  bytes[length - 1] = value
  return bytes
}

/** Points of small order, all of which give a secret of zeros (RFC 7748 6.1, 6.2). */
const lowOrder25519 = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]

const invalidShares: Readonly<Record<string, readonly (readonly [string, Change])[]>> = {
  x25519: lowOrder25519.map((digits) => [`of small order, ${digits.slice(0, 8)}`, fromHex(digits)]),
  x448: [['0', new Uint8Array(56)]],
  secp256r1: [
    ['not on the curve', (own) => own.map((byte, i) => (i === 64 ? byte ^ 1 : byte))],
    ['the point at infinity', new Uint8Array(65)],
    ['the point at infinity, in one byte', new Uint8Array(1)],
    ['compressed', (own) => Uint8Array.of(2 + ((own[64] ?? 0) & 1), ...own.subarray(1, 33))],
    ['hybrid', (own) => Uint8Array.of(6 + ((own[64] ?? 0) & 1), ...own.subarray(1))],
    ['coordinates above p', Uint8Array.of(4, ...new Uint8Array(64).fill(0xff))],
  ],
  secp384r1: [['not on the curve', (own) => own.map((byte, i) => (i === 96 ? byte ^ 1 : byte))]],
}

const wrongLengths: readonly (readonly [string, Change])[] = [
  ['one byte short', (own) => own.subarray(1)],
  ['one byte long', (own) => concat(own, Uint8Array.of(0))],
  ['one byte', Uint8Array.of(4)],
]

const invalidNumbers: readonly (readonly [string, Change])[] = [
  ['0', number(256, 0)],
  ['0, in one byte', number(1, 0)],
  ['1', number(256, 1)],
  ['1, in one byte', number(1, 1)],
  ['p - 1', p.map((byte, i) => (i === 255 ? byte - 1 : byte))],
  ['p', p],
  ['2^2048 - 1', new Uint8Array(256).fill(0xff)],
  ['longer than p', (own) => concat(Uint8Array.of(1), own)],
]

for (const role of ['client', 'server'] as const) {
  for (const [group, shares] of Object.entries(invalidShares)) {
    test(`PITFALLS 30: ${role}: ${group}: shares that are not valid`, () => {
      for (const [name, share] of [...shares, ...wrongLengths]) {
        const { info, fault } = exchange(group, role, share)[role]
        assert.is(info, undefined, name)
        assert.is(fault?.code, 'invalidKeyShare', `${name}: ${fault?.message}`)
        assert.is(fault?.alert, 47)
      }
    })

    test(`PITFALLS 30: ${role}: ${group}: a share that is`, () => {
      expectEstablished(exchange(group, role, (own) => own))
    })
  }

  test(`PITFALLS 30: ${role}: DHE: numbers that are not valid`, () => {
    for (const [name, share] of invalidNumbers) {
      const { info, fault } = exchange('dhe', role, share)[role]
      assert.is(info, undefined, name)
      assert.is(fault?.code, 'invalidKeyShare', `${name}: ${fault?.message}`)
      assert.is(fault?.alert, 47)
    }
  })

  test(`PITFALLS 30: ${role}: DHE: a number that is, with zeros in front or without`, () => {
    expectEstablished(exchange('dhe', role, (own) => own))
    expectEstablished(exchange('dhe', role, (own) => concat(new Uint8Array(3), own)))
  })
}

/** The parameters of a server, signed; its own share goes with them. */
function parameters(
  change: (own: ReturnType<typeof decodeDh>) => ReturnType<typeof decodeDh>,
): Pair {
  const { earlyData: _, ...both } = options('TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', ['ffdhe2048'])
  const { script, observe } = resigned({
    kind: 'dhe',
    parameters: (own) => encode(dhParams, change(decodeDh(own))),
    algorithm: 0x0401,
    sign: (content) => rsa.key.sign('rsa_pkcs1_sha256', content, noRandom),
  })
  const server = { ...both, credentials: [rsa.credential] }
  return connectToScript(script, { ...both, observe }, server).pair.run()
}

function decodeDh(own: Uint8Array) {
  return decode(dhParams, own)
}

test('PITFALLS 30: DHE: primes that are weak or none, generators out of range', () => {
  const top = (bits: number) => new Uint8Array(bits / 8).fill(0xff)
  const minusOne = p.map((byte, i) => (i === 255 ? byte - 1 : byte))
  const weak: readonly (readonly [string, object])[] = [
    ['512 bits, as an export suite would have', { dhP: top(512) }],
    ['1024 bits', { dhP: top(1024) }],
    ['2047 bits', { dhP: top(2048).map((byte, i) => (i === 0 ? 0x7f : byte)) }],
    ['1024 bits behind zeros', { dhP: concat(new Uint8Array(128), top(1024)) }],
    ['an even number', { dhP: minusOne }],
    ['more than 8192 bits', { dhP: top(8200) }],
    ['generator 0', { dhG: Uint8Array.of(0) }],
    ['generator 1', { dhG: Uint8Array.of(1) }],
    ['generator p - 1', { dhG: minusOne }],
    ['generator p', { dhG: p }],
  ]
  for (const [name, fields] of weak) {
    const pair = parameters((own) => ({ ...own, ...fields }))
    assert.is(pair.client.fault?.code, 'weakParameters', `${name}: ${pair.client.fault?.message}`)
    expectRefusal(pair, 'client', 'weakParameters', 'insufficientSecurity')
  }
  expectEstablished(parameters((own) => ({ ...own, dhP: concat(new Uint8Array(2), own.dhP) })))
})

test('PITFALLS 30: a curve that the client did not offer, one of TLS 1.3 alone, an explicit one', () => {
  const { key } = rsaCredential
  const common = only12({ suites: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'], groups: ['x25519'] })
  const under = (change: (own: Uint8Array) => Uint8Array) => {
    if (key === 'decide') throw new Error('a key is needed')
    const { script, observe } = resigned({
      kind: 'ecdhe',
      parameters: change,
      algorithm: 0x0804,
      sign: (content) => key.sign('rsa_pss_sha256', content, noRandom),
    })
    const server = { ...common, credentials: [rsaCredential] }
    return connectToScript(script, { ...common, observe }, server).pair.run()
  }
  expectEstablished(under((own) => own))
  for (const curve of [23, 24, 30, 0x11ec, 256, 0xff01, 0x0a0a]) {
    const named = under((own) =>
      concat(Uint8Array.of(3, curve >> 8, curve & 0xff), own.subarray(3)),
    )
    expectRefusal(named, 'client', 'unofferedGroup', 'illegalParameter')
  }
  for (const type of [0, 1, 2])
    expectRefusal(
      under((own) => concat(Uint8Array.of(type), own.subarray(1))),
      'client',
      'malformedMessage',
      'decodeError',
    )
})

// 23

const transport = { suites: ['TLS_RSA_WITH_AES_128_GCM_SHA256'] }

/** All that a client can tell: what came back, and that nothing else did. */
function visible({ server, client }: Pair): unknown {
  assert.is(server.info, undefined)
  assert.is(server.data.length, 0)
  assert.is(client.info, undefined)
  const { fault } = server
  return {
    fault: [fault?.code, fault?.detail, fault?.message],
    sent: hex(server.transmitted),
    kinds: server.events.map(({ kind }) => kind),
  }
}

function attack(script: Script, credentials: readonly Credential[] = [rsaCredential]): unknown {
  const { pair } = scriptConnects12(script, transport, { ...transport, credentials })
  pair.client.send(text('never'))
  return visible(pair.run())
}

const { encrypt } = demand(only12({}).crypto.rsaEncryption)
const { key: toyKey } = rsaCredential

/** ClientKeyExchange of a client that encrypts something else, or nothing. */
function sending(message: Uint8Array): Script {
  if (toyKey === 'decide') throw new Error('a key is needed')
  const sealed = demand(encrypt(toyKey.publicKey, message, noRandom))
  return edit(clientKeyExchange, () => concat(Uint8Array.of(0, sealed.length), sealed))
}

function premaster(major: number, minor: number, length = 48): Uint8Array {
  const bytes = new Uint8Array(length).fill(5)
  bytes[0] = major
  bytes[1] = minor
  return bytes
}

test('PITFALLS 23: what is wrong with a premaster secret does not show (RFC 5246 7.4.7.1)', () => {
  // A premaster secret that is right, and not the one that the client goes on with: nothing is wrong with it.
  const right = attack(sending(premaster(3, 3)))
  const wrong: readonly (readonly [string, Script])[] = [
    ['an older version', sending(premaster(3, 1))],
    ['a newer version', sending(premaster(3, 4))],
    ['another major version', sending(premaster(2, 3))],
    ['too short', sending(premaster(3, 3, 47))],
    ['too long', sending(premaster(3, 3, 49))],
    ['empty', sending(new Uint8Array(0))],
    [
      'wrong padding',
      edit(clientKeyExchange, (body) => body.map((b, i) => (i === 20 ? b ^ 1 : b))),
    ],
    [
      'for another key',
      edit(clientKeyExchange, () => {
        const sealed = demand(encrypt(nullKey('rsa', 'x').publicKey, premaster(3, 3), noRandom))
        return concat(Uint8Array.of(0, sealed.length), sealed)
      }),
    ],
    ['no ciphertext', edit(clientKeyExchange, () => Uint8Array.of(0, 0))],
    ['one byte', edit(clientKeyExchange, () => Uint8Array.of(0, 1, 7))],
    ['noise', edit(clientKeyExchange, () => concat(Uint8Array.of(1, 0), seededRandom(1)(256)))],
  ]
  for (const [name, script] of wrong) assert.equal(attack(script), right, name)
})

test('PITFALLS 23: nor does it where a decision decrypts, whatever that answers', () => {
  const decided = (answer: (right: Uint8Array) => unknown) => {
    const credentials = [{ chain: rsaCredential.chain, key: 'decide' as const }]
    const { pair } = scriptConnects12(sending(premaster(3, 3)), transport, {
      ...transport,
      credentials,
    })
    pair.run()
    pair.server.answer('decrypt', answer(premaster(3, 3)) as Uint8Array)
    return visible(pair.run())
  }
  const right = decided((message) => message)
  const answers: readonly ((right: Uint8Array) => unknown)[] = [
    () => undefined,
    () => new Uint8Array(0),
    () => premaster(3, 3, 47),
    () => premaster(3, 3, 49),
    () => premaster(3, 1),
    () => null,
    () => 'no',
  ]
  for (const answer of answers) assert.equal(decided(answer), right)
})

test('PITFALLS 23: what goes on is made of random bytes, and another time of others', () => {
  // Whoever could guess them would get through after all.
  const secrets = new Set<string>()
  for (let i = 0; i < 3; i++) {
    const { pair } = scriptConnects12(sending(premaster(3, 1)), transport, {
      ...transport,
      credentials: [rsaCredential],
      random: seededRandom(i),
      observe(observation) {
        if (observation.kind === 'keylog') secrets.add(demand(observation.line.split(' ')[2]))
      },
    })
    pair.run()
    assert.is(pair.server.info, undefined)
  }
  assert.is(secrets.size, 3)
})

test('PITFALLS 23: a length that is not the ciphertext’s is no padding, and is told', () => {
  for (const body of [
    new Uint8Array(0),
    Uint8Array.of(0),
    Uint8Array.of(0, 2, 1),
    Uint8Array.of(0, 1, 1, 1),
  ]) {
    const { pair } = scriptConnects12(
      edit(clientKeyExchange, () => body),
      transport,
      {
        ...transport,
        credentials: [rsaCredential],
      },
    )
    expectRefusal(pair.run(), 'server', 'malformedMessage', 'decodeError')
  }
})

test('PITFALLS 23: with real RSA, too', () => {
  const both = { ...only12({ crypto: nobleTls12 }), ...transport }
  const { modulus = new Uint8Array(0) } = rsa.key.publicKey
  const send = (ciphertext: Uint8Array) => {
    const script = edit(clientKeyExchange, () =>
      concat(Uint8Array.of(ciphertext.length >> 8, ciphertext.length & 0xff), ciphertext),
    )
    const server = { ...both, credentials: [rsa.credential] }
    return visible(scriptConnects(script, both, server).pair.run())
  }
  const sealed = (message: Uint8Array) =>
    demand(nobleTls12.rsaEncryption?.encrypt(rsa.key.publicKey, message, seededRandom(1)))
  const right = send(sealed(premaster(3, 3)))
  for (const ciphertext of [
    sealed(premaster(3, 2)),
    sealed(premaster(3, 3, 47)),
    sealed(new Uint8Array(0)),
    new Uint8Array(256),
    number(256, 1),
    modulus,
    new Uint8Array(256).fill(0xff),
    sealed(premaster(3, 3)).subarray(1),
    concat(sealed(premaster(3, 3)), Uint8Array.of(0)),
  ])
    assert.equal(send(ciphertext), right)
  expectEstablished(connect(both, { ...both, credentials: [rsa.credential] }).run())
})

// 31

test('PITFALLS 31: no random, key share, session id or premaster secret comes twice', () => {
  const seen = new Set<string>()
  const random = seededRandom('one source')
  let drawn = 0
  const observe: ClientConfig['observe'] = (observation) => {
    if (observation.kind !== 'message' || observation.direction !== 'sent') return
    const { type, bytes } = observation
    const note = (part: Uint8Array) => {
      drawn++
      seen.add(hex(part))
    }
    if (type === messageType.clientHello || type === messageType.serverHello)
      note(bytes.subarray(6, 38))
    if (type === messageType.serverHello) note(bytes.subarray(39, 71))
    if (type === serverKeyExchange) note(bytes.subarray(8, 40))
    if (type === clientKeyExchange) note(bytes.subarray(-32))
  }
  const store = { save: () => undefined, take: () => undefined }
  const renegotiation = { peerMayStart: true, limit: 100 }
  for (const suite of ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', ...transport.suites])
    for (let i = 0; i < 10; i++) {
      const common = { random, observe, renegotiation, suites: [suite] }
      // The same configuration object serves many connections, and each of them several handshakes.
      const pair = connect12(common, {
        ...common,
        credentials: [rsaCredential],
        tickets: { store },
      }).run()
      pair.client.connection.renegotiate()
      pair.run()
      expectEstablished(pair)
    }
  assert.is(drawn, 20 * 2 * 4 + 10 * 2)
  assert.is(seen.size, drawn)
})

test('PITFALLS 31: nothing is drawn but from the configured source', () => {
  const forbid = () => {
    throw new Error('randomness from elsewhere')
  }
  const mathRandom = Math.random
  const own = Object.getOwnPropertyDescriptor(globalThis.crypto, 'getRandomValues')
  Object.defineProperty(globalThis.crypto, 'getRandomValues', { value: forbid, configurable: true })
  Math.random = forbid
  try {
    const crypto: CryptoProvider = nobleTls12
    for (const [suite, { credential }] of [
      ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', ed],
      ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256', ed],
      ['TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', rsa],
      ['TLS_RSA_WITH_AES_128_GCM_SHA256', rsa],
    ] as const) {
      const both = { ...only12({ crypto }), suites: [suite], groups: ['x25519', 'ffdhe2048'] }
      const pair = connect(both, again({ ...both, credentials: [credential] })).run()
      expectEstablished(pair)
      pair.client.send(text('x'))
      assert.equal(pair.run().server.data, text('x'))
    }
  } finally {
    Math.random = mathRandom
    if (own === undefined) Reflect.deleteProperty(globalThis.crypto, 'getRandomValues')
    else Object.defineProperty(globalThis.crypto, 'getRandomValues', own)
  }
  assert.ok(webcrypto.getRandomValues(new Uint8Array(1)))
})

test('PITFALLS 31: a source that gives too little, nothing, or throws ends the connection', () => {
  const sources: readonly (() => unknown)[] = [
    () => new Uint8Array(3),
    () => undefined,
    () => {
      throw new Error('no entropy')
    },
  ]
  for (const source of sources) {
    const random = source as () => Uint8Array
    for (const pair of [connect12({ random }).run(), connect12({}, { random }).run()]) {
      assert.ok(pair.client.fault ?? pair.server.fault)
      assert.is(pair.client.info, undefined)
      assert.is(pair.server.info, undefined)
    }
  }
})

test.run()
