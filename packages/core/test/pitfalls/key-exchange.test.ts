// PITFALLS 30 and 31, with real cryptography: shares that are not valid, and where randomness comes from.
import { generateKeyPairSync, webcrypto } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, hex } from '#src/bytes.js'
import type { CryptoProvider } from '#src/crypto/provider.js'
import { createNoble, ed25519, ed25519Keys, noble, sha256, sha384 } from '#src/noble.js'
import {
  editExtension,
  nullCertificate,
  nullCredential,
  type Pair,
  type Script,
  seededRandom,
} from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import { extensionTable } from '#src/wire/extension.js'
import { messageType } from '#src/wire/registry.js'
import { connect, connectToScript, demand, scriptConnects } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { fromHex } from '../support/vectors.js'

const ed = generateKeyPairSync('ed25519')

const { keyShare } = extensionTable

/** A share in the place of the client's. */
function clientShare(share: Uint8Array | ((own: Uint8Array) => Uint8Array)): Script {
  return editExtension(messageType.clientHello, keyShare.type, (data) =>
    encode(
      keyShare.clientHello,
      decode(keyShare.clientHello, data).map(({ group, keyExchange }) => ({
        group,
        keyExchange: typeof share === 'function' ? share(keyExchange) : share,
      })),
    ),
  )
}

function serverShare(share: Uint8Array | ((own: Uint8Array) => Uint8Array)): Script {
  return editExtension(messageType.serverHello, keyShare.type, (data) => {
    const { group, keyExchange } = decode(keyShare.serverHello, data)
    return encode(keyShare.serverHello, {
      group,
      keyExchange: typeof share === 'function' ? share(keyExchange) : share,
    })
  })
}

type Change = Uint8Array | ((own: Uint8Array) => Uint8Array)

function providerWith(name: string): CryptoProvider {
  return createNoble({
    suites: noble.suites,
    groups: [demand(noble.groups.find((group) => group.name === name))],
    signatures: [ed25519],
    hashes: [sha256, sha384],
    keys: [ed25519Keys],
  })
}

const edKey = noble.importPrivateKey(
  new Uint8Array(ed.privateKey.export({ format: 'der', type: 'pkcs8' })),
)
const edCredential = { chain: [nullCertificate('server.example', edKey.publicKey)], key: edKey }

function exchange(group: string, role: 'client' | 'server', change: Change): Pair {
  const crypto = providerWith(group)
  const server = { crypto, credentials: [edCredential] }
  const { pair } =
    role === 'server'
      ? scriptConnects(clientShare(change), { crypto }, server)
      : connectToScript(serverShare(change), { crypto }, server)
  return pair.run()
}

function expectInvalid(
  group: string,
  role: 'client' | 'server',
  change: Change,
  what: string,
): void {
  const { info, fault } = exchange(group, role, change)[role]
  assert.is(info, undefined, what)
  assert.is(fault?.code, 'invalidKeyShare', `${what}: ${fault?.message}`)
  assert.is(fault?.alert, 47)
}

const wrongLengths: readonly (readonly [string, Change])[] = [
  ['one byte short', (own) => own.subarray(1)],
  ['one byte long', (own) => concat(own, Uint8Array.of(0))],
  ['one byte', Uint8Array.of(4)],
]

const p = fromHex(
  'ffffffffffffffffadf85458a2bb4a9aafdc5620273d3cf1d8b9c583ce2d3695a9e13641146433fbcc939dce249b3ef97d2fe363630c75d8f681b202aec4617ad3df1ed5d5fd65612433f51f5f066ed0856365553ded1af3b557135e7f57c935984f0c70e0e68b77e2a689daf3efe8721df158a136ade73530acca4f483a797abc0ab182b324fb61d108a94bb2c8e3fbb96adab760d7f4681d4f42a3de394df4ae56ede76372bb190b07a7c8ee0a6d709e02fce1cdf7e2ecc03404cd28342f619172fe9ce98583ff8e4f1232eef28183c3fe3b1b4c6fad733bb5fcbc2ec22005c58ef1837d1683b2c6f34a26c1b2effa886b423861285c97ffffffffffffffff',
)

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
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]

const invalidShares: Readonly<Record<string, readonly (readonly [string, Change])[]>> = {
  x25519: lowOrder25519.map((digits) => [`of small order, ${digits.slice(0, 8)}`, fromHex(digits)]),
  x448: [
    ['0', new Uint8Array(56)],
    ['1', Uint8Array.of(1, ...new Uint8Array(55))],
    [
      'p - 1',
      Uint8Array.of(0xfe, ...new Uint8Array(27).fill(0xff), 0xfe, ...new Uint8Array(27).fill(0xff)),
    ],
  ],
  secp256r1: [
    ['not on the curve', (own) => own.map((byte, i) => (i === 64 ? byte ^ 1 : byte))],
    ['the point at infinity', new Uint8Array(65)],
    ['compressed', (own) => Uint8Array.of(2 + ((own[64] ?? 0) & 1), ...own.subarray(1, 33))],
    ['hybrid', (own) => Uint8Array.of(6 + ((own[64] ?? 0) & 1), ...own.subarray(1))],
    ['coordinates above p', Uint8Array.of(4, ...new Uint8Array(64).fill(0xff))],
  ],
  secp384r1: [['not on the curve', (own) => own.map((byte, i) => (i === 96 ? byte ^ 1 : byte))]],
  secp521r1: [['not on the curve', (own) => own.map((byte, i) => (i === 132 ? byte ^ 1 : byte))]],
  ffdhe2048: [
    ['0', number(256, 0)],
    ['1', number(256, 1)],
    ['p - 1', p.map((byte, i) => (i === 255 ? byte - 1 : byte))],
    ['p', p],
    ['2^2048 - 1', new Uint8Array(256).fill(0xff)],
  ],
}

for (const [group, shares] of Object.entries(invalidShares))
  for (const role of ['client', 'server'] as const) {
    test(`PITFALLS 30: ${role}: ${group}: shares that are not valid`, () => {
      for (const [name, share] of [...shares, ...wrongLengths])
        expectInvalid(group, role, share, name)
    })

    test(`PITFALLS 30: ${role}: ${group}: a share that is`, () => {
      expectEstablished(exchange(group, role, (own) => own))
    })
  }

test('PITFALLS 30: X25519MLKEM768: an encapsulation key that is not reduced, halves that are not valid', () => {
  const group = 'X25519MLKEM768'
  const unreduced = (own: Uint8Array) => own.map((byte, i) => (i < 3 ? 0xff : byte))
  expectInvalid(group, 'server', unreduced, 'an element of 4095, above q')
  const zeros = (own: Uint8Array) => own.map((byte, i) => (i >= own.length - 32 ? 0 : byte))
  expectInvalid(group, 'server', zeros, 'x25519 half')
  expectInvalid(group, 'client', zeros, 'x25519 half')
  for (const role of ['client', 'server'] as const)
    for (const [name, share] of wrongLengths) expectInvalid(group, role, share, name)
  expectEstablished(exchange(group, 'server', (own) => own))
  // A ciphertext that does not belong to the key gives another secret (implicit rejection).
  const pair = exchange(group, 'client', (own) => own.map((byte, i) => (i === 0 ? byte ^ 1 : byte)))
  assert.is(pair.client.fault?.code, 'badRecordMac')
})

test('PITFALLS 30: a share for a group that was not offered, or twice for one that was', () => {
  const shares = (...groups: readonly number[]) =>
    editExtension(messageType.clientHello, keyShare.type, () =>
      encode(
        keyShare.clientHello,
        groups.map((group) => ({
          group,
          keyExchange: new Uint8Array(group === 23 ? 65 : 32).fill(1),
        })),
      ),
    )
  for (const groups of [[24], [29, 29], [23, 29]]) {
    const pair = scriptConnects(shares(...groups)).pair.run()
    assert.is(pair.server.fault?.code, 'illegalKeyShares', `${groups}`)
  }
  // These are in order, and not the client's own: the server goes on, and the client cannot.
  assert.is(scriptConnects(shares(29, 23)).pair.run().client.fault?.code, 'badRecordMac')
  const other = editExtension(messageType.serverHello, keyShare.type, () =>
    encode(keyShare.serverHello, { group: 23, keyExchange: new Uint8Array(65).fill(1) }),
  )
  const pair = connectToScript(other, { keyShares: ['x25519'] }).pair.run()
  assert.is(pair.client.fault?.code, 'unofferedGroup')
})

test('PITFALLS 31: no key share, random, session id or ticket comes twice', () => {
  const seen = new Set<string>()
  const random = seededRandom('one source')
  const keys = { keys: [{ name: new Uint8Array(16), key: new Uint8Array(32) }] }
  const note = (bytes: Uint8Array) => {
    assert.not(seen.has(hex(bytes)), 'it came before')
    seen.add(hex(bytes))
  }
  const config = {
    random,
    observe(observation: { kind: string; type?: number; bytes?: Uint8Array; direction?: string }) {
      const { type, bytes, direction } = observation
      if (observation.kind !== 'message' || bytes === undefined || direction !== 'sent') return
      if (type === messageType.clientHello || type === messageType.serverHello) {
        note(bytes.subarray(6, 38))
        note(bytes.subarray(-32))
      }
      if (type === messageType.newSessionTicket) note(bytes.subarray(8, 16))
    },
  }
  // The same configuration object serves many connections.
  for (let i = 0; i < 20; i++)
    expectEstablished(connect(config, { ...config, tickets: { keys } }).run())
  assert.is(seen.size, 20 * 6)
})

test('PITFALLS 31: nothing is drawn but from the configured source', () => {
  const forbid = () => {
    throw new Error('randomness from elsewhere')
  }
  const { getRandomValues } = webcrypto
  const mathRandom = Math.random
  const own = Object.getOwnPropertyDescriptor(globalThis.crypto, 'getRandomValues')
  Object.defineProperty(globalThis.crypto, 'getRandomValues', { value: forbid, configurable: true })
  Math.random = forbid
  try {
    for (const { name } of noble.groups.filter((group) => !/ffdhe[346]|ffdhe8/.test(group.name))) {
      const crypto = providerWith(name)
      const sealed = { keys: [{ name: new Uint8Array(16), key: new Uint8Array(32) }] }
      const pair = connect(
        { crypto },
        { crypto, credentials: [edCredential], tickets: { keys: sealed } },
      ).run()
      expectEstablished(pair)
    }
  } finally {
    Math.random = mathRandom
    if (own === undefined) Reflect.deleteProperty(globalThis.crypto, 'getRandomValues')
    else Object.defineProperty(globalThis.crypto, 'getRandomValues', own)
  }
  assert.is(webcrypto.getRandomValues, getRandomValues)
})

test('PITFALLS 31: a source that gives too little, nothing, or throws ends the connection', () => {
  const sources: readonly (() => unknown)[] = [
    () => new Uint8Array(3),
    () => undefined,
    () => 'random',
    () => {
      throw new Error('no entropy')
    },
  ]
  for (const source of sources) {
    const random = source as () => Uint8Array
    const client = connect({ random }).run()
    assert.ok(client.client.fault)
    assert.is(client.client.info, undefined)
    const server = connect({}, { random }).run()
    assert.ok(server.server.fault)
    assert.is(server.server.info, undefined)
  }
  const short = connect({ random: () => new Uint8Array(3) }).run()
  assert.is(short.client.fault?.code, 'entropyFailed')
})

test('the toy credential does not do with real cryptography', () => {
  const crypto = providerWith('x25519')
  const pair = connect({ crypto }, { crypto, credentials: [nullCredential()] }).run()
  assert.is(pair.client.fault?.code, 'badSignature')
})

test.run()
