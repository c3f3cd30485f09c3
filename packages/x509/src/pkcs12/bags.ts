/** What is in the SafeContents of a PKCS#12 file (RFC 7292 4.2). */
import { contextConstructed, DerReader, tags } from '@sanstls/core/der'
import { attributeValueText } from '../name.js'

export interface BagAttributes {
  readonly friendlyName: string | undefined
  /** The same for a key and its certificate. */
  readonly localKeyId: Uint8Array | undefined
}

export type Bag = BagAttributes &
  (
    | { readonly kind: 'key'; readonly key: Uint8Array }
    /** EncryptedPrivateKeyInfo. */
    | { readonly kind: 'encryptedKey'; readonly algorithm: Uint8Array; readonly data: Uint8Array }
    | { readonly kind: 'certificate' | 'crl'; readonly der: Uint8Array }
  )

const bagTypes = '1.2.840.113549.1.12.10.1'
const x509Certificate = '1.2.840.113549.1.9.22.1'
const x509Crl = '1.2.840.113549.1.9.23.1'
const friendlyNameId = '1.2.840.113549.1.9.20'
const localKeyIdId = '1.2.840.113549.1.9.21'

/** Bags inside of bags, that deep. */
const maxDepth = 8

/**
 * Reads SafeContents, DER. Secrets, and certificates and lists that are not of X.509, are passed over.
 * @throws {DerError}
 */
export function readBags(safeContents: Uint8Array, depth = 0): Bag[] {
  const reader = new DerReader(safeContents)
  const bags: Bag[] = []
  const outer = reader.enter(tags.sequence)
  while (!reader.done) {
    const start = reader.offset
    const afterBag = reader.enter(tags.sequence)
    const type = reader.readObjectIdentifier()
    const afterValue = reader.enter(contextConstructed(0))
    const value = reader.readElement()
    reader.leave(afterValue)
    const attributes = reader.done ? noAttributes : readAttributes(reader)
    reader.leave(afterBag)
    if (type === `${bagTypes}.6`) {
      if (depth >= maxDepth) reader.fail('bags inside of bags without end', start)
      bags.push(...readBags(value, depth + 1))
    } else {
      const bag = readBag(type, value)
      if (bag !== undefined) bags.push({ ...bag, ...attributes })
    }
  }
  reader.leave(outer)
  reader.end()
  return bags
}

type BagValue = Bag extends infer Each
  ? Each extends Bag
    ? Omit<Each, keyof BagAttributes>
    : never
  : never

function readBag(type: string, value: Uint8Array): BagValue | undefined {
  switch (type) {
    case `${bagTypes}.1`:
      return { kind: 'key', key: value }
    case `${bagTypes}.2`: {
      const reader = new DerReader(value)
      const outer = reader.enter(tags.sequence)
      const algorithm = reader.readElement(tags.sequence)
      const data = reader.readOctetString()
      reader.leave(outer)
      return { kind: 'encryptedKey', algorithm, data }
    }
    case `${bagTypes}.3`:
      return readTyped(value, x509Certificate, 'certificate')
    case `${bagTypes}.4`:
      return readTyped(value, x509Crl, 'crl')
    default:
      return undefined
  }
}

/** CertBag and CRLBag: a type, and the value in an OCTET STRING. */
function readTyped<K extends 'certificate' | 'crl'>(
  value: Uint8Array,
  wanted: string,
  kind: K,
): { readonly kind: K; readonly der: Uint8Array } | undefined {
  const reader = new DerReader(value)
  const outer = reader.enter(tags.sequence)
  if (reader.readObjectIdentifier() !== wanted) return undefined
  const afterValue = reader.enter(contextConstructed(0))
  const der = reader.readOctetString()
  reader.leave(afterValue)
  reader.leave(outer)
  return { kind, der }
}

const noAttributes: BagAttributes = { friendlyName: undefined, localKeyId: undefined }

function readAttributes(reader: DerReader): BagAttributes {
  let { friendlyName, localKeyId } = noAttributes
  const outer = reader.enter(tags.set)
  while (!reader.done) {
    const afterAttribute = reader.enter(tags.sequence)
    const type = reader.readObjectIdentifier()
    const values = reader.enter(tags.set)
    if (type === friendlyNameId && reader.at(tags.bmpString)) {
      const contents = reader.readContents(tags.bmpString)
      friendlyName = attributeValueText({ type, tag: tags.bmpString, contents })
    } else if (type === localKeyIdId && reader.at(tags.octetString)) {
      localKeyId = reader.readOctetString()
    }
    while (!reader.done) reader.skipAny()
    reader.leave(values)
    reader.leave(afterAttribute)
  }
  reader.leave(outer)
  return { friendlyName, localKeyId }
}
