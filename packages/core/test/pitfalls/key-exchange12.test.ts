import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { nobleTls12 } from '#src/noble/tls12.js'
import { edit, type Pair, seededRandom } from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import { dhParams, dhPublic, ecdhParams, ecdhPublic } from '#src/wire/message12.js'
import { messageType } from '#src/wire/registry.js'
import { connectToScript, demand, scriptConnects } from '../support/connect.js'
import { realEd25519, realRsa } from '../support/keys12.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'
import { resigned } from '../support/resign.js'
import { only12, rsaCredential } from '../support/tls12.js'
import { fromHex } from '../support/vectors.js'

const { clientKeyExchange } = messageType

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
  const { credential, key } = isDhe ? realRsa : realEd25519
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
    sign: (content) => realRsa.key.sign('rsa_pkcs1_sha256', content, noRandom),
  })
  const server = { ...both, credentials: [realRsa.credential] }
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

test.run()
