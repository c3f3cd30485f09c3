/** The outside of a PKCS#12 file (RFC 7292 section 4), as pkijs reads it: what is authenticated, by what, and its parts. */
import { DerError } from '@sanstls/core/der'
import * as pkijs from 'pkijs'
import { berToDer, parseBer } from '../ber.js'
import { KeyError } from '../key.js'

export interface Pkcs12File {
  /** What the MAC is over. */
  readonly authenticated: Uint8Array
  readonly mac: Pkcs12Mac | undefined
  readonly parts: readonly Pkcs12Part[]
}

export interface Pkcs12Mac {
  /** AlgorithmIdentifier, DER. */
  readonly algorithm: Uint8Array
  readonly digest: Uint8Array
  readonly salt: Uint8Array
  readonly iterations: number
}

/** SafeContents, encrypted as a whole or not. */
export type Pkcs12Part =
  | { readonly algorithm: undefined; readonly contents: Uint8Array }
  /** AlgorithmIdentifier, DER. */
  | { readonly algorithm: Uint8Array; readonly contents: Uint8Array }

const data = '1.2.840.113549.1.7.1'
const signedData = '1.2.840.113549.1.7.2'
const encryptedData = '1.2.840.113549.1.7.6'

/**
 * Reads the outside of a file.
 * @throws {DerError}
 * @throws {KeyError} unsupported
 */
export function readPkcs12File(file: Uint8Array): Pkcs12File {
  const pfx = read(file, (schema) => new pkijs.PFX({ schema }))
  if (pfx.version !== 3) throw new KeyError('unsupported', 'PKCS#12 of a version other than 3.')
  const { contentType, content } = pfx.authSafe
  if (contentType === signedData) {
    throw new KeyError('unsupported', 'PKCS#12 that is signed instead of under a password.')
  }
  if (contentType !== data) throw new DerError(0, 'PKCS#12 without data')
  const authenticated = octets(content)
  const safe = read(authenticated, (schema) => new pkijs.AuthenticatedSafe({ schema }))
  return {
    authenticated,
    mac: pfx.macData === undefined ? undefined : readMac(pfx.macData),
    parts: safe.safeContents.map(readPart),
  }
}

function readMac({ mac, macSalt, iterations = 1 }: pkijs.MacData): Pkcs12Mac {
  if (!(iterations >= 1)) throw new DerError(0, 'a MAC with no iterations')
  return {
    algorithm: new Uint8Array(mac.digestAlgorithm.toSchema().toBER()),
    digest: new Uint8Array(mac.digest.getValue()),
    salt: new Uint8Array(macSalt.getValue()),
    iterations,
  }
}

function readPart({ contentType, content }: pkijs.ContentInfo): Pkcs12Part {
  if (contentType === data) return { algorithm: undefined, contents: octets(content) }
  if (contentType !== encryptedData) {
    throw new KeyError('unsupported', `PKCS#12 with contents ${contentType}, not under a password.`)
  }
  const { encryptedContentInfo } = guarded(() => new pkijs.EncryptedData({ schema: content }))
  const { contentEncryptionAlgorithm: algorithm } = encryptedContentInfo
  if (encryptedContentInfo.encryptedContent === undefined) {
    throw new DerError(0, 'EncryptedData without contents')
  }
  return {
    algorithm: new Uint8Array(algorithm.toSchema().toBER()),
    contents: new Uint8Array(encryptedContentInfo.getEncryptedContent()),
  }
}

const read = <T>(bytes: Uint8Array, make: (schema: pkijs.SchemaType) => T): T => {
  const block = parseBer(berToDer(bytes))
  return guarded(() => make(block))
}

/** pkijs throws errors of many classes for structures that are not what they should be. */
function guarded<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw new DerError(0, error instanceof Error ? error.message : String(error))
  }
}

function octets(content: unknown): Uint8Array {
  const value = guarded(() => (content as { getValue(): ArrayBuffer }).getValue())
  return new Uint8Array(value)
}
