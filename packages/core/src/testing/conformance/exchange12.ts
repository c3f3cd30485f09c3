/** What TLS 1.2 agrees on keys with beside groups: primes that the server names (RFC 5246 7.4.3), and RSA. */

import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import { copyBytes } from '../../bytes.js'
import { powerPublic } from '../../crypto/noble/modpow.js'
import type { FiniteField, NamedGroup, RsaEncryption, SigningKey } from '../../crypto/provider.js'
import { testKeys } from './keys.js'
import {
  bytes,
  type ConformanceCase,
  check,
  checkEqual,
  join,
  repeatable,
  type Subject,
} from './support.js'

export function exchange12Cases(subject: Subject): ConformanceCase[] {
  const { provider, reference } = subject
  const { finiteField, rsaEncryption } = provider
  const cases: ConformanceCase[] = []
  if (finiteField !== undefined) {
    const other = reference?.finiteField ?? finiteField
    cases.push(
      { name: 'finite field: agrees', run: () => agree(subject, finiteField, other) },
      { name: 'finite field: refuses', run: () => refuse(subject, finiteField) },
    )
  }
  const key = decryptingKey(subject)
  if (key !== undefined) {
    cases.push({ name: 'rsa: decrypts, or not', run: () => decrypts(subject, key) })
  }
  if (rsaEncryption !== undefined) {
    cases.push({ name: 'rsa: encrypts', run: () => encrypts(subject, rsaEncryption) })
  }
  return cases
}

/** RFC 2409 6.2: the Second Oakley Group, whose prime RFC 7919 does not have. */
const oakley2 = bytes(
  `ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd
   ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed
   ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff`,
)
const two = Uint8Array.of(2)

function groupOf(field: FiniteField, prime: Uint8Array, generator: Uint8Array): NamedGroup {
  const group = field.group(prime, generator)
  check(group !== undefined, 'parameters were refused')
  check(group.clientShareLength === prime.length, 'length of the client share')
  check(group.serverShareLength === prime.length, 'length of the server share')
  return group
}

function agree({ random }: Subject, own: FiniteField, other: FiniteField): number {
  const known = own.parameters(256)
  check(known !== undefined && known.prime.length === 256, 'ffdhe2048 has no parameters')
  checkEqual(known.generator, two, 'generator of ffdhe2048')
  check(own.parameters(23) === undefined, 'secp256r1 is no group modulo a prime')
  let count = 3
  for (const [prime, generator] of [
    [oakley2, two],
    [oakley2, Uint8Array.of(5)],
    [oakley2, oakley2.map((octet, i) => (i === oakley2.length - 1 ? octet - 2 : octet))],
    [known.prime, known.generator],
    // Smaller than any that some code works with.
    [bytes('ffffffffffffffc5'), two],
  ] as const) {
    const one = groupOf(own, prime, generator)
    const two = groupOf(other, prime, generator)
    for (const [server, client] of [
      [one, two],
      [two, one],
    ] as const) {
      const pair = server.generate(random)
      check(pair.share.length === prime.length, 'a share has another length')
      const answer = client.encapsulate(pair.share, random)
      check(answer?.secret.length === prime.length, 'a secret has another length')
      checkEqual(pair.decapsulate(answer.share), answer.secret, 'secrets differ')
      pair.wipe()
      count += 3
    }
    const replay = (): Uint8Array => one.generate(repeatable(prime.length)).share
    checkEqual(replay(), replay(), 'the same randomness gives the same shares')
    checkEqual(two.generate(repeatable(prime.length)).share, replay(), 'and elsewhere the same')
    count += 2
  }
  return count
}

function refuse({ random }: Subject, field: FiniteField): number {
  const group = groupOf(field, oakley2, two)
  const pair = group.generate(random)
  const { length } = oakley2
  const p = bytesToNumberBE(oakley2)
  let count = 0
  const judge = (share: Uint8Array, isValid: boolean, what: string): void => {
    check((pair.decapsulate(share) !== undefined) === isValid, `decapsulate: ${what}`)
    check((group.encapsulate(share, random) !== undefined) === isValid, `encapsulate: ${what}`)
    count += 2
  }
  for (const value of [0n, 1n, p - 1n, p, p + 1n, p + 2n, (1n << BigInt(8 * length)) - 1n]) {
    judge(numberToBytesBE(value, length), false, `p ${value - p}`)
  }
  judge(numberToBytesBE(2n, length), true, 'two')
  judge(numberToBytesBE(p - 2n, length), true, 'p - 2')
  judge(two, false, 'a share too short')
  judge(join(Uint8Array.of(0), pair.share), false, 'a share too long')
  judge(new Uint8Array(0), false, 'an empty share')
  for (const [prime, generator] of [
    [numberToBytesBE(p + 1n, length), two],
    [new Uint8Array(1025).fill(0xff), two],
    [new Uint8Array(0), two],
    [Uint8Array.of(1), two],
    [Uint8Array.of(3), two],
    [oakley2, new Uint8Array(0)],
    [oakley2, Uint8Array.of(0)],
    [oakley2, Uint8Array.of(1)],
    [oakley2, numberToBytesBE(p - 1n, length)],
    [oakley2, oakley2],
    [oakley2, new Uint8Array(2000).fill(0xff)],
  ] as const) {
    check(field.group(prime, generator) === undefined, 'took parameters that cannot be')
    count++
  }
  return count
}

const fallback: Uint8Array = /* @__PURE__ */ new Uint8Array(48).fill(0xfb)

/** A test key, where the provider takes its kind. */
function importKey({ provider }: Subject, name: keyof typeof testKeys): SigningKey | undefined {
  try {
    return provider.importPrivateKey(bytes(testKeys[name]))
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/** The test key where it decrypts; only providers of what a runtime offers may lack that. */
function decryptingKey(subject: Subject): SigningKey | undefined {
  const key = importKey(subject, 'rsa')
  if (key?.decrypt !== undefined) return key
  // A provider without any RSA encrypts nothing either.
  const mayLack = subject.partial === true || subject.provider.rsaEncryption === undefined
  check(mayLack, 'the RSA key does not decrypt')
  return undefined
}

/** 00 02, padding, 00, message: RFC 8017 7.2.1. */
function encoded(length: number, message: Uint8Array): Uint8Array {
  const padding = new Uint8Array(length - message.length - 3).fill(0x55)
  return join(Uint8Array.of(0, 2), padding, Uint8Array.of(0), message)
}

function decrypts(subject: Subject, key: SigningKey): number {
  const { random } = subject
  const n = bytesToNumberBE(key.publicKey.modulus ?? new Uint8Array(0))
  const e = bytesToNumberBE(key.publicKey.exponent ?? new Uint8Array(0))
  const length = 256
  const raw = (text: Uint8Array): Uint8Array =>
    numberToBytesBE(powerPublic(bytesToNumberBE(text), e, n), length)
  const decrypt = (ciphertext: Uint8Array, otherwise = fallback): Uint8Array | undefined =>
    key.decrypt?.(ciphertext, otherwise, random)
  const message = random(48)
  const right = encoded(length, message)
  checkEqual(decrypt(raw(right)), message, 'a right padding')
  const long = random(length - 11)
  checkEqual(decrypt(raw(encoded(length, long)), new Uint8Array(length - 11)), long, 'no room left')
  const changed = (at: number, octet: number): Uint8Array => {
    const text = copyBytes(right)
    text[at] = octet
    return text
  }
  const separator = length - 49
  const wrong: readonly (readonly [string, Uint8Array])[] = [
    ['first octet', changed(0, 1)],
    ['type 1', changed(1, 1)],
    ['type 0', changed(1, 0)],
    ['a zero in front', changed(2, 0)],
    ['a zero among the first eight', changed(9, 0)],
    ['an early zero', changed(separator - 1, 0)],
    ['no separator', changed(separator, 1)],
    ['a shorter message', encoded(length, message.subarray(1))],
    ['a longer message', encoded(length, join(message, Uint8Array.of(1)))],
    ['an empty message', encoded(length, new Uint8Array(0))],
    ['zeros', new Uint8Array(length)],
    ['one', numberToBytesBE(1n, length)],
  ]
  for (const [what, text] of wrong) checkEqual(decrypt(raw(text)), fallback, what)
  const ciphertext = raw(right)
  for (const other of [
    new Uint8Array(0),
    ciphertext.subarray(1),
    join(Uint8Array.of(0), ciphertext),
    numberToBytesBE(n, length),
    new Uint8Array(length).fill(255),
  ]) {
    checkEqual(decrypt(other), fallback, 'length or range of the ciphertext')
  }
  checkEqual(decrypt(ciphertext, long.subarray(1)), long.subarray(1), 'too long a fallback')
  const kept = copyBytes(fallback)
  decrypt(ciphertext.subarray(1))?.fill(0)
  checkEqual(fallback, kept, 'the fallback itself came out')
  check(importKey(subject, 'rsaPss')?.decrypt === undefined, 'a key for PSS decrypts')
  return wrong.length + 11
}

function encrypts(subject: Subject, { encrypt }: RsaEncryption): number {
  const { random, reference } = subject
  const own = importKey(subject, 'rsa')
  const other = reference && importKey({ ...subject, provider: reference }, 'rsa')
  const keys = [own, other].filter((key) => key !== undefined)
  check(keys.length > 0, 'no test key to encrypt for')
  let count = 0
  for (const key of keys) {
    for (const length of [0, 1, 48, 245]) {
      const message = random(length)
      const ciphertext = encrypt(key.publicKey, message, random)
      check(ciphertext?.length === 256, 'a ciphertext has another length')
      const opened = key.decrypt?.(ciphertext, new Uint8Array(length).fill(1), random)
      // A key of a partial provider may be unable to.
      if (key.decrypt !== undefined) checkEqual(opened, message, `${length} bytes`)
      const again = encrypt(key.publicKey, message, random)
      check(again?.some((octet, i) => octet !== ciphertext[i]) === true, 'a padding came twice')
      count += 3
    }
    check(encrypt(key.publicKey, random(246), random) === undefined, 'took too long a message')
    const { modulus } = key.publicKey
    const even = modulus?.map((octet, i) => (i === 255 ? octet & 0xfe : octet)) ?? fallback
    check(
      encrypt({ ...key.publicKey, modulus: even }, fallback, random) === undefined,
      'took an even modulus',
    )
    count += 2
  }
  for (const name of ['rsaPss', 'secp256r1', 'ed25519'] as const) {
    const key = importKey(subject, name)
    const ciphertext = key && encrypt(key.publicKey, fallback, random)
    check(ciphertext === undefined, `encrypted for ${name}`)
    count++
  }
  return count
}
