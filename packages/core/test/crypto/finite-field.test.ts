// Diffie-Hellman under parameters that the server names, against node:crypto.
import { createDiffieHellman, getDiffieHellman, randomBytes } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Random } from '#src/crypto/provider.js'
import { finiteField } from '#src/noble/tls12.js'
import { ffdhe2048, ffdhe3072, ffdhe4096, ffdhe6144, ffdhe8192 } from '#src/noble.js'

const random: Random = (length) => Uint8Array.from(randomBytes(length))

function bytes(value: bigint, length = Math.ceil(value.toString(16).length / 2)): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex'))
}

function number(value: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(value).toString('hex')}`)
}

function groupOf(prime: Uint8Array, generator: Uint8Array) {
  const group = finiteField.group(prime, generator)
  assert.ok(group)
  return group
}

/** RFC 2409, RFC 3526: other primes than those of RFC 7919, with another generator too. */
for (const [name, generator] of [
  ['modp2', 2],
  ['modp5', 2],
  ['modp14', 2],
  ['modp14', 5],
] as const) {
  const prime = Uint8Array.from(getDiffieHellman(name).getPrime())

  test(`${name} with generator ${generator} agrees with node:crypto, in either role`, () => {
    const group = groupOf(prime, Uint8Array.of(generator))
    assert.is(group.id, 0)
    assert.is(group.name, 'dhe')
    assert.is(group.clientShareLength, prime.length)
    assert.is(group.serverShareLength, prime.length)
    const peer = createDiffieHellman(prime, generator)
    peer.generateKeys()
    const padded = (value: Uint8Array) =>
      Uint8Array.from([...new Uint8Array(prime.length - value.length), ...value])
    const pair = group.generate(random)
    assert.is(pair.share.length, prime.length)
    const secret = pair.decapsulate(padded(peer.getPublicKey()))
    assert.equal(secret, padded(peer.computeSecret(pair.share)))
    const answer = group.encapsulate(padded(peer.getPublicKey()), random)
    assert.ok(answer)
    assert.equal(answer.secret, padded(peer.computeSecret(answer.share)))
    pair.wipe()
    assert.throws(() => pair.decapsulate(answer.share), /wiped/)
  })
}

const prime = Uint8Array.from(getDiffieHellman('modp2').getPrime())
const p = number(prime)

test('shares out of range, or of another length, are refused', () => {
  const group = groupOf(prime, Uint8Array.of(2))
  const pair = group.generate(random)
  for (const value of [0n, 1n, p - 1n, p, p + 1n, p + 2n]) {
    assert.is(pair.decapsulate(bytes(value, prime.length)), undefined, `${value - p}`)
    assert.is(group.encapsulate(bytes(value, prime.length), random), undefined)
  }
  for (const value of [2n, p - 2n]) {
    assert.ok(pair.decapsulate(bytes(value, prime.length)))
    assert.ok(group.encapsulate(bytes(value, prime.length), random))
  }
  for (const share of [new Uint8Array(0), bytes(2n), bytes(2n, prime.length + 1)]) {
    assert.is(pair.decapsulate(share), undefined)
    assert.is(group.encapsulate(share, random), undefined)
  }
})

test('an element of small order that leads to no secret is refused', () => {
  const group = groupOf(Uint8Array.of(31), Uint8Array.of(3))
  const exponent =
    (value: number): Random =>
    (length) =>
      new Uint8Array(length).fill(value)
  // 2^5 = 1 modulo 31.
  assert.equal(group.encapsulate(Uint8Array.of(2), exponent(6))?.secret, Uint8Array.of(2))
  assert.is(group.encapsulate(Uint8Array.of(2), exponent(5)), undefined)
})

test('parameters that cannot be worked with are refused', () => {
  const two = Uint8Array.of(2)
  const large = new Uint8Array(1025).fill(0xff)
  for (const [name, modulus, generator] of [
    ['nothing', new Uint8Array(0), two],
    ['zero', Uint8Array.of(0), two],
    ['one', Uint8Array.of(1), two],
    ['three', Uint8Array.of(3), two],
    ['even', bytes(p + 1n), two],
    ['8193 bits', Uint8Array.of(1, ...new Uint8Array(1023), 1), two],
    ['8200 bits', large, two],
    ['no generator', prime, new Uint8Array(0)],
    ['generator 0', prime, Uint8Array.of(0)],
    ['generator 1', prime, Uint8Array.of(1)],
    ['generator p - 1', prime, bytes(p - 1n)],
    ['generator p', prime, prime],
    ['generator p + 2', prime, bytes(p + 2n)],
    ['a very long generator', prime, large],
  ] as const) {
    assert.is(finiteField.group(modulus, generator), undefined, name)
  }
  assert.ok(finiteField.group(prime, bytes(p - 2n)))
  assert.ok(finiteField.group(large.subarray(1), two))
  assert.ok(finiteField.group(Uint8Array.of(5), two))
})

test('leading zeros are no part of the parameters', () => {
  const group = groupOf(Uint8Array.of(0, 0, ...prime), Uint8Array.of(0, 2))
  assert.is(group.clientShareLength, prime.length)
})

test('exponents are as long as the prime, but for the safe primes of RFC 7919', () => {
  const drawn = (modulus: Uint8Array, generator: number): number => {
    let sum = 0
    groupOf(modulus, Uint8Array.of(generator)).generate((length) => {
      sum += length
      return random(length)
    })
    return sum
  }
  assert.is(drawn(prime, 2), prime.length)
  assert.is(drawn(Uint8Array.from(getDiffieHellman('modp14').getPrime()), 2), 256)
  const known = finiteField.parameters(256)
  assert.ok(known)
  assert.is(drawn(known.prime, 2), 29)
  assert.is(drawn(known.prime, 3), 256)
})

test('the groups of RFC 7919 can be named', () => {
  for (const named of [ffdhe2048, ffdhe3072, ffdhe4096, ffdhe6144, ffdhe8192]) {
    const parameters = finiteField.parameters(named.id)
    assert.ok(parameters)
    const group = groupOf(parameters.prime, parameters.generator)
    assert.is(group.clientShareLength, named.clientShareLength)
    assert.is(group.id, 0)
    // One side knows the group by its name, the other by its parameters.
    const pair = named.generate(random)
    const answer = group.encapsulate(pair.share, random)
    assert.ok(answer)
    assert.equal(pair.decapsulate(answer.share), answer.secret)
  }
  assert.is(finiteField.parameters(23), undefined)
})

test.run()
