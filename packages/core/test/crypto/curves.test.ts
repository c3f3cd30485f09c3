// Our domain parameters and helpers against noble's own ready-made curves.
import { randomBytes } from 'node:crypto'
import { ed448, x448 } from '@noble/curves/ed448.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import {
  brainpoolP256r1 as nobleBrainpoolP256r1,
  brainpoolP384r1 as nobleBrainpoolP384r1,
  brainpoolP512r1 as nobleBrainpoolP512r1,
} from '@noble/curves/misc.js'
import { p256 as nobleP256, p384 as nobleP384, p521 as nobleP521 } from '@noble/curves/nist.js'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  brainpoolP256r1,
  brainpoolP384r1,
  brainpoolP512r1,
  p256,
  p384,
  p521,
} from '#src/crypto/noble/curve.js'
import { edwards448, edwards25519 } from '#src/crypto/noble/edwards.js'
import { curve448, curve25519 } from '#src/crypto/noble/montgomery.js'

for (const [curve, noble] of [
  [p256, nobleP256],
  [p384, nobleP384],
  [p521, nobleP521],
  [brainpoolP256r1, nobleBrainpoolP256r1],
  [brainpoolP384r1, nobleBrainpoolP384r1],
  [brainpoolP512r1, nobleBrainpoolP512r1],
] as const) {
  test(`${curve.name}: domain parameters`, () => {
    assert.equal(curve.exchange().point.CURVE(), noble.Point.CURVE())
    assert.is(curve.length, noble.Point.Fp.BYTES)
  })
}

for (const [curve, noble, name] of [
  [edwards25519, ed25519, 'edwards25519'],
  [edwards448, ed448, 'edwards448'],
] as const) {
  test(`${name}: domain parameters`, () => {
    const { point } = curve.exchange()
    assert.equal(point.CURVE(), noble.Point.CURVE())
    assert.is(curve.length, noble.lengths.publicKey)
  })

  test(`${name}: the same encodings are points`, () => {
    const { point } = curve.exchange()
    let points = 0
    for (let i = 0; i < 200; i++) {
      const encoding = Uint8Array.from(randomBytes(curve.length))
      if (curve.length === 57) encoding[56] = i & 0x80
      // The first few numbers and those around the prime have the special cases among them.
      if (i < 20) encoding.fill(0, 1).fill(i, 0, 1)
      else if (i < 60) encoding.fill(255, 1, 31).fill(0xd0 + i, 0, 1)
      const ours = decode(() => point.fromBytes(encoding).toBytes())
      const theirs = decode(() => noble.Point.fromBytes(encoding).toBytes())
      assert.equal(ours, theirs)
      if (ours !== undefined) points++
    }
    assert.ok(points > 50 && points < 150, `${points} of 200`)
  })
}

function decode(run: () => Uint8Array): Uint8Array | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

for (const [curve, noble, length] of [
  [curve25519, x25519, 32],
  [curve448, x448, 56],
] as const) {
  test(`X${length === 32 ? 25519 : 448}: shares, with the table and without`, () => {
    for (let i = 0; i < 40; i++) {
      const privateKey = Uint8Array.from(randomBytes(length))
      assert.equal(curve.share(privateKey), Uint8Array.from(noble.getPublicKey(privateKey)))
    }
  })
}

test.run()
