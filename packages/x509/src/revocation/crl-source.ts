/** Where CRLs come from: a bounded cache, or a directory in which OpenSSL's tools keep them. */
import type { HashAlgorithm } from '@sanstls/core'
import {
  DerError,
  encodeElement,
  encodeObjectIdentifier,
  encodeSequence,
  encodeSetOf,
  encodeUtf8,
  tags,
} from '@sanstls/core/der'
import { equalBytes } from '../bytes.js'
import {
  type Attribute,
  attributeValueText,
  nameKey,
  parseName,
  type RelativeName,
} from '../name.js'
import { PemError, pemBlocks } from '../pem.js'
import { RevocationList } from './crl.js'

export interface CrlSource {
  /** The CRLs of an issuer, current or not. */
  lists(issuer: readonly RelativeName[]): readonly RevocationList[]
}

export interface CrlCacheOptions {
  /** CRLs to hold at most. Default 64. */
  readonly maxLists?: number
  /** Bytes of CRLs to hold at most. Default 16 MiB. */
  readonly maxBytes?: number
}

/** A bounded cache of CRLs that the caller owns. The CRLs that were inserted first are forgotten first. */
export class CrlCache implements CrlSource {
  private readonly held: RevocationList[] = []
  private readonly maxLists: number
  private readonly maxBytes: number
  private bytes = 0

  constructor({ maxLists = 64, maxBytes = 16 * 1024 * 1024 }: CrlCacheOptions = {}) {
    this.maxLists = maxLists
    this.maxBytes = maxBytes
  }

  get size(): number {
    return this.held.length
  }

  /**
   * Adds a CRL, DER. Its signature is checked where it is used.
   * @throws {DerError} where it is malformed.
   * @throws {RangeError} where it alone is larger than the cache.
   */
  insert(crl: Uint8Array | RevocationList): RevocationList {
    const list = crl instanceof RevocationList ? crl : new RevocationList(new Uint8Array(crl))
    if (list.der.length > this.maxBytes || this.maxLists < 1) {
      throw new RangeError(`A CRL of ${list.der.length} bytes does not fit into the cache.`)
    }
    const same = this.held.find(({ der }) => equalBytes(der, list.der))
    if (same !== undefined) return same
    this.held.push(list)
    this.bytes += list.der.length
    while (this.held.length > this.maxLists || this.bytes > this.maxBytes) {
      this.bytes -= this.held.shift()?.der.length ?? 0
    }
    return list
  }

  /** Removes a CRL, or every CRL of an issuer, given as its Name, DER. Returns how many went. */
  delete(what: RevocationList | Uint8Array): number {
    const issuer = what instanceof Uint8Array ? nameKey(parseName(what)) : undefined
    const goes = (list: RevocationList): boolean =>
      issuer === undefined ? list === what : list.issuerKey === issuer
    const kept = this.held.filter((list) => !goes(list))
    const removed = this.held.length - kept.length
    this.held.splice(0, this.held.length, ...kept)
    this.bytes = kept.reduce((sum, { der }) => sum + der.length, 0)
    return removed
  }

  /** Removes what is no longer valid at this time, unix ms. Returns how many went. */
  prune(time: number): number {
    const expired = this.held.filter(({ nextUpdate }) => (nextUpdate ?? Infinity) + 1000 <= time)
    return expired.reduce((sum, list) => sum + this.delete(list), 0)
  }

  lists(issuer: readonly RelativeName[]): readonly RevocationList[] {
    const key = nameKey(issuer)
    return this.held.filter(({ issuerKey }) => issuerKey === key)
  }
}

/** CRLs of a directory at most for one issuer: `<hash>.r0` to `<hash>.r31`. */
const maxFiles = 32

/**
 * A directory of CRLs in files named `<hash>.r0`, `<hash>.r1` and so on, as `openssl rehash` names them.
 * @param read gives a file's contents, PEM or DER, or undefined where there is no such file.
 * @param sha1 the hash behind the names.
 */
export const crlDirectory = (
  read: (name: string) => Uint8Array | undefined,
  sha1: HashAlgorithm,
): CrlSource => ({
  lists(issuer) {
    const hash = nameHash(issuer, sha1)
    const key = nameKey(issuer)
    const lists: RevocationList[] = []
    for (let index = 0; index < maxFiles; index++) {
      const contents = read(`${hash}.r${index}`)
      if (contents === undefined) break
      // Files of another issuer with the same hash, and damaged ones, are passed over.
      lists.push(...readLists(contents).filter(({ issuerKey }) => issuerKey === key))
    }
    return lists
  },
})

function readLists(contents: Uint8Array): RevocationList[] {
  try {
    if (contents[0] === tags.sequence) return [new RevocationList(contents)]
    let text = ''
    for (const octet of contents) text += String.fromCharCode(octet)
    return pemBlocks(text)
      .filter(({ label }) => label === 'X509 CRL')
      .map(({ bytes }) => new RevocationList(bytes))
  } catch (error) {
    if (error instanceof DerError || error instanceof PemError) return []
    throw error
  }
}

/** The hash of a name by which OpenSSL finds it in a directory: eight hexadecimal digits. */
export function nameHash(name: readonly RelativeName[], sha1: HashAlgorithm): string {
  const sets = name.map((attributes) => encodeSetOf(...attributes.map(canonicalAttribute)))
  const whole = encodeSequence(...sets)
  // What is hashed is the contents: the sequence without its header.
  const contents = whole.subarray(whole.length - sets.reduce((sum, set) => sum + set.length, 0))
  const digest = sha1.hash(contents)
  let hash = 0
  for (let index = 3; index >= 0; index--) hash = hash * 256 + (digest[index] ?? 0)
  return hash.toString(16).padStart(8, '0')
}

const stringTags: readonly number[] = [
  tags.utf8String,
  tags.printableString,
  tags.teletexString,
  tags.ia5String,
  tags.visibleString,
  tags.bmpString,
]

// Strings become UTF8String in lower case (of ASCII only), with white space folded.
function canonicalAttribute(attribute: Attribute): Uint8Array {
  const type = encodeObjectIdentifier(attribute.type)
  const text = stringTags.includes(attribute.tag) ? attributeValueText(attribute) : undefined
  if (text === undefined) {
    return encodeSequence(type, encodeElement(attribute.tag, attribute.contents))
  }
  const folded = text
    .replaceAll(/[ \t\n\v\f\r]+/g, ' ')
    .replaceAll(/^ | $/g, '')
    .replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
  return encodeSequence(type, encodeElement(tags.utf8String, encodeUtf8(folded)))
}
