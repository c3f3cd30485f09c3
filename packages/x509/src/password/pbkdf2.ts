/** PBKDF2-params (RFC 8018 A.2). */
import type { HashName } from '@sanstls/core'
import { type DerReader, tags } from '@sanstls/core/der'
import { KeyError } from '../key.js'
import type { WorkBudget } from './limits.js'

export const pbkdf2Id = '1.2.840.113549.1.5.12'

/** HMAC with these hashes (RFC 8018 B.1.2), as pseudorandom functions and, for PBMAC1, as MACs. */
const hmacs: Readonly<Record<string, HashName>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
}

export interface Pbkdf2Parameters {
  readonly salt: Uint8Array
  readonly iterations: number
  /** Bytes. */
  readonly keyLength: number | undefined
  readonly hash: HashName
}

/**
 * Reads the parameters. The default pseudorandom function is HMAC with SHA-1.
 * @throws {DerError}
 * @throws {KeyError} unsupported, limitExceeded
 */
export function readPbkdf2(reader: DerReader, budget: WorkBudget): Pbkdf2Parameters {
  const outer = reader.enter(tags.sequence)
  if (!reader.at(tags.octetString)) {
    throw new KeyError('unsupported', 'PBKDF2 with a salt from elsewhere is not supported.')
  }
  const salt = reader.readOctetString()
  const start = reader.offset
  const iterations = reader.readSmallInteger()
  if (iterations === 0) reader.fail('PBKDF2 with no iterations', start)
  budget.spend(iterations)
  const keyLength = reader.at(tags.integer) ? reader.readSmallInteger() : undefined
  const hash = reader.done ? 'sha1' : readHmac(reader)
  reader.leave(outer)
  return { salt, iterations, keyLength, hash }
}

/**
 * Reads the AlgorithmIdentifier of an HMAC.
 * @throws {DerError}
 * @throws {KeyError} unsupported
 */
export function readHmac(reader: DerReader): HashName {
  const outer = reader.enter(tags.sequence)
  const id = reader.readObjectIdentifier()
  if (!reader.done) reader.readNull()
  reader.leave(outer)
  const hash = hmacs[id]
  if (hash === undefined) throw new KeyError('unsupported', `HMAC ${id} is not supported.`)
  return hash
}
