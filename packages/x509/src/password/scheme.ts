/** The AlgorithmIdentifier of something that is encrypted under a password, as what decrypts it. */
import { DerReader, tags } from '@sanstls/core/der'
import { KeyError } from '../key.js'
import { pkcs12Encryption, readPkcs12Encryption } from '../legacy/pkcs12-encryption.js'
import type { WorkBudget } from './limits.js'
import type { Password } from './password.js'
import { readPbes2 } from './pbes2.js'

export interface Scheme {
  /** Bytes; the data is a number of whole blocks, padded. */
  readonly blockLength: number
  /**
   * Decrypts without looking at the padding. There is one result for each form that the password may have been used
   * in; it is for the caller to see which of them makes sense.
   */
  decrypt(password: Password, data: Uint8Array): readonly Uint8Array[]
}

const pbes2 = '1.2.840.113549.1.5.13'

/**
 * Reads the AlgorithmIdentifier.
 * @throws {DerError}
 * @throws {KeyError} unsupported, limitExceeded
 */
export function readScheme(algorithm: Uint8Array, budget: WorkBudget): Scheme {
  const reader = new DerReader(algorithm)
  const outer = reader.enter(tags.sequence)
  const id = reader.readObjectIdentifier()
  const legacy = pkcs12Encryption[id]
  let scheme: Scheme
  if (id === pbes2) scheme = readPbes2(reader, budget)
  else if (legacy !== undefined) scheme = readPkcs12Encryption(legacy, reader, budget)
  else throw new KeyError('unsupported', `Encryption ${id} is not supported.`)
  reader.leave(outer)
  reader.end()
  return scheme
}
