// X25519 and P-256 in WebAssembly: what noble computes, at the edges too, and nothing left behind.

import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { p256 } from '#src/crypto/noble/curve.js'
import { order256 } from '#src/crypto/noble/ecdsa256.js'
import type { NamedGroup, SignatureAlgorithm, SignatureName } from '#src/crypto/provider.js'
import { combination256, multiple256, signature256, x25519 } from '#src/crypto/wasm/curves/curve.js'
import { CurveEngine, curveModule } from '#src/crypto/wasm/curves/engine.js'
import { load } from '#src/crypto/wasm/load.js'
import { DerReader, tags } from '#src/der/reader.js'
import { encodeInteger, encodeSequence } from '#src/der/write.js'
import { compose, noble } from '#src/noble.js'
import { testKeys } from '#src/testing/conformance/keys.js'
import { seededRandom } from '#src/testing/random.js'
import { wasm } from '#src/wasm.js'
import { configure } from '../support/property.js'

configure()

const loaded = load(curveModule)
if (loaded === undefined) throw new Error('this runtime has WebAssembly')
const engine = new CurveEngine(loaded)

const prime256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const prime25519 = 2n ** 255n - 19n
const bigEndian = (value: bigint) =>
  Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'))
const littleEndian = (value: bigint) => bigEndian(value).reverse()
const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const points = p256.exchange().point
const encoded = (point: InstanceType<typeof points>) => point.toBytes(false).slice(1)

/** The x coordinate, zero at infinity. */
const abscissa = (point: InstanceType<typeof points>) =>
  point.is0() ? new Uint8Array(32) : encoded(point).slice(0, 32)

function entry<T extends { readonly name: string }>(list: readonly T[], name: string): T {
  const found = list.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`${name} is there`)
  return found
}

const scalars = fc.oneof(
  fc.bigInt(1n, order256 - 1n),
  fc.bigInt(1n, 40n),
  fc.bigInt(1n, 40n).map((small) => order256 - small),
  // Windows of zeros and of ones.
  fc.nat(252).map((shift) => (15n << BigInt(shift)) % order256),
  fc.nat(255).map((bits) => ((1n << 256n) - (1n << BigInt(bits))) % order256),
)

test('P-256: multiples are those of noble', () => {
  fc.assert(
    fc.property(scalars, scalars, (scalar, of) => {
      const point = points.BASE.multiplyUnsafe(of)
      const expected = encoded(point.multiplyUnsafe(scalar))
      assert.equal(multiple256(engine, bigEndian(scalar), encoded(point)), expected)
      assert.equal(
        multiple256(engine, bigEndian(scalar)),
        encoded(points.BASE.multiplyUnsafe(scalar)),
      )
    }),
  )
})

test('P-256: sums of multiples are those of noble, infinity among them', () => {
  fc.assert(
    fc.property(
      fc.oneof(scalars, fc.constant(0n)),
      fc.oneof(scalars, fc.constant(0n)),
      scalars,
      fc.boolean(),
      (one, two, of, cancels) => {
        // Where they cancel out, each other's opposite is added.
        const point = cancels ? points.BASE : points.BASE.multiplyUnsafe(of)
        const other = cancels ? (order256 - one) % order256 : two
        const sum = points.BASE.multiplyUnsafe(one).add(point.multiplyUnsafe(other))
        assert.equal(
          combination256(engine, bigEndian(one), bigEndian(other), bigEndian(1n), encoded(point)),
          abscissa(sum),
        )
      },
    ),
  )
})

test('P-256: quotients and sums modulo the order', () => {
  const numbers = fc.oneof(fc.bigInt(0n, 2n ** 256n - 1n), scalars)
  const divisors = fc.oneof(
    scalars,
    fc.constantFrom(1n, 2n, order256 - 1n, order256 + 1n, 2n ** 256n - 1n),
  )
  const inverse = (k: bigint) => points.Fn.inv(k % order256)
  fc.assert(
    fc.property(numbers, numbers, scalars, divisors, (e, r, d, k) => {
      const s = ((e + r * d) * inverse(k)) % order256
      assert.equal(
        signature256(engine, bigEndian(e), bigEndian(r), bigEndian(d), bigEndian(k)),
        bigEndian(s),
      )
      const point = points.BASE.multiplyUnsafe(d)
      const sum = points.BASE.multiplyUnsafe((e * inverse(k)) % order256).add(
        point.multiplyUnsafe((r * inverse(k)) % order256),
      )
      assert.equal(
        combination256(engine, bigEndian(e), bigEndian(r), bigEndian(k), encoded(point)),
        abscissa(sum),
      )
    }),
  )
})

test('P-256: what is not a point on the curve is refused', () => {
  const one = bigEndian(1n)
  const { x, y } = points.BASE.toAffine()
  const pair = (a: bigint, b: bigint) => Uint8Array.of(...bigEndian(a), ...bigEndian(b))
  assert.equal(multiple256(engine, one, pair(x, y)), pair(x, y))
  assert.equal(multiple256(engine, one, pair(x, prime256 - y)), pair(x, prime256 - y))
  // The smallest x on the curve, so that x + p fits into 32 bytes too.
  const small = Array.from({ length: 20 }, (_, i) => BigInt(i)).flatMap((candidate) => {
    try {
      return [
        points.fromAffine(
          points.fromHex(`02${Buffer.from(bigEndian(candidate)).toString('hex')}`).toAffine(),
        ),
      ]
    } catch {
      return []
    }
  })[0]
  if (small === undefined) throw new Error('there is one')
  const { x: smallX, y: smallY } = small.toAffine()
  assert.equal(multiple256(engine, one, pair(smallX, smallY)), pair(smallX, smallY))
  for (const wrong of [
    pair(x, y + 1n),
    pair(x + 1n, y),
    pair(y, x),
    pair(0n, 0n),
    pair(0n, 1n),
    pair(smallX + prime256, smallY),
    pair(prime256, 0n),
    pair(2n ** 256n - 1n, 2n ** 256n - 1n),
    pair(x ^ (1n << 255n), y),
  ]) {
    assert.is(multiple256(engine, one, wrong), undefined)
    assert.is(combination256(engine, one, one, one, wrong), undefined)
  }
})

test('X25519: multiples are those of noble', () => {
  const reference = entry(noble.groups, 'x25519')
  const coordinates = fc.oneof(
    fc.bigInt(0n, 2n ** 255n - 1n),
    fc.bigInt(0n, 40n),
    // Not reduced, and with the bit that is ignored.
    fc.bigInt(0n, 18n).map((small) => prime25519 + small),
    fc.bigInt(2n ** 255n, 2n ** 256n - 1n),
  )
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), coordinates, (scalar, u) => {
      const point = littleEndian(u)
      const expected = reference.generate(() => scalar.slice()).decapsulate(point)
      assert.equal(x25519(engine, scalar, point), expected ?? new Uint8Array(32))
      assert.equal(x25519(engine, scalar), reference.generate(() => scalar.slice()).share)
    }),
  )
})

test('X25519: results are reduced', () => {
  // RFC 7748 5.2 again and again: whatever comes out goes in.
  let scalar = littleEndian(9n)
  let point = littleEndian(9n)
  for (let i = 0; i < 1000; i++) {
    const next = x25519(engine, scalar, point)
    point = scalar
    scalar = next
    assert.ok(number(scalar.slice().reverse()) < prime25519)
  }
  assert.is(
    Buffer.from(scalar).toString('hex'),
    '684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51',
  )
})

const pairs: readonly (readonly [NamedGroup, NamedGroup])[] = wasm.groups.map((group) => [
  group,
  entry(noble.groups, group.name),
])

for (const [ours, reference] of pairs) {
  test(`${ours.name}: the same randomness makes the same shares and secrets as in noble`, () => {
    for (let seed = 0; seed < 10; seed++) {
      const mine = ours.generate(seededRandom(seed))
      const other = reference.generate(seededRandom(seed))
      assert.equal(mine.share, other.share)
      const answer = ours.encapsulate(other.share, seededRandom(seed + 100))
      assert.equal(answer, reference.encapsulate(mine.share, seededRandom(seed + 100)))
      if (answer === undefined) throw new Error('the share is valid')
      assert.equal(mine.decapsulate(answer.share), answer.secret)
      assert.equal(other.decapsulate(answer.share), answer.secret)
      mine.wipe()
      assert.throws(() => mine.decapsulate(answer.share), /wiped/)
    }
    assert.equal([ours.id, ours.clientShareLength], [reference.id, reference.clientShareLength])
    assert.is(ours.serverShareLength, reference.serverShareLength)
  })
}

test('secp256r1: takes uncompressed points only, x25519 none of small order', () => {
  const p = entry(wasm.groups, 'secp256r1').generate(seededRandom(1))
  const share = p.share.slice()
  for (const form of [0, 2, 3, 5, 6, 7]) {
    share[0] = form
    assert.is(p.decapsulate(share), undefined)
  }
  const x = entry(wasm.groups, 'x25519').generate(seededRandom(1))
  for (const u of [0n, 1n, prime25519 - 1n, prime25519, prime25519 + 1n])
    assert.is(x.decapsulate(littleEndian(u)), undefined)
})

test('ECDSA: agrees with noble on right and wrong signatures', () => {
  const pkcs8 = (name: keyof typeof testKeys) => Uint8Array.from(Buffer.from(testKeys[name], 'hex'))
  const key = noble.importPrivateKey(pkcs8('secp256r1'))
  const other = noble.importPrivateKey(pkcs8('secp384r1'))
  const random = (length: number) => Uint8Array.from(randomBytes(length))
  for (const name of ['ecdsa_sha256', 'ecdsa_sha384', 'ecdsa_sha512'] as const) {
    const ours: SignatureAlgorithm = entry(wasm.signatures, name)
    const reference = entry(noble.signatures, name)
    assert.ok(ours.supports(key.publicKey))
    assert.not(ours.supports(other.publicKey))
    assert.not(ours.verify(other.publicKey, random(1), key.sign(name, random(1), random)))
    for (let i = 0; i < 20; i++) {
      const message = random(i * 7)
      const signature = key.sign(name, message, random)
      assert.ok(ours.verify(key.publicKey, message, signature))
      const damaged = signature.slice()
      const at = i % signature.length
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (i & 7))
      assert.not(ours.verify(key.publicKey, message, damaged))
      assert.not(ours.verify(key.publicKey, random(5), signature))
      assert.is(reference.verify(key.publicKey, message, damaged), false)
    }
    const message = random(9)
    const good = key.sign(name, message, random)
    for (const kind of [{ curve: 'brainpoolP256r1' }, { type: 'rsa' }] as const) {
      const mislabelled = { ...key.publicKey, ...kind }
      assert.not(ours.supports(mislabelled))
      assert.not(ours.verify(mislabelled, message, good))
    }
    const point = key.publicKey.publicKey.slice()
    for (const [at, to] of [
      [0, 6],
      [40, (point[40] ?? 0) ^ 1],
    ] as const) {
      const wrong = { ...key.publicKey, publicKey: point.slice() }
      wrong.publicKey[at] = to
      assert.not(ours.verify(wrong, point, key.sign(name, point, random)))
    }
  }
})

test('ECDSA: the same randomness makes the signatures of noble', () => {
  for (const length of [0, 1, 100]) {
    const pkcs8 = Uint8Array.from(Buffer.from(testKeys.secp256r1, 'hex'))
    const ours = wasm.importPrivateKey(pkcs8)
    const reference = noble.importPrivateKey(pkcs8)
    assert.equal(ours.publicKey, reference.publicKey)
    assert.equal(ours.algorithms, reference.algorithms)
    // SHA-1 and SHA-224 are shorter than the order.
    const names = ['ecdsa_sha256', 'ecdsa_sha384', 'ecdsa_sha512', 'ecdsa_sha224', 'ecdsa_sha1']
    for (const name of names as SignatureName[]) {
      for (let seed = 0; seed < 5; seed++) {
        const message = seededRandom(seed)(length)
        const expected = reference.sign(name, message, seededRandom(seed))
        assert.equal(ours.sign(name, message, seededRandom(seed)), expected, `${name} ${seed}`)
      }
    }
    assert.throws(() => ours.sign('ed25519', pkcs8, seededRandom(1)), TypeError)
  }
  for (const name of ['secp384r1', 'ed25519', 'rsa'] as const) {
    const pkcs8 = Uint8Array.from(Buffer.from(testKeys[name], 'hex'))
    assert.throws(() => wasm.importPrivateKey(pkcs8), TypeError)
    assert.is(compose(wasm, noble).importPrivateKey(pkcs8).publicKey.type.length > 0, true)
  }
})

test('ECDSA: malformed signatures are not valid', () => {
  const pkcs8 = Uint8Array.from(Buffer.from(testKeys.secp256r1, 'hex'))
  const key = wasm.importPrivateKey(pkcs8)
  const ours = entry(wasm.signatures, 'ecdsa_sha256')
  const message = new Uint8Array(3)
  const good = key.sign('ecdsa_sha256', message, seededRandom(2))
  assert.ok(ours.verify(key.publicKey, message, good))
  for (let length = 0; length < good.length; length++)
    assert.not(ours.verify(key.publicKey, message, good.slice(0, length)))
  assert.not(ours.verify(key.publicKey, message, Uint8Array.of(...good, 0)))
  const reader = new DerReader(good)
  const outer = reader.enter(tags.sequence)
  const [r, s] = [number(reader.readPositiveInteger()), number(reader.readPositiveInteger())]
  reader.leave(outer)
  const signature = (...numbers: bigint[]) =>
    encodeSequence(
      ...numbers.map((value) => {
        const digits = value.toString(16)
        return encodeInteger(
          Uint8Array.from(
            Buffer.from(digits.padStart(digits.length + (digits.length & 1), '0'), 'hex'),
          ),
        )
      }),
    )
  assert.ok(ours.verify(key.publicKey, message, signature(r, s)))
  assert.ok(ours.verify(key.publicKey, message, signature(r, order256 - s)))
  for (const [a, b] of [
    [r, 0n],
    [0n, s],
    [r + order256, s],
    [r, s + order256],
    [r, order256],
    [order256, s],
    [r + (1n << 300n), s],
  ] as const)
    assert.not(ours.verify(key.publicKey, message, signature(a, b)), `${a} ${b}`)
  assert.not(ours.verify(key.publicKey, message, signature(r, s, s)))
})

test('nothing of a multiplication stays in memory', () => {
  // With multiples of the base point, which are public.
  combination256(engine, bigEndian(1n), bigEndian(2n), bigEndian(3n), encoded(points.BASE))
  const fresh = engine.bytes.slice()
  const operations = [
    () => multiple256(engine, bigEndian(12345n)),
    () => multiple256(engine, bigEndian(12345n), new Uint8Array(64).fill(1)),
    () => signature256(engine, bigEndian(1n), bigEndian(2n), bigEndian(3n), bigEndian(4n)),
    () => x25519(engine, bigEndian(12345n)),
  ]
  for (const operation of operations) {
    operation()
    assert.ok(Buffer.from(engine.bytes).equals(fresh))
  }
})

test.run()
