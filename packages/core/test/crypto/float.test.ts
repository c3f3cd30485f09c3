// The floating-point arithmetic of X25519 and P-256 against BigInts, and against noble's curves.
import { x25519 as nobleX25519 } from '@noble/curves/ed25519.js'
import { p256 as nobleP256 } from '@noble/curves/nist.js'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { agree, share, sign, verify } from '#src/crypto/noble/float/curve256.js'
import * as field256 from '#src/crypto/noble/float/field256.js'
import * as field25519 from '#src/crypto/noble/float/field25519.js'
import { common, exchange, type Limbs, newLimbs } from '#src/crypto/noble/float/limbs.js'
import { combination, multiple, multipleOfBase } from '#src/crypto/noble/float/p256.js'
import { curve25519 } from '#src/crypto/noble/montgomery.js'
import { configure } from '../support/property.js'

configure()

const p25519 = 2n ** 255n - 19n
const p256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const order = nobleP256.Point.Fn.ORDER
const { limbCount } = common

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const mod = (value: bigint, p: bigint): bigint => ((value % p) + p) % p

function numberOf(limbs: Limbs): bigint {
  return [...limbs].reduceRight((sum, limb) => (sum << 24n) + BigInt(limb), 0n)
}

/** 32 bytes, big-endian. */
function octets(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'))
}

/** Limbs of up to `multiple` times 2^23, at their bounds more often than not. */
function limbs(multiple: number): fc.Arbitrary<Limbs> {
  const bound = multiple * 2 ** 23
  const limb = fc.oneof(fc.constantFrom(bound, -bound, 0), fc.integer({ min: -bound, max: bound }))
  const same = fc
    .constantFrom(bound, -bound)
    .map((value) => Array.from({ length: limbCount }, () => value))
  return fc
    .oneof(same, fc.array(limb, { minLength: limbCount, maxLength: limbCount }))
    .map((list) => Float64Array.from(list))
}

/** Numbers of P-256 are small multiples of p: the last limb has 16 bits. */
function short(list: Limbs): Limbs {
  return list.map((limb, i) => (i < 10 ? limb : Math.trunc(limb / 2 ** 7)))
}

/** Whether limbs are as small as results have to be: a little more than half of the radix. */
function isReduced(result: Limbs): boolean {
  return result.every((limb) => Math.abs(limb) <= 2 ** 23 * 1.04)
}

// Factors whose multiples have a product of 11 (limbs.ts).
for (const [j, k] of [
  [1, 11],
  [3, 3],
  [11, 1],
] as const) {
  test(`products of limbs up to ${j} and ${k} times 2^23 are exact`, () => {
    fc.assert(
      fc.property(limbs(j), limbs(k), (a, b) => {
        const out = newLimbs()
        field25519.multiply(out, a, b)
        assert.is(mod(numberOf(out), p25519), mod(numberOf(a) * numberOf(b), p25519))
        assert.ok(isReduced(out), out.join())
        const [c, d] = [short(a), short(b)]
        field256.multiply(out, c, d)
        assert.is(mod(numberOf(out) << 264n, p256), mod(numberOf(c) * numberOf(d), p256))
        assert.ok(isReduced(out) && numberOf(out) ** 2n < p256 ** 2n, out.join())
      }),
    )
  })
}

test('squares, and sums and differences of two products', () => {
  fc.assert(
    fc.property(limbs(3), limbs(2), limbs(2), limbs(3), limbs(2), (s, a, b, c, d) => {
      const out = newLimbs()
      field25519.square(out, s)
      assert.is(mod(numberOf(out), p25519), mod(numberOf(s) ** 2n, p25519))
      const check = (expected: bigint) =>
        assert.is(mod(numberOf(out) << 264n, p256), mod(expected, p256))
      field256.square(out, s)
      check(numberOf(s) ** 2n)
      field256.multiplyAdd(out, a, b, c, d)
      check(numberOf(a) * numberOf(b) + numberOf(c) * numberOf(d))
      field256.multiplySubtract(out, a, b, c, d)
      check(numberOf(a) * numberOf(b) - numberOf(c) * numberOf(d))
      field25519.addScaled(out, a, 121665, b)
      assert.is(mod(numberOf(out), p25519), mod(numberOf(a) + 121665n * numberOf(b), p25519))
    }),
  )
})

/** Numbers of 256 bits, those around multiples of the primes among them. */
const numbers = fc.oneof(
  bytes(32).map((list) => BigInt(`0x${Buffer.from(list).toString('hex')}`)),
  fc
    .tuple(fc.constantFrom(0n, p25519, 2n * p25519, p256, order), fc.integer({ min: -30, max: 30 }))
    .map(([middle, distance]) => mod(middle + BigInt(distance), 2n ** 256n)),
)

test('numbers are written as their least residue, also where they come from products', () => {
  fc.assert(
    fc.property(numbers, numbers, (one, other) => {
      const [a, b] = [newLimbs(), newLimbs()]
      // Without the highest bit.
      const [left, right] = [one & (2n ** 255n - 1n), other & (2n ** 255n - 1n)]
      field25519.read(a, octets(one).reverse())
      field25519.read(b, octets(other).reverse())
      assert.equal(field25519.write(a).reverse(), octets(left % p25519))
      field25519.multiply(a, a, b)
      assert.equal(field25519.write(a).reverse(), octets((left * right) % p25519))
      field256.read(a, octets(one))
      field256.read(b, octets(other))
      assert.equal(field256.write(a), octets(one % p256))
      field256.multiply(a, a, b)
      assert.equal(field256.write(a), octets((one * other) % p256))
    }),
  )
})

test('inverses', () => {
  fc.assert(
    fc.property(numbers, (value) => {
      const [a, b] = [newLimbs(), newLimbs()]
      field25519.read(a, octets(value).reverse())
      field25519.invert(b, a)
      field25519.multiply(b, a, b)
      const isZero = (value & (2n ** 255n - 1n)) % p25519 === 0n
      assert.equal(field25519.write(b).reverse(), octets(isZero ? 0n : 1n))
      field256.read(a, octets(value))
      field256.invert(b, a)
      field256.multiply(b, a, b)
      assert.equal(field256.write(b), octets(value % p256 === 0n ? 0n : 1n))
    }),
  )
})

test('numbers are exchanged or not', () => {
  const [a, b] = [newLimbs().fill(-5), newLimbs().fill(7)]
  exchange(0, a, b)
  assert.equal([a[0], b[10]], [-5, 7])
  exchange(1, a, b)
  assert.equal([a[0], b[10]], [7, -5])
})

test('X25519 of any scalar and point, points that are not reduced among them', () => {
  fc.assert(
    fc.property(bytes(32), numbers, fc.boolean(), (scalar, number, isBase) => {
      if (isBase) {
        assert.equal(curve25519.share(scalar), Uint8Array.from(nobleX25519.getPublicKey(scalar)))
        return
      }
      const point = octets(number).reverse()
      let expected: Uint8Array | undefined
      try {
        expected = Uint8Array.from(nobleX25519.getSharedSecret(scalar, point))
      } catch {
        // Of small order.
      }
      assert.equal(curve25519.agree(scalar, point), expected)
    }),
  )
})

/** In range, small ones and those near the order among them. */
const scalars = fc.oneof(
  numbers.map((value) => (value % (order - 1n)) + 1n),
  fc.integer({ min: 1, max: 40 }).map(BigInt),
  fc.integer({ min: 1, max: 40 }).map((value) => order - BigInt(value)),
)

/** Whatever a source gives: zero modulo p too. */
const blinds = fc.oneof(bytes(32), fc.constantFrom(0n, p256, 2n ** 255n).map(octets))

test('P-256: multiples of points', () => {
  fc.assert(
    fc.property(scalars, scalars, scalars, blinds, (j, k, l, blind) => {
      const base = nobleP256.Point.BASE
      const point = base.multiply(l)
      const encoded = Uint8Array.from(point.toBytes(false))
      const expected = (sum: typeof base) =>
        sum.is0() ? undefined : Uint8Array.from(sum.toBytes(false))
      assert.equal(multipleOfBase(octets(j)), expected(base.multiply(j)))
      assert.equal(multipleOfBase(octets(j), blind), expected(base.multiply(j)))
      assert.equal(multiple(encoded, octets(k)), expected(point.multiply(k)))
      const sum = base.multiply(j).add(point.multiply(k))
      assert.equal(combination(octets(j), encoded, octets(k)), expected(sum))
    }),
    { numRuns: 50 },
  )
})

test('P-256: sums of equal and of opposite points', () => {
  const encoded = Uint8Array.from(nobleP256.Point.BASE.toBytes(false))
  for (let i = 1n; i < 20n; i++) {
    const twice = Uint8Array.from(nobleP256.Point.BASE.multiply(2n * i).toBytes(false))
    assert.equal(combination(octets(i), encoded, octets(i)), twice)
    assert.is(combination(octets(i), encoded, octets(order - i)), undefined)
  }
  assert.is(multipleOfBase(octets(order)), undefined)
  assert.is(multipleOfBase(octets(0n)), undefined)
})

test('P-256: what is no point is refused', () => {
  const good = Uint8Array.from(nobleP256.Point.BASE.toBytes(false))
  const scalar = octets(5n)
  for (const change of [
    (point: Uint8Array) => point.fill(2, 0, 1),
    (point: Uint8Array) => point.fill(6, 0, 1),
    (point: Uint8Array) => point.fill(1, 64),
    (point: Uint8Array) => point.fill(0, 1),
    // Coordinates that are p more, and below 2^256.
    (point: Uint8Array) => point.set(lowX(p256), 1),
    (point: Uint8Array) => point.set(lowY(p256), 1),
  ]) {
    const point = good.slice()
    change(point)
    assert.is(multiple(point, scalar), undefined)
    assert.is(combination(scalar, point, scalar), undefined)
    assert.is(agree(scalar, point), undefined)
  }
  for (const coordinates of [lowX(0n), lowY(0n)]) {
    const point = Uint8Array.of(4, ...coordinates)
    assert.equal(multiple(point, octets(1n)), point)
  }
})

/** The coordinates of a point with a small x, and more. */
function lowX(more: bigint): Uint8Array {
  for (let x = 0n; ; x++) {
    const compressed = Uint8Array.of(2, ...octets(x))
    try {
      const { y } = nobleP256.Point.fromBytes(compressed).toAffine()
      return Uint8Array.of(...octets(x + more), ...octets(y))
    } catch {
      // No point has this x.
    }
  }
}

/** The same with the smallest y: a root of x^3 - 3 x + b - 25. */
function lowY(more: bigint): Uint8Array {
  const x = 0xd7325d7646cd60d80a92738ceb345f844cffaf35841022cab176f692de8de1d7n
  return Uint8Array.of(...octets(x), ...octets(5n + more))
}

test('P-256: signatures are those of noble for the same extra entropy', () => {
  fc.assert(
    fc.property(
      scalars,
      fc.uint8Array({ minLength: 20, maxLength: 64 }),
      bytes(32),
      (d, digest, entropy) => {
        const draws = [entropy]
        const random = (length: number) => draws.shift()?.slice() ?? new Uint8Array(length).fill(9)
        const privateKey = octets(d)
        const signature = sign(privateKey, digest, random)
        const options = {
          prehash: false,
          lowS: false,
          format: 'der',
          extraEntropy: entropy,
        } as const
        assert.equal(signature, Uint8Array.from(nobleP256.sign(digest, privateKey, options)))
        const publicKey = share(privateKey)
        assert.ok(verify(publicKey, digest, signature))
        digest[3] = (digest[3] as number) ^ 1
        assert.not(verify(publicKey, digest, signature))
      },
    ),
    { numRuns: 50 },
  )
})

test.run()
