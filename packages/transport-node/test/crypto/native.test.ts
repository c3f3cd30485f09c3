// What the native provider promises beyond what every provider must do.
import { randomBytes } from 'node:crypto'
import type { NamedGroup, Random } from '@sanstls/core'
import * as nobleEntries from '@sanstls/core/noble'
import { noble } from '@sanstls/core/noble'
import { native, nodeCrypto } from '@sanstls/transport-node/crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { aeads, all, allNative, allNoble, runtime } from './everything.js'

const random: Random = (length) => Uint8Array.from(randomBytes(length))

/** A seed's stream of bytes. */
function seeded(seed: number): Random {
  let state = seed
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0
      return state >>> 24
    })
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** The entry of the same name. */
function named<T extends { name: string }>(entries: readonly T[], { name }: T): T {
  const found = entries.find((entry) => entry.name === name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

const nobleAeads = new Map(
  [
    ...noble.suites.map(({ aead }) => aead),
    nobleEntries.aes128Ccm8,
    nobleEntries.aes256Ccm,
    nobleEntries.aes256Ccm8,
  ].map((aead) => [aead.name, aead]),
)
const nativeAeads = new Map(
  [...allNative.suites.map(({ aead }) => aead), ...aeads.filter((aead) => aead.available())].map(
    (aead) => [aead.name, aead],
  ),
)

for (const [name, aead] of nativeAeads) {
  const other = nobleAeads.get(name)
  if (other === undefined) throw new Error(`noble lacks ${name}`)
  const key = random(aead.keyLength)
  const nonce = random(12)
  const aad = random(13)

  test(`${name}: lengths and limits are those of noble`, () => {
    for (const field of [
      'keyLength',
      'nonceLength',
      'tagLength',
      'confidentialityLimit',
      'integrityLimit',
    ] as const) {
      assert.is(aead[field], other[field], field)
    }
  })

  test(`${name}: masks are those of noble, sample after sample`, () => {
    const mask = aead.headerMask(key)
    const expected = other.headerMask(key)
    // Among them the greatest block counter of ChaCha20.
    for (const sample of [random(16), new Uint8Array(16).fill(255), random(16), random(20)]) {
      assert.is(hex(mask(sample).subarray(0, 5)), hex(expected(sample).subarray(0, 5)))
    }
    assert.throws(() => mask(random(15)), TypeError)
    const sample = random(16)
    assert.is(hex(mask(sample).subarray(0, 5)), hex(expected(sample).subarray(0, 5)))
  })

  test(`${name}: seals where the text already stands`, () => {
    const aead1 = aead.create(key)
    const text = random(300)
    const trailer = Uint8Array.of(23)
    const apart = new Uint8Array(320)
    const length = aead1.seal(nonce, aad, text, trailer, apart, 2)
    const inPlace = new Uint8Array(320)
    inPlace.set(text, 2)
    aead1.seal(nonce, aad, inPlace.subarray(2, 302), trailer, inPlace, 2)
    assert.is(hex(inPlace), hex(apart))
    const shifted = new Uint8Array(320)
    shifted.set(text)
    aead1.seal(nonce, aad, shifted.subarray(0, 300), trailer, shifted, 2)
    assert.is(hex(shifted.subarray(2, 2 + length)), hex(apart.subarray(2, 2 + length)))
  })

  test(`${name}: opens into memory of its own, which is no Buffer`, () => {
    const aead1 = aead.create(key)
    for (const size of [0, 1, 100, 16384]) {
      const sealed = new Uint8Array(size + aead.tagLength)
      aead1.seal(nonce, aad, new Uint8Array(size), new Uint8Array(0), sealed, 0)
      const first = aead1.open(nonce, aad, sealed)
      const second = aead1.open(nonce, aad, sealed)
      assert.ok(first && second)
      assert.not.instance(first, Buffer)
      assert.ok(
        first.buffer.byteLength <= size + 32,
        `${first.buffer.byteLength} bytes are visible`,
      )
      if (size > 0) assert.is.not(first.buffer, second.buffer)
      assert.is.not(first.buffer, sealed.buffer)
    }
  })

  test(`${name}: a wiped key does nothing more`, () => {
    const aead1 = aead.create(key)
    aead1.wipe()
    const out = new Uint8Array(64)
    assert.throws(() => aead1.seal(nonce, aad, out, new Uint8Array(0), out, 0), /wiped/)
    assert.throws(() => aead1.open(nonce, aad, out), /wiped/)
  })

  test(`${name}: the caller may overwrite its key`, () => {
    const lent = key.slice()
    const aead1 = aead.create(lent)
    const mask = aead.headerMask(lent)
    lent.fill(0)
    const out = new Uint8Array(20 + aead.tagLength)
    aead1.seal(nonce, aad, new Uint8Array(20), new Uint8Array(0), out, 0)
    assert.ok(other.create(key).open(nonce, aad, out))
    const sample = random(16)
    assert.is(hex(mask(sample).subarray(0, 5)), hex(other.headerMask(key)(sample).subarray(0, 5)))
  })
}

for (const hash of allNative.hashes) {
  test(`${hash.name}: HMAC of any lengths as noble has it`, () => {
    const other = named(allNoble.hashes, hash)
    for (const keyLength of [0, 1, 32, 63, 64, 65, 127, 128, 129, 2000]) {
      for (const length of [0, 1, 50, 895, 896, 897, 959, 960, 961, 5000]) {
        const [key, data] = [random(keyLength), random(length)]
        const mac = hash.hmac(key, data)
        assert.is(hex(mac), hex(other.hmac(key, data)), `${keyLength}, ${length}`)
        assert.not.instance(mac, Buffer)
      }
    }
    const running = hash.create()
    assert.not.instance(running.digest(), Buffer)
    assert.not.instance(hash.hash(random(3)), Buffer)
  })
}

/** Big groups cost too much over BigInt for many rounds. */
const rounds = ({ id }: NamedGroup): number => (id >= 258 && id <= 260 ? 1 : 3)

for (const group of allNative.groups) {
  const other = named(allNoble.groups, group)

  test(`${group.name}: a seed gives the key pair that it gives with noble`, () => {
    for (let seed = 0; seed < rounds(group); seed++) {
      const pair = group.generate(seeded(seed))
      const expected = other.generate(seeded(seed))
      assert.is(hex(pair.share), hex(expected.share))
      assert.not.instance(pair.share, Buffer)
      const answer = other.encapsulate(pair.share, random)
      assert.ok(answer)
      const secret = pair.decapsulate(answer.share)
      assert.ok(secret)
      assert.not.instance(secret, Buffer)
      assert.is(hex(secret), hex(answer.secret))
      // A second answer to the same share, as a hello retry or an attacker may send it.
      const again = other.encapsulate(pair.share, random)
      assert.ok(again)
      assert.is(hex(pair.decapsulate(again.share) ?? secret), hex(again.secret))
    }
  })

  test(`${group.name}: the source of randomness may reuse its memory`, () => {
    const memory = new Uint8Array(256)
    const source: Random = (length) =>
      random(length).map((octet, i) => (memory[i] = octet)) && memory.subarray(0, length)
    const pair = group.generate(source)
    const drawn = memory.slice()
    const expected = other.encapsulate(pair.share, random)
    memory.fill(0)
    assert.ok(expected)
    assert.is(hex(pair.decapsulate(expected.share) ?? drawn), hex(expected.secret))
  })

  test(`${group.name}: a wiped key pair does nothing more`, () => {
    const pair = group.generate(random)
    const answer = other.encapsulate(pair.share, random)
    assert.ok(answer)
    pair.wipe()
    pair.wipe()
    assert.throws(() => pair.decapsulate(answer.share), /wiped/)
  })
}

test('what the runtime lacks is filled by noble, in the default order', () => {
  const kinds = ['suites', 'groups', 'signatures', 'hashes'] as const
  for (const kind of kinds) {
    const names = (entries: readonly { name: string }[]) => entries.map(({ name }) => name).join()
    assert.is(names(nodeCrypto[kind]), names(noble[kind]))
    for (const entry of nodeCrypto[kind]) {
      const isNative = (native[kind] as readonly { name: string }[]).some(
        ({ name }) => name === entry.name,
      )
      const description = nodeCrypto.describe().find(({ name }) => name === entry.name)
      assert.ok(description, entry.name)
      assert.is(description.provider === 'node:crypto', isNative, entry.name)
    }
  }
  assert.is(nodeCrypto.name, 'node:crypto+noble')
})

test('describe() names what draws by itself', () => {
  for (const { kind, name, ownRandomness } of allNative.describe()) {
    const expected =
      (kind === 'signature' && /^(ecdsa|rsa_pss|mldsa)/.test(name)) ||
      (kind === 'group' && name.includes('MLKEM'))
    assert.is(ownRandomness, expected, name)
  }
  for (const { provider, ownRandomness, name } of nodeCrypto.describe()) {
    if (provider !== 'node:crypto') assert.is(ownRandomness, false, name)
  }
})

test('describe() names who does short records', () => {
  const suites = nodeCrypto.describe().filter(({ kind }) => kind === 'suite')
  const divided = suites.filter(({ shortRecords }) => shortRecords === 'wasm')
  const expected = suites.filter(({ name }) => /AES_(128|256)_GCM|CHACHA20/.test(name))
  const names = (entries: readonly { readonly name: string }[]) => entries.map(({ name }) => name)
  assert.ok(expected.length >= 3)
  assert.equal(names(divided), names(expected))
  assert.ok(native.describe().every(({ shortRecords }) => shortRecords === undefined))
})

test('entries that are not available are left out', () => {
  for (const group of all.groups) {
    const isThere = allNative.groups.some(({ id }) => id === group.id)
    assert.is(group.available(), isThere)
  }
})

test.after(() => {
  const lines = nodeCrypto
    .describe()
    .filter(({ provider }) => provider !== 'node:crypto')
    .map(({ name, provider }) => `${name} (${provider})`)
  console.log(`${runtime}: not of node:crypto alone: ${lines.join(', ') || 'nothing'}`)
})
test.run()
