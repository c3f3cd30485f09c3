/** Signature algorithms and private keys. */

import { copyBytes } from '../../bytes.js'
import type { CryptoProvider, SignatureName, SigningKey } from '../../crypto/provider.js'
import { parseSubjectPublicKey, type SubjectPublicKey } from '../../crypto/spki.js'
import { BufferLike } from '../buffer-like.js'
import { testKeys } from './keys.js'
import {
  bytes,
  type ConformanceCase,
  check,
  checkEqual,
  flipBit,
  join,
  repeatable,
  type Subject,
} from './support.js'

type KeyName = keyof typeof testKeys

/** What each test key can do; keys on curves that the provider lacks are left out. */
const usesOf: Readonly<Record<KeyName, readonly SignatureName[]>> = {
  secp256r1: ['ecdsa_sha256', 'ecdsa_sha384', 'ecdsa_sha512'],
  secp384r1: ['ecdsa_sha256', 'ecdsa_sha384', 'ecdsa_sha512'],
  secp521r1: ['ecdsa_sha256', 'ecdsa_sha384', 'ecdsa_sha512'],
  brainpoolP256r1: ['ecdsa_sha256', 'ecdsa_sha384', 'ecdsa_sha512'],
  brainpoolP384r1: ['ecdsa_sha256', 'ecdsa_sha384', 'ecdsa_sha512'],
  brainpoolP512r1: ['ecdsa_sha256', 'ecdsa_sha384', 'ecdsa_sha512'],
  ed25519: ['ed25519'],
  ed448: ['ed448'],
  rsa: [
    'rsa_pss_sha256',
    'rsa_pss_sha384',
    'rsa_pss_sha512',
    'rsa_pkcs1_sha256',
    'rsa_pkcs1_sha384',
    'rsa_pkcs1_sha512',
  ],
  rsaPss: ['rsa_pss_sha256', 'rsa_pss_sha384', 'rsa_pss_sha512'],
  rsaPssSha256: ['rsa_pss_sha256'],
}

export function signatureCases(subject: Subject): ConformanceCase[] {
  const { provider } = subject
  const names = Object.keys(usesOf) as KeyName[]
  const keys = names.filter((name) => importable(subject, name))
  return [
    ...keys.map((name) => ({
      name: `key ${name}: signs, verifies, refuses`,
      run: () => signAndVerify(subject, name),
    })),
    { name: 'signatures: keys of other kinds', run: () => wrongKinds(subject, keys) },
    { name: 'keys: malformed PKCS#8', run: () => malformed(subject, keys) },
    { name: 'eddsa: RFC 8032 7', run: () => edwards(provider) },
  ]
}

function importable({ provider, partial }: Subject, name: KeyName): boolean {
  try {
    provider.importPrivateKey(bytes(testKeys[name]))
    return true
  } catch (error) {
    // Only brainpool is not every provider's.
    const mayLack = partial === true || name.startsWith('brainpool')
    if (error instanceof TypeError && mayLack) return false
    throw error
  }
}

export function verify(
  provider: CryptoProvider,
  algorithm: SignatureName,
  key: SubjectPublicKey,
  message: Uint8Array,
  signature: Uint8Array,
  saltLength?: number,
): boolean | undefined {
  const entry = provider.signatures.find(({ name }) => name === algorithm)
  if (entry?.supports(key) !== true) return undefined
  return entry.verify(key, message, signature, saltLength)
}

function signAndVerify(subject: Subject, name: KeyName): number {
  const { provider, random, reference, partial } = subject
  // The caller wipes it, or uses the memory for something else.
  const pkcs8 = BufferLike.copy(bytes(testKeys[name]))
  const key = provider.importPrivateKey(pkcs8)
  pkcs8.reclaim()
  const { publicKey } = key
  checkEqual(parseSubjectPublicKey(publicKey.spki).publicKey, publicKey.publicKey, 'public key')
  const expected = usesOf[name].filter((use) => partial !== true || key.algorithms.includes(use))
  const actual = [...key.algorithms].sort()
  check(
    actual.length > 0 && actual.join() === [...expected].sort().join(),
    `algorithms ${actual} instead of ${usesOf[name]}`,
  )
  let count = 2
  for (const algorithm of key.algorithms) {
    for (const length of [0, 1, 200]) {
      const message = random(length)
      const signature = key.sign(algorithm, message, random)
      const judge = (m: Uint8Array, s: Uint8Array): boolean | undefined =>
        verify(provider, algorithm, publicKey, m, BufferLike.copy(s))
      check(judge(message, signature) === true, `${algorithm}: own signature refused`)
      check(judge(join(message, Uint8Array.of(0)), signature) === false, `${algorithm}: message`)
      for (const bit of [0, 7, 8, 4 * signature.length, 8 * signature.length - 1]) {
        check(judge(message, flipBit(signature, bit)) === false, `${algorithm}: flipped bit ${bit}`)
      }
      check(judge(message, signature.subarray(1)) === false, `${algorithm}: truncated`)
      check(judge(message, signature.subarray(0, -1)) === false, `${algorithm}: truncated`)
      check(judge(message, join(signature, Uint8Array.of(0))) === false, `${algorithm}: longer`)
      check(judge(message, join(Uint8Array.of(0), signature)) === false, `${algorithm}: longer`)
      check(judge(message, new Uint8Array(0)) === false, `${algorithm}: empty`)
      check(judge(message, new Uint8Array(signature.length)) === false, `${algorithm}: zeros`)
      check(
        judge(message, new Uint8Array(signature.length).fill(255)) === false,
        `${algorithm}: ones`,
      )
      count += 14
      if (reference !== undefined) {
        const other = verify(reference, algorithm, publicKey, message, signature)
        check(other !== false, `${algorithm}: the reference refuses the signature`)
        count++
      }
    }
    count += replay(provider, key, algorithm)
  }
  if (reference !== undefined) count += fromReference(provider, reference, name, random(40), random)
  for (const algorithm of ['ecdsa_sha256', 'ed25519', 'ed448', 'rsa_pkcs1_sha256'] as const) {
    if (key.algorithms.includes(algorithm)) continue
    throws(() => key.sign(algorithm, new Uint8Array(3), random), `${name} signed ${algorithm}`)
    count++
  }
  return count
}

/** With the same randomness the same signature, unless describe() says otherwise. */
function replay(provider: CryptoProvider, key: SigningKey, algorithm: SignatureName): number {
  const own = provider
    .describe()
    .find(({ name, kind }) => kind === 'signature' && name === algorithm)
  if (own === undefined || own.ownRandomness) return 0
  const message = Uint8Array.of(1, 2, 3)
  const first = key.sign(algorithm, message, repeatable(1))
  checkEqual(key.sign(algorithm, message, repeatable(1)), first, `${algorithm}: not repeatable`)
  return 1
}

function fromReference(
  provider: CryptoProvider,
  reference: CryptoProvider,
  name: KeyName,
  message: Uint8Array,
  random: Subject['random'],
): number {
  const key = reference.importPrivateKey(bytes(testKeys[name]))
  for (const algorithm of key.algorithms) {
    const signature = key.sign(algorithm, message, random)
    const judged = verify(provider, algorithm, key.publicKey, message, signature)
    check(judged !== false, `${algorithm}: the reference's signature was refused`)
  }
  return key.algorithms.length
}

function wrongKinds({ provider, random }: Subject, names: readonly KeyName[]): number {
  let count = 0
  const message = random(10)
  for (const name of names) {
    const { publicKey } = provider.importPrivateKey(bytes(testKeys[name]))
    for (const entry of provider.signatures) {
      if (usesOf[name].includes(entry.name)) continue
      // Other hashes may be offered for the same kind of key.
      if (publicKey.type === 'ec' && entry.name.startsWith('ecdsa_')) continue
      if (publicKey.type === 'rsa' && entry.name.startsWith('rsa_')) continue
      if (publicKey.type === 'rsaPss' && publicKey.pssHash === undefined) {
        if (entry.name.startsWith('rsa_pss_')) continue
      }
      check(!entry.supports(publicKey), `${entry.name} says it takes the key ${name}`)
      for (const length of [0, 64, 114, 256]) {
        check(
          !entry.verify(publicKey, message, random(length)),
          `${entry.name} verified with the key ${name}`,
        )
      }
      count++
    }
    if (publicKey.type !== 'ec') continue
    // RFC 8422 5.1.2: a compressed point is no key, whoever made it up.
    const half = (publicKey.publicKey.length + 1) / 2
    const form = 2 + ((publicKey.publicKey[2 * half - 2] ?? 0) & 1)
    const compressed = join(Uint8Array.of(form), publicKey.publicKey.subarray(1, half))
    const { name: algorithm } = provider.signatures.find((entry) => entry.supports(publicKey)) ?? {}
    if (algorithm === undefined) continue
    const signature = provider
      .importPrivateKey(bytes(testKeys[name]))
      .sign(algorithm, message, random)
    const judged = verify(
      provider,
      algorithm,
      { ...publicKey, publicKey: compressed },
      message,
      signature,
    )
    check(judged !== true, `${algorithm} took a compressed point`)
    count++
  }
  return count
}

/** Errors are TypeErrors, and every prefix is one. */
function malformed({ provider }: Subject, names: readonly KeyName[]): number {
  let count = 0
  const refused = (der: Uint8Array, what: string): void => {
    throws(() => provider.importPrivateKey(der), `a PKCS#8 key was imported: ${what}`)
    count++
  }
  for (const name of names) {
    const der = bytes(testKeys[name])
    // Long keys are sampled: each prefix fails in the same few places.
    const step = Math.ceil(der.length / 100)
    for (let length = 0; length < der.length; length += step) {
      refused(der.subarray(0, length), `${length} bytes of ${name}`)
    }
    refused(join(der, Uint8Array.of(0)), `${name} and a byte`)
  }
  // A key beside another's public key.
  const ed25519 = copyBytes(bytes('302e020100300506032b657004220420'))
  const seed = new Uint8Array(32).fill(7)
  check(
    provider.importPrivateKey(join(ed25519, seed)).publicKey.type === 'ed25519',
    'an Ed25519 key was refused',
  )
  const withPublicKey = join(
    bytes('3051020101300506032b657004220420'),
    seed,
    bytes('812100'),
    new Uint8Array(32).fill(9),
  )
  refused(withPublicKey, 'Ed25519 beside another public key')
  // P-256 with the scalars 0 and n, and with the scalar 2 beside the public key of another.
  const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'
  const p256 = (scalar: string): string =>
    `3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420${scalar}`
  const two = '02'.padStart(64, '0')
  check(provider.importPrivateKey(bytes(p256(two))).publicKey.type === 'ec', 'scalar 2 was refused')
  refused(bytes(p256('00'.repeat(32))), 'the scalar 0')
  refused(bytes(p256(order)), 'the scalar n')
  refused(
    join(
      bytes('308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420'),
      bytes(two),
      bytes('a144034200'),
      provider.importPrivateKey(bytes(testKeys.secp256r1)).publicKey.publicKey,
    ),
    'a scalar beside another public key',
  )
  // SEQUENCE { 0, { 1.2.3 }, OCTET STRING }.
  refused(bytes('300b020100300406022a0304 00'), 'an unknown algorithm')
  return count + 2
}

/** RFC 8032 7.1 and 7.4: seed, public key, message, signature. */
const edwardsExamples: readonly (readonly [string, string, string, string])[] = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155' +
      '5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    '6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3' +
      '528c8a3fcc2f044e39a3fc5b94492f8f032e7549a20098f95b',
    '5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778' +
      'edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180',
    '',
    '533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f' +
      '2b233f034f628281f2fd7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a' +
      '9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4db' +
      'b61149f05a7363268c71d95808ff2e652600',
  ],
  [
    'c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463a' +
      'fbea67c5e8d2877c5e3bc397a659949ef8021e954e0a12274e',
    '43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086' +
      '6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480',
    '03',
    '26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f435' +
      '2541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb' +
      'cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f' +
      'f3348ab21aa4adafd1d234441cf807c03a00',
  ],
]

function edwards(provider: CryptoProvider): number {
  let count = 0
  for (const [seed, publicKey, message, signature] of edwardsExamples) {
    const is25519 = seed.length === 64
    const header = is25519 ? '302e020100300506032b657004220420' : '3047020100300506032b6571043b0439'
    const name = is25519 ? 'ed25519' : 'ed448'
    if (!provider.signatures.some((entry) => entry.name === name)) continue
    const key = provider.importPrivateKey(bytes(header + seed))
    checkEqual(key.publicKey.publicKey, bytes(publicKey), `${name}: public key`)
    checkEqual(key.sign(name, bytes(message), repeatable(1)), bytes(signature), name)
    check(
      verify(provider, name, key.publicKey, bytes(message), bytes(signature)) === true,
      `${name}: example refused`,
    )
    count += 3
  }
  return count
}

function throws(run: () => unknown, message: string): void {
  try {
    run()
  } catch (error) {
    if (error instanceof TypeError) return
    throw error
  }
  throw new Error(message)
}
