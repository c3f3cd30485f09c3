/** Wycheproof: ECDH, X25519, X448, ML-KEM. */
import type { NamedGroup } from '../../crypto/provider.js'
import { parseSubjectPublicKey } from '../../crypto/spki.js'
import { bytes, type ConformanceCase, checkEqual, join, type Subject } from './support.js'
import { each, judge, load, type Vector } from './wycheproof-file.js'

/** Files by group, and every how many vectors are run unless all are asked for: each takes two or more multiplications. */
const ecdhFiles: Readonly<Record<number, readonly [stride: number, ...files: string[]]>> = {
  23: [3, 'ecdh_secp256r1_test.json', 'ecdh_secp256r1_ecpoint_test.json'],
  24: [11, 'ecdh_secp384r1_test.json', 'ecdh_secp384r1_ecpoint_test.json'],
  25: [19, 'ecdh_secp521r1_test.json', 'ecdh_secp521r1_ecpoint_test.json'],
  29: [2, 'x25519_test.json'],
  30: [7, 'x448_test.json'],
  31: [11, 'ecdh_brainpoolP256r1_test.json'],
  32: [19, 'ecdh_brainpoolP384r1_test.json'],
  33: [29, 'ecdh_brainpoolP512r1_test.json'],
}

const curveNames: Readonly<Record<number, string>> = {
  23: 'secp256r1',
  24: 'secp384r1',
  25: 'secp521r1',
  31: 'brainpoolP256r1',
  32: 'brainpoolP384r1',
  33: 'brainpoolP512r1',
}

export function keyExchangeCases(subject: Subject): ConformanceCase[] {
  return subject.provider.groups.flatMap((group): ConformanceCase[] => {
    const [stride = 1, ...files] = ecdhFiles[group.id] ?? []
    const cases: ConformanceCase[] = files.map((file) => ({
      name: `wycheproof ${file.replace('_test.json', '')}`,
      run: () => ecdhVectors(subject, group, file, subject.all === true ? 1 : stride),
    }))
    const size = /MLKEM(\d+)$/.exec(group.name)?.[1]
    if (size !== undefined) {
      cases.push({
        name: `wycheproof ${group.name}`,
        run: () => kemVectors(subject, group, size),
      })
    }
    return cases
  })
}

function ecdhVectors(subject: Subject, group: NamedGroup, file: string, stride: number): number {
  const curve = curveNames[group.id]
  return each(load(subject, file), stride, (vector) => {
    const share = shareOf(vector, curve, file.includes('ecpoint'))
    const isMontgomery = curve === undefined
    const acceptable = isMontgomery && !vector.flagged('ZeroSharedSecret')
    const secret = share && agree(subject, group, vector, share, isMontgomery)
    judge(vector, secret !== undefined, acceptable)
    if (secret instanceof Uint8Array) checkEqual(secret, vector.bytes('shared'), vector.label)
    return true
  })
}

/** The vector's public key as a share, or undefined where it cannot be one. */
function shareOf(
  vector: Vector,
  curve: string | undefined,
  isPoint: boolean,
): Uint8Array | undefined {
  const value = vector.bytes('public')
  if (isPoint || curve === undefined) return value
  try {
    const key = parseSubjectPublicKey(value)
    return key.curve === curve ? key.publicKey : undefined
  } catch {
    return undefined
  }
}

/** The secret; or only whether the share was accepted, where the private key cannot be fixed. */
function agree(
  { fix, random }: Subject,
  group: NamedGroup,
  vector: Vector,
  share: Uint8Array,
  isMontgomery: boolean,
): Uint8Array | true | undefined {
  const length = vector.bytes('shared').length
  const privateKey = isMontgomery
    ? vector.bytes('private')
    : bigEndian(vector.text('private'), length)
  const source = fix?.(group, 'privateKey', privateKey)
  if (source !== undefined) return group.generate(source).decapsulate(share)
  return group.encapsulate(share, random) === undefined ? undefined : true
}

/** A number of any length as its last `length` bytes. */
function bigEndian(digits: string, length: number): Uint8Array {
  return bytes(digits.padStart(2 * length, '0').slice(-2 * length))
}

/** A hybrid's shares have the vector's ML-KEM part beside valid other parts; only whether they are refused is seen. */
function kemVectors(subject: Subject, group: NamedGroup, size: string): number {
  const { fix, random } = subject
  const alone = group.name === `MLKEM${size}`
  const stride = alone || subject.all === true ? 1 : 3
  const keyLength = { 512: 800, 768: 1184, 1024: 1568 }[size] ?? 0
  const valid = group.generate(random).share
  const start = group.name.startsWith('X25519') ? 0 : valid.length - keyLength
  const around = (key: Uint8Array): Uint8Array =>
    join(valid.subarray(0, start), key, valid.subarray(start + keyLength))
  let count = each(load(subject, `mlkem_${size}_encaps_test.json`), stride, (vector) => {
    const source = alone ? fix?.(group, 'message', vector.bytes('m')) : undefined
    const answer = group.encapsulate(around(vector.bytes('ek')), source ?? random)
    judge(vector, answer !== undefined)
    if (source !== undefined && answer !== undefined) {
      checkEqual(answer.share, vector.bytes('c'), vector.label)
      checkEqual(answer.secret, vector.bytes('K'), vector.label)
    }
    return true
  })
  if (!alone) return count
  const fromSeed = (vector: Vector) => {
    const seed = vector.bytes('seed')
    const source = seed.length === 64 ? fix?.(group, 'privateKey', seed) : undefined
    return source && group.generate(source)
  }
  count += each(load(subject, `mlkem_${size}_keygen_seed_test.json`), 1, (vector) => {
    const pair = fromSeed(vector)
    if (pair === undefined) return false
    checkEqual(pair.share, vector.bytes('ek'), vector.label)
    return true
  })
  count += each(load(subject, `mlkem_${size}_test.json`), 1, (vector) => {
    const pair = fromSeed(vector)
    if (pair === undefined) return false
    const secret = pair.decapsulate(vector.bytes('c'))
    judge(vector, secret !== undefined)
    if (secret !== undefined) checkEqual(secret, vector.bytes('K'), vector.label)
    return true
  })
  return count
}
