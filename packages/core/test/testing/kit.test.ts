import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hex } from '#src/bytes.js'
import { certificatePublicKey } from '#src/crypto/certificate.js'
import {
  below,
  chance,
  createNullCrypto,
  DatagramLink,
  nullCredential,
  nullCrypto,
  nullCryptoTls12,
  nullKey,
  type PairOptions,
  StreamLink,
  seededRandom,
} from '#src/testing.js'
import { connect, demand, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'

test('a seed determines the bytes, however they are drawn', () => {
  const whole = seededRandom('seed')(100)
  const random = seededRandom('seed')
  const parts = [1, 2, 3, 4, 5, 6, 7, 8, 64].map((length) => random(length))
  assert.equal(Buffer.concat(parts), Buffer.from(whole))
  assert.not.equal(seededRandom('seeds')(100), whole)
  assert.not.equal(seededRandom(1)(32), seededRandom(2)(32))
  assert.equal(seededRandom(1)(32), seededRandom('1')(32))
  // Well known, so that a change of the generator is noticed: it would change every seeded test.
  assert.is(hex(seededRandom('sanstls')(8)), 'cbaa38ac23b025af')
})

test('numbers drawn are spread over their range', () => {
  const random = seededRandom('numbers')
  const counts = new Array<number>(10).fill(0)
  for (let i = 0; i < 10_000; i++) {
    const drawn = below(10, random)
    counts[drawn] = (counts[drawn] ?? 0) + 1
  }
  for (const count of counts) assert.ok(count > 850 && count < 1_150, `${counts}`)
  let hits = 0
  for (let i = 0; i < 10_000; i++) if (chance(0.25, random)) hits++
  assert.ok(hits > 2_300 && hits < 2_700, `${hits}`)
  assert.not(chance(0, random))
})

test('the toy hash differs for every input that differs', () => {
  for (const { hash, hmac, create } of nullCrypto.hashes) {
    const inputs = [
      new Uint8Array(0),
      ...[1, 2, 31, 32, 33, 100].flatMap((length) => [
        new Uint8Array(length),
        new Uint8Array(length).fill(1),
        Uint8Array.from({ length }, (_, i) => i),
      ]),
    ]
    const seen = new Set(inputs.map((input) => hex(hash(input))))
    assert.is(seen.size, new Set(inputs.map(hex)).size)
    const running = create()
    running.update(text('ab'))
    const early = running.clone()
    running.update(text('c'))
    assert.equal(running.digest(), hash(text('abc')))
    assert.equal(early.digest(), hash(text('ab')))
    assert.equal(running.digest(), hash(text('abc')), 'asking twice changes nothing')
    assert.not.equal(hmac(text('a'), text('bc')), hmac(text('ab'), text('c')))
  }
})

test('the toy AEAD notices another key, nonce, additional data or byte', () => {
  const { aead } = demand(nullCrypto.suites[0])
  const [nonce, aad] = [new Uint8Array(12).fill(1), text('header')]
  const sealed = new Uint8Array(3 + 2 + aead.tagLength)
  const own = aead.create(new Uint8Array(16).fill(2))
  assert.is(own.seal(nonce, aad, text('abc'), text('de'), sealed, 0), sealed.length)
  assert.equal(own.open(nonce, aad, sealed), text('abcde'))
  assert.is(aead.create(new Uint8Array(16)).open(nonce, aad, sealed), undefined)
  assert.is(own.open(new Uint8Array(12), aad, sealed), undefined)
  assert.is(own.open(nonce, text('other'), sealed), undefined)
  assert.is(own.open(nonce, aad, sealed.subarray(0, 15)), undefined)
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice()
    changed[at] = (changed[at] ?? 0) ^ 1
    assert.is(own.open(nonce, aad, changed), undefined, `byte ${at}`)
  }
  own.wipe()
  assert.is(own.open(nonce, aad, sealed), undefined)
})

test('the limits of the toy AEAD can be chosen', () => {
  const crypto = createNullCrypto({ confidentialityLimit: 7, integrityLimit: 9 })
  for (const { aead } of crypto.suites) {
    assert.is(aead.confidentialityLimit, 7)
    assert.is(aead.integrityLimit, 9)
  }
})

test('the toy CBC notices another key, order of MAC, sequence number, type, version or byte', () => {
  const suite = demand(nullCrypto.suites12?.find(({ records }) => records.kind === 'cbc'))
  const records = suite.records.kind === 'cbc' ? suite.records : undefined
  const { create, macKeyLength, keyLength } = demand(records)
  const options = {
    macKey: new Uint8Array(macKeyLength).fill(1),
    key: new Uint8Array(keyLength).fill(2),
    encryptThenMac: true,
    random: seededRandom('iv'),
  }
  const own = create(options)
  const header = Uint8Array.of(23, 3, 3, 0, 0)
  const seal = (content: Uint8Array) => {
    const fragment = new Uint8Array(own.sealedLength(content.length, 0))
    own.seal(5, 23, content, 0, header, fragment, 0)
    return fragment
  }
  const sealed = seal(text('abc'))
  assert.not.equal(seal(text('abc')), sealed, 'each record has an IV of its own')
  assert.equal(own.open(5, 23, header, sealed), { type: 23, content: text('abc') })
  assert.is(own.open(6, 23, header, sealed), undefined)
  assert.is(own.open(5, 22, header, sealed), undefined)
  assert.is(own.open(5, 23, Uint8Array.of(23, 3, 2, 0, 0), sealed), undefined)
  for (const other of [
    { ...options, encryptThenMac: false },
    { ...options, macKey: options.key.slice(0, 1) },
    { ...options, key: new Uint8Array(keyLength) },
  ])
    assert.is(create(other).open(5, 23, header, sealed), undefined)
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice()
    changed[at] = (changed[at] ?? 0) ^ 1
    assert.is(own.open(5, 23, header, changed), undefined, `byte ${at}`)
    assert.is(own.open(5, 23, header, sealed.subarray(0, at)), undefined)
  }
})

test('toy groups agree, and refuse shares of another length or of zeros', () => {
  const random = seededRandom('groups')
  for (const group of nullCryptoTls12.groups) {
    const pair = group.generate(random)
    const answer = demand(group.encapsulate(pair.share, random))
    assert.equal(pair.decapsulate(answer.share), answer.secret)
    assert.is(pair.share.length, group.clientShareLength)
    for (const share of [new Uint8Array(pair.share.length), pair.share.subarray(1)]) {
      assert.is(group.encapsulate(share, random), undefined)
      assert.is(pair.decapsulate(share), undefined)
    }
  }
})

test('a toy field refuses the numbers that a real one refuses, and gives the same secret to both', () => {
  const { finiteField } = nullCryptoTls12
  const { prime, generator } = demand(finiteField?.parameters(256))
  const random = seededRandom('field')
  const group = demand(finiteField?.group(prime, generator))
  const number = (value: bigint) =>
    Uint8Array.from(Buffer.from(value.toString(16).padStart(512, '0'), 'hex'))
  const p = 2n ** 2048n - 1n
  for (const share of [0n, 1n, p - 1n, p].map(number))
    assert.is(group.encapsulate(share, random), undefined)
  assert.ok(group.encapsulate(number(2n), random) && group.encapsulate(number(p - 2n), random))
  const pair = group.generate(random)
  const answer = demand(group.encapsulate(pair.share, random))
  assert.equal(pair.decapsulate(answer.share), answer.secret)
  assert.is(answer.secret.length, 256)
  const even = prime.map((byte, i) => (i === 255 ? byte - 1 : byte))
  for (const [wrong, base] of [
    [even, generator],
    [prime, Uint8Array.of(1)],
    [prime, prime],
    [new Uint8Array(1025).fill(0xff), generator],
  ] as const)
    assert.is(finiteField?.group(wrong, base), undefined)
})

test('toy encryption notices another key, length or byte, and gives the fallback', () => {
  const [one, other] = [nullKey('rsa', 'one'), nullKey('rsa', 'other')]
  const random = seededRandom('rsa')
  const { rsaEncryption } = nullCryptoTls12
  const message = new Uint8Array(48).fill(1)
  const sealed = demand(rsaEncryption?.encrypt(one.publicKey, message, random))
  const fallback = new Uint8Array(48)
  assert.equal(one.decrypt?.(sealed, fallback, random), message)
  assert.is(one.decrypt?.(sealed, new Uint8Array(47), random).length, 47)
  for (const bytes of [sealed.subarray(1), sealed.map((byte) => byte ^ 1), new Uint8Array(0)])
    assert.equal(one.decrypt?.(bytes, fallback, random), fallback)
  assert.equal(other.decrypt?.(sealed, fallback, random), fallback)
  const ed = nullKey('ed25519', 'one')
  assert.is(rsaEncryption?.encrypt(ed.publicKey, message, random), undefined)
  assert.is(ed.decrypt, undefined)
})

test('toy certificates carry their keys, and toy signatures belong to them', () => {
  for (const type of ['ed25519', 'secp256r1', 'rsa'] as const) {
    const { chain, key } = nullCredential({ name: 'a.example', type })
    if (key === 'decide') return
    const read = certificatePublicKey(demand(chain[0]))
    assert.equal(read.spki, key.publicKey.spki)
    const [name] = key.algorithms
    const algorithm = demand(nullCryptoTls12.signatures.find((one) => one.name === name))
    const signature = key.sign(demand(name), text('message'), seededRandom(1))
    assert.ok(algorithm.verify(read, text('message'), signature))
    assert.not(algorithm.verify(read, text('massage'), signature))
    const other = nullKey(type, 'other').publicKey
    assert.not(algorithm.verify(other, text('message'), signature))
  }
  assert.throws(() => nullCrypto.importPrivateKey(new Uint8Array(0)), /nullCredential/)
  assert.is(nullCrypto.describe().length, 3 + 2 + 2 + 2 + 6)
  assert.is(nullCryptoTls12.describe().length, 3 + 3 + 4 + 2 + 11)
})

test('a stream link keeps the order and cuts as it is told', () => {
  const link = new StreamLink({ chunk: () => 2 })
  link.send(text('abc'), 0)
  link.send(text('de'), 0)
  link.end(0)
  const parts: string[] = []
  for (let next = link.receive(0); next !== undefined; next = link.receive(0))
    parts.push(next.kind === 'end' ? 'end' : String.fromCharCode(...next.bytes))
  assert.equal(parts, ['ab', 'cd', 'e', 'end'])
})

test('a stream link takes its time', () => {
  const link = new StreamLink({ latency: 30 })
  link.send(text('abc'), 100)
  assert.is(link.receive(129), undefined)
  assert.is(link.nextArrival, 130)
  assert.ok(link.receive(130))
  assert.is(link.nextArrival, undefined)
})

test('a datagram link loses, doubles, delays, damages and drops what is too long', () => {
  const deliver = (options: Partial<ConstructorParameters<typeof DatagramLink>[0]>) => {
    const link = new DatagramLink({ random: seededRandom('link'), ...options })
    for (let i = 0; i < 200; i++) link.send(Uint8Array.of(i, 0, 0, 0), 0)
    const arrived: number[] = []
    for (let next = link.receive(1_000); next !== undefined; next = link.receive(1_000))
      if (next.kind === 'bytes') arrived.push(next.bytes[0] ?? -1)
    return { link, arrived }
  }
  const inOrder = Array.from({ length: 200 }, (_, i) => i)
  assert.equal(deliver({}).arrived, inOrder)
  const lossy = deliver({ loss: 0.5 })
  assert.ok(lossy.arrived.length > 60 && lossy.arrived.length < 140)
  assert.is(lossy.link.lost + lossy.arrived.length, 200)
  assert.ok(deliver({ duplication: 0.5 }).arrived.length > 250)
  const late = deliver({ reordering: 0.5 }).arrived
  assert.not.equal(late, inOrder)
  assert.equal(
    [...late].sort((a, b) => a - b),
    inOrder,
  )
  assert.not.equal(deliver({ corruption: 1 }).arrived, inOrder)
  assert.is(deliver({ mtu: 3 }).arrived.length, 0)
  const even = (datagram: Uint8Array, index: number) => (index % 2 === 0 ? [datagram] : [])
  assert.is(deliver({ filter: even }).arrived.length, 100)
})

test('latency is paid once for each flight', () => {
  const links: PairOptions = {
    toServer: new StreamLink({ latency: 40 }),
    toClient: new StreamLink({ latency: 60 }),
  }
  const pair = connect({}, {}, links)
  const start = pair.now
  pair.settle()
  expectEstablished(pair)
  // ClientHello, the server's flight, the client's Finished.
  assert.is(pair.now.monotonic - start.monotonic, 140)
  assert.is(pair.now.unix - start.unix, 140)
  pair.advance(1_000)
  assert.is(pair.now.monotonic - start.monotonic, 1_140)
})

test('a side throws where what it asks for cannot be', () => {
  const pair = connect({ limits: { maxQueued: 1_024 } })
  assert.throws(() => pair.client.send(new Uint8Array(2_000)), /1024 of 2000/)
  assert.throws(() => pair.client.answer('verify', { ok: false, code: '', message: '' }), /verify/)
})

test.run()
