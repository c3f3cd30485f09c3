/** Certification requests (PKCS#10, RFC 2986): what who has a key asks an authority for. */
import type {
  CryptoProvider,
  Random,
  SignatureName,
  SigningKey,
  SubjectPublicKey,
} from '@sanstls/core'
import {
  contextConstructed,
  DerReader,
  encodeElement,
  encodeInteger,
  encodeObjectIdentifier,
  encodeSequence,
  encodeSetOf,
  parseSubjectPublicKey,
  tags,
} from '@sanstls/core/der'
import { keyFits, readSignatureAlgorithm } from '../algorithm.js'
import { type ExtensionValues, readExtensions } from '../extension.js'
import { parseName, type RelativeName } from '../name.js'
import { type DistinguishedName, encodeName } from './name.js'
import { encodeSigned } from './sign.js'

export interface SigningRequestOptions {
  /** Parts of the name, or the Name in DER. */
  readonly subject: DistinguishedName | Uint8Array
  readonly key: SigningKey
  /** Default: the first algorithm of the key. */
  readonly algorithm?: SignatureName | undefined
  /** For algorithms that draw randomness. */
  readonly random: Random
  /** Extensions to ask for, DER, such as from `subjectAltNameExtension`. */
  readonly extensions?: readonly Uint8Array[] | undefined
  /** Further attributes: the type's object identifier, and one value in DER. */
  readonly attributes?: readonly { readonly type: string; readonly value: Uint8Array }[] | undefined
}

const extensionRequest = '1.2.840.113549.1.9.14'

/**
 * Makes a request, signed with the key that it is for.
 * @returns a CertificationRequest, DER; in PEM its label is `CERTIFICATE REQUEST`.
 * @throws {TypeError} where a part of it cannot be written.
 */
export function createSigningRequest(options: SigningRequestOptions): Uint8Array {
  const { subject, key, algorithm, random, extensions = [], attributes = [] } = options
  const encoded = attributes.map(({ type, value }) => encodeAttribute(type, value))
  if (extensions.length > 0) {
    encoded.push(encodeAttribute(extensionRequest, encodeSequence(...extensions)))
  }
  const set = encodeSetOf(...encoded)
  set[0] = contextConstructed(0)
  return encodeSigned({ key, algorithm, random }, () =>
    encodeSequence(
      encodeInteger(0),
      subject instanceof Uint8Array ? subject : encodeName(subject),
      key.publicKey.spki,
      set,
    ),
  )
}

const encodeAttribute = (type: string, value: Uint8Array): Uint8Array =>
  encodeSequence(encodeObjectIdentifier(type), encodeElement(tags.set, value))

/** A request as it was read. Nothing of it is true because it was asked for. */
export interface SigningRequest {
  readonly der: Uint8Array
  readonly subject: readonly RelativeName[]
  /** Name, DER, to issue with. */
  readonly subjectDer: Uint8Array
  readonly publicKey: SubjectPublicKey
  /** What is asked for, read. */
  readonly extensions: ExtensionValues
  /** What is asked for, each an Extension in DER, to issue with those that the authority grants. */
  readonly extensionsDer: readonly Uint8Array[]
  /** Further attributes: the type's object identifier, and the values in DER. */
  readonly attributes: readonly { readonly type: string; readonly values: readonly Uint8Array[] }[]
  /** AlgorithmIdentifier, DER. */
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
  /** What is signed. */
  readonly info: Uint8Array
}

/**
 * Reads a request. Its signature is for `verifySigningRequest`.
 * @throws {DerError}
 */
export function parseSigningRequest(der: Uint8Array): SigningRequest {
  const reader = new DerReader(der)
  const outer = reader.enter(tags.sequence)
  const infoStart = reader.offset
  const afterInfo = reader.enter(tags.sequence)
  const versionStart = reader.offset
  if (reader.readSmallInteger() !== 0) reader.fail('request of an unknown version', versionStart)
  const subjectDer = reader.readElement(tags.sequence)
  const publicKey = parseSubjectPublicKey(reader.readElement(tags.sequence))
  const attributes = readAttributes(reader)
  reader.leave(afterInfo)
  const info = der.subarray(infoStart, reader.offset)
  const signatureAlgorithm = reader.readElement(tags.sequence)
  const signature = reader.readBitString()
  reader.leave(outer)
  reader.end()
  const requested = attributes.filter(({ type }) => type === extensionRequest)
  const [list, another] = requested.flatMap(({ values }) => values)
  if (another !== undefined) reader.fail('extensions asked for twice', infoStart)
  return {
    der,
    subject: parseName(subjectDer),
    subjectDer,
    publicKey,
    extensions: list === undefined ? {} : readExtensions(new DerReader(list)).values,
    extensionsDer: list === undefined ? [] : splitExtensions(list),
    attributes: attributes.filter(({ type }) => type !== extensionRequest),
    signatureAlgorithm,
    signature,
    info,
  }
}

// RFC 2986 4.1 has the attributes always there; some software leaves an empty set out.
function readAttributes(reader: DerReader): SigningRequest['attributes'] {
  if (reader.done) return []
  const attributes: SigningRequest['attributes'][number][] = []
  const outer = reader.enter(contextConstructed(0))
  while (!reader.done) {
    const afterAttribute = reader.enter(tags.sequence)
    const type = reader.readObjectIdentifier()
    const values: Uint8Array[] = []
    const afterValues = reader.enter(tags.set)
    while (!reader.done) values.push(reader.readElement())
    reader.leave(afterValues)
    reader.leave(afterAttribute)
    attributes.push({ type, values })
  }
  reader.leave(outer)
  return attributes
}

function splitExtensions(list: Uint8Array): Uint8Array[] {
  const reader = new DerReader(list)
  const extensions: Uint8Array[] = []
  reader.enter(tags.sequence)
  while (!reader.done) extensions.push(reader.readElement(tags.sequence))
  return extensions
}

/**
 * Whether who asks has the key (RFC 2986 section 3), by a signature that is not weak.
 * @throws {DerError} where the algorithm is malformed.
 */
export function verifySigningRequest(request: SigningRequest, crypto: CryptoProvider): boolean {
  const { publicKey, signature, info } = request
  const algorithm = readSignatureAlgorithm(request.signatureAlgorithm)
  if (!algorithm.ok || !keyFits(algorithm, publicKey)) return false
  const entry = crypto.signatures.find(
    (candidate) => candidate.name === algorithm.name && candidate.supports(publicKey),
  )
  return entry?.verify(publicKey, info, signature, algorithm.saltLength) ?? false
}
