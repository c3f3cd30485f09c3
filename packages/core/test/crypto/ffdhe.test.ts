// The primes of RFC 7919 come from its formula; here they are held against what the RFC prints.
import { checkPrimeSync, createDiffieHellman, createHash, randomBytes } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ffdhePrime } from '#src/crypto/noble/ffdhe.js'
import type { NamedGroup, Random } from '#src/crypto/provider.js'
import { ffdhe2048, ffdhe3072, ffdhe4096, ffdhe6144, ffdhe8192 } from '#src/noble.js'

const random: Random = (length) => Uint8Array.from(randomBytes(length))

interface Row {
  readonly group: NamedGroup
  readonly bits: number
  readonly x: bigint
  /** SHA-256 of the number in hexadecimal; each was once checked to be a safe prime, which takes half a minute. */
  readonly digest: string
}

const rows: readonly Row[] = [
  {
    group: ffdhe2048,
    bits: 2048,
    x: 560316n,
    digest: 'b9fd49b47ad1363ebf1681ab8a5b6c3bb0be15897d0d94aff227ee91b867ab8a',
  },
  {
    group: ffdhe3072,
    bits: 3072,
    x: 2625351n,
    digest: 'c5288e890a7a8da070e69a9d23fa0e264aeddfaa05e267fbd038c4be1210d6a2',
  },
  {
    group: ffdhe4096,
    bits: 4096,
    x: 5736041n,
    digest: '3cb2119eb37a64531e61b96555689035640b6d80145f303d321c1a58ce15e936',
  },
  {
    group: ffdhe6144,
    bits: 6144,
    x: 15705020n,
    digest: '0d49e72527f7d91e8a357aa015594fe4f801c88a9123738af0e2ec4a0ad04a8b',
  },
  {
    group: ffdhe8192,
    bits: 8192,
    x: 10965728n,
    digest: '461db4b7734852427de4b4289cebd2feb853fa474ea72f9faf84a17fb05e3f0b',
  },
]

// RFC 7919 A.1: all begin with the same words.
const start =
  'ffffffffffffffffadf85458a2bb4a9aafdc5620273d3cf1d8b9c583ce2d3695a9e13641146433fbcc939dce249b3ef9'

for (const { group, bits, x, digest } of rows) {
  test(`${group.name}: the prime`, () => {
    const prime = ffdhePrime(bits, x)
    const text = prime.toString(16)
    assert.is(text.length, bits / 4)
    assert.ok(text.startsWith(start))
    assert.ok(text.endsWith('f'.repeat(16)))
    assert.is(createHash('sha256').update(text).digest('hex'), digest)
    if (bits === 2048 || process.env.SANSTLS_RUNS === 'all') {
      assert.ok(checkPrimeSync(prime, { checks: 4 }))
      assert.ok(checkPrimeSync(prime >> 1n, { checks: 4 }))
    }
  })

  test(`${group.name}: agrees with node:crypto`, () => {
    const prime = Buffer.from(ffdhePrime(bits, x).toString(16), 'hex')
    const peer = createDiffieHellman(prime, 2)
    peer.generateKeys()
    const pair = group.generate(random)
    const share = new Uint8Array(bits / 8)
    share.set(peer.getPublicKey(), share.length - peer.getPublicKey().length)
    const expected = new Uint8Array(bits / 8)
    const secret = peer.computeSecret(pair.share)
    expected.set(secret, expected.length - secret.length)
    assert.equal(pair.decapsulate(share), expected)
  })

  test(`${group.name}: shares at the bounds (RFC 7919 5.1)`, () => {
    const prime = ffdhePrime(bits, x)
    const share = (value: bigint) =>
      Uint8Array.from(Buffer.from(value.toString(16).padStart(bits / 4, '0'), 'hex'))
    const pair = group.generate(random)
    for (const value of [0n, 1n, prime - 1n, prime, prime + 1n, prime + 2n]) {
      assert.is(pair.decapsulate(share(value)), undefined)
      assert.is(group.encapsulate(share(value), random), undefined)
    }
    for (const value of [2n, prime - 2n]) assert.ok(pair.decapsulate(share(value)))
  })

  test(`${group.name}: exponents are as long as RFC 7919 5.2 asks`, () => {
    const bitsAsked = { 2048: 225, 3072: 275, 4096: 325, 6144: 375, 8192: 400 }[bits] ?? 0
    let drawn = 0
    group.generate((length) => {
      drawn += length
      return random(length)
    })
    assert.is(drawn, Math.ceil(bitsAsked / 8))
  })
}

test('a secret with leading zeros keeps its length (RFC 9846 7.4.1)', () => {
  // With a private key of 1 the secret is the peer's share itself.
  const one: Random = (length) => {
    const key = new Uint8Array(length)
    key[length - 1] = 1
    return key
  }
  const pair = ffdhe2048.generate(one)
  const small = new Uint8Array(256)
  small[255] = 7
  assert.equal(pair.decapsulate(small), small)
})

test.run()
