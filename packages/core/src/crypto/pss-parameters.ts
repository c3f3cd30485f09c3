import { contextConstructed, type DerReader, tags } from '../der/reader.js'
import type { HashName } from './provider.js'

/** RSASSA-PSS-params (RFC 4055 3.1). */
export interface PssParameters {
  /** Undefined where the hash is unknown, or MGF1 uses another: such parameters cannot be used. */
  readonly hash: HashName | undefined
  /** Bytes. */
  readonly saltLength: number
}

const hashNames: Readonly<Record<string, HashName>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

const mgf1 = '1.2.840.113549.1.1.8'
const sha1 = '1.3.14.3.2.26'
const defaultSaltLength = 20

/**
 * Reads RSASSA-PSS-params. Absent fields have their defaults, SHA-1 and 20 bytes.
 * @throws {DerError}
 */
export function readPssParameters(reader: DerReader): PssParameters {
  const outer = reader.enter(tags.sequence)
  const hash = readField(reader, 0, readHashIdentifier) ?? sha1
  const maskHash = readField(reader, 1, readMaskGeneration) ?? sha1
  const saltLength = readField(reader, 2, (field) => field.readSmallInteger()) ?? defaultSaltLength
  const trailer = readField(reader, 3, (field) => field.readSmallInteger()) ?? 1
  reader.leave(outer)
  // Only trailerFieldBC exists (RFC 4055 3.1).
  const usable = hash === maskHash && trailer === 1
  return { hash: usable ? hashNames[hash] : undefined, saltLength }
}

function readField<T>(
  reader: DerReader,
  number: number,
  read: (reader: DerReader) => T,
): T | undefined {
  const tag = contextConstructed(number)
  if (!reader.at(tag)) return undefined
  const outer = reader.enter(tag)
  const value = read(reader)
  reader.leave(outer)
  return value
}

// RFC 4055 2.1: parameters are NULL or absent, and both are to be accepted.
function readHashIdentifier(reader: DerReader): string {
  const outer = reader.enter(tags.sequence)
  const algorithm = reader.readObjectIdentifier()
  if (!reader.done) reader.readNull()
  reader.leave(outer)
  return algorithm
}

function readMaskGeneration(reader: DerReader): string | undefined {
  const outer = reader.enter(tags.sequence)
  const algorithm = reader.readObjectIdentifier()
  if (algorithm !== mgf1) {
    if (!reader.done) reader.skipAny()
    reader.leave(outer)
    return 'other'
  }
  const hash = readHashIdentifier(reader)
  reader.leave(outer)
  return hash
}
