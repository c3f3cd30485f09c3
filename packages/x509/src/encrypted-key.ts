/**
 * Private keys under a password: encrypted PKCS#8 (RFC 5958 section 3) with PBES2 or PKCS#12's older schemes, and OpenSSL's
 * `Proc-Type: 4,ENCRYPTED`. An entry point of its own, so that who has no such keys loads none of it.
 */
import type { Random } from '@sanstls/core'
import {
  DerError,
  DerReader,
  encodeInteger,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
  tags,
} from '@sanstls/core/der'
import { aesCbcEncrypt, pbkdf2, scrypt } from '@sanstls/core/noble/password'
import { KeyError, privateKeyBlock, privateKeyFromDer } from './key.js'
import { isEncryptedBlock, opensslScheme } from './legacy/openssl-pem.js'
import { type PasswordLimits, WorkBudget } from './password/limits.js'
import { openSequence } from './password/open.js'
import { type Password, passwordBytes } from './password/password.js'
import { readScheme } from './password/scheme.js'

export { KeyError, type KeyErrorCode } from './key.js'
export type { PasswordLimits } from './password/limits.js'
export type { Password } from './password/password.js'

/**
 * Reads the one private key of a PEM text, or one in DER, under a password. A key that is not encrypted is read all the
 * same, as other software does.
 * @returns a PKCS#8 PrivateKeyInfo, DER, as `privateKeyFromPem` of `@sanstls/x509`.
 * @throws {KeyError} wrongPassword where the password is wrong, malformed where the file is damaged; unsupported,
 *   limitExceeded, and as `privateKeyFromPem`.
 */
export function decryptPrivateKey(
  key: string | Uint8Array,
  password: Password,
  limits: Partial<PasswordLimits> = {},
): Uint8Array {
  if (key instanceof Uint8Array) return decryptDer(key, password, limits)
  const block = privateKeyBlock(key)
  if (!isEncryptedBlock(block)) return decryptDer(block.bytes, password, limits)
  return privateKeyFromDer(openKey(opensslScheme(block), password, block.bytes))
}

// What may stand inside begins with its version: PKCS#1 and PKCS#8 with 0, SEC 1 and PKCS#8 version 2 with 1.
const keyBeginnings = [
  [2, 1, 0],
  [2, 1, 1],
]

const openKey = (
  scheme: Parameters<typeof openSequence>[0],
  password: Password,
  data: Uint8Array,
): Uint8Array => openSequence(scheme, password, data, keyBeginnings)

function decryptDer(
  der: Uint8Array,
  password: Password,
  limits: Partial<PasswordLimits>,
): Uint8Array {
  try {
    const reader = new DerReader(der)
    const outer = reader.enter(tags.sequence)
    if (!reader.at(tags.sequence)) return privateKeyFromDer(der)
    const algorithm = reader.readElement(tags.sequence)
    const data = reader.readOctetString()
    reader.leave(outer)
    reader.end()
    const scheme = readScheme(algorithm, new WorkBudget(limits))
    return privateKeyFromDer(openKey(scheme, password, data))
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    throw new KeyError('malformed', `The private key is malformed: ${error.message}`)
  }
}

export interface EncryptionOptions {
  /** For the salt and the IV. */
  readonly random: Random
  /** PBKDF2 with HMAC-SHA-256 and this number of iterations. Default 600,000. */
  readonly iterations?: number | undefined
  /** scrypt instead of PBKDF2. */
  readonly scrypt?:
    | { readonly cost: number; readonly blockSize: number; readonly parallelization: number }
    | undefined
}

/**
 * Encrypts a private key with PBES2 and AES-256-CBC. Nothing protects its integrity.
 * @param pkcs8 a PrivateKeyInfo, DER, from `privateKeyFromPem`.
 * @returns an EncryptedPrivateKeyInfo, DER; in PEM its label is `ENCRYPTED PRIVATE KEY`.
 */
export function encryptPrivateKey(
  pkcs8: Uint8Array,
  password: Password,
  options: EncryptionOptions,
): Uint8Array {
  const salt = options.random(16)
  const iv = options.random(16)
  const [derivation, key] = deriveKey(password, salt, options)
  const padding = 16 - (pkcs8.length % 16)
  const padded = new Uint8Array(pkcs8.length + padding).fill(padding)
  padded.set(pkcs8)
  const cipher = encodeSequence(
    encodeObjectIdentifier('2.16.840.1.101.3.4.1.42'),
    encodeOctetString(iv),
  )
  return encodeSequence(
    encodeSequence(
      encodeObjectIdentifier('1.2.840.113549.1.5.13'),
      encodeSequence(derivation, cipher),
    ),
    encodeOctetString(aesCbcEncrypt(key, iv, padded)),
  )
}

function deriveKey(
  password: Password,
  salt: Uint8Array,
  { iterations = 600_000, scrypt: cost }: EncryptionOptions,
): readonly [derivation: Uint8Array, key: Uint8Array] {
  const secret = passwordBytes(password)
  if (cost !== undefined) {
    const numbers = [cost.cost, cost.blockSize, cost.parallelization]
    const derivation = encodeSequence(
      encodeObjectIdentifier('1.3.6.1.4.1.11591.4.11'),
      encodeSequence(encodeOctetString(salt), ...numbers.map((number) => encodeInteger(number))),
    )
    return [derivation, scrypt(secret, salt, cost, 32)]
  }
  const hmac = encodeSequence(encodeObjectIdentifier('1.2.840.113549.2.9'), encodeNull())
  const derivation = encodeSequence(
    encodeObjectIdentifier('1.2.840.113549.1.5.12'),
    encodeSequence(encodeOctetString(salt), encodeInteger(iterations), hmac),
  )
  return [derivation, pbkdf2('sha256', secret, salt, iterations, 32)]
}
