/** PKCS#12's own encryption under a password (RFC 7292 appendix C): Triple DES, and RC2 with keys of 40 or 128 bits. */
import { type DerReader, tags } from '@sanstls/core/der'
import { sha1 } from '@sanstls/core/noble/password'
import type { WorkBudget } from '../password/limits.js'
import { pkcs12PasswordForms } from '../password/password.js'
import { pkcs12Key } from '../password/pkcs12-kdf.js'
import type { Scheme } from '../password/scheme.js'
import { type BlockCipher, cbcDecrypt } from './cbc.js'
import { tripleDes } from './des.js'
import { rc2 } from './rc2.js'

interface Kind {
  /** Bytes. */
  readonly keyLength: number
  cipher(key: Uint8Array): BlockCipher
}

/** Two keys: the first one is the third too. */
const doubled = (key: Uint8Array): Uint8Array => Uint8Array.of(...key, ...key.subarray(0, 8))

export const pkcs12Encryption: Readonly<Record<string, Kind>> = {
  '1.2.840.113549.1.12.1.3': { keyLength: 24, cipher: tripleDes },
  '1.2.840.113549.1.12.1.4': { keyLength: 16, cipher: (key) => tripleDes(doubled(key)) },
  '1.2.840.113549.1.12.1.5': { keyLength: 16, cipher: (key) => rc2(key, 128) },
  '1.2.840.113549.1.12.1.6': { keyLength: 5, cipher: (key) => rc2(key, 40) },
}

/**
 * Reads pkcs-12PbeParams.
 * @throws {DerError}
 * @throws {KeyError} limitExceeded
 */
export function readPkcs12Encryption(
  { keyLength, cipher }: Kind,
  reader: DerReader,
  budget: WorkBudget,
): Scheme {
  const outer = reader.enter(tags.sequence)
  const salt = reader.readOctetString()
  const iterations = reader.readSmallInteger()
  reader.leave(outer)
  budget.spend(iterations)
  return {
    blockLength: 8,
    decrypt: (password, data) =>
      pkcs12PasswordForms(password).map((form) => {
        const key = pkcs12Key(sha1, 'encryption', form, salt, iterations, keyLength)
        const iv = pkcs12Key(sha1, 'iv', form, salt, iterations, 8)
        return cbcDecrypt(cipher(key), iv, data)
      }),
  }
}
