/** OCSP responses and requests (RFC 6960), read strictly. */
import type { HashAlgorithm } from '@sanstls/core'
import {
  contextConstructed,
  contextPrimitive,
  DerReader,
  encodeElement,
  encodeExplicit,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
  tags,
} from '@sanstls/core/der'
import { equalBytes } from '../bytes.js'
import { Certificate } from '../certificate.js'
import { nameKey, parseName } from '../name.js'
import { readSignatureValue } from '../signature-value.js'

const basicResponse = '1.3.6.1.5.5.7.48.1.1'
const nonceId = '1.3.6.1.5.5.7.48.1.2'

const statusNames: Readonly<Record<number, string>> = {
  1: 'malformedRequest',
  2: 'internalError',
  3: 'tryLater',
  5: 'sigRequired',
  6: 'unauthorized',
}

/** The hashes that name an issuer in a CertID. */
const hashIds: Readonly<Record<string, HashAlgorithm['name']>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

export interface CertId {
  readonly hash: HashAlgorithm['name'] | undefined
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  readonly serialNumber: Uint8Array
}

export interface SingleResponse {
  readonly certId: CertId
  readonly status: 'good' | 'revoked' | 'unknown'
  /** CRLReason, for 'revoked'. */
  readonly reason: number
  /** Unix ms. */
  readonly thisUpdate: number
  readonly nextUpdate: number | undefined
  readonly unknownCritical: boolean
}

export class OcspResponse {
  /** Undefined: successful. */
  readonly error: string | undefined
  readonly tbs: Uint8Array = new Uint8Array(0)
  readonly signatureAlgorithm: Uint8Array = new Uint8Array(0)
  readonly signature: Uint8Array = new Uint8Array(0)
  /** By name, or by the SHA-1 hash of the key. */
  readonly responder: { readonly nameKey: string } | { readonly keyHash: Uint8Array } = {
    nameKey: '',
  }
  /** Unix ms. */
  readonly producedAt: number = 0
  readonly responses: readonly SingleResponse[] = []
  readonly nonce: Uint8Array | undefined
  readonly unknownCritical: boolean = false
  /** Certificates that the responder sent along; those that cannot be read are left out. */
  readonly certificates: readonly Certificate[] = []

  /**
   * Reads an OCSPResponse. The bytes are kept, not copied.
   * @throws {DerError}
   */
  constructor(der: Uint8Array) {
    const reader = new DerReader(der)
    const file = reader.enter(tags.sequence)
    const status = reader.readContents(tags.enumerated)
    const code = status[0] ?? 0
    if (status.length !== 1) reader.fail('OCSP response status out of range')
    if (code !== 0) {
      this.error = statusNames[code] ?? `status ${code}`
      return
    }
    const afterBytes = reader.enter(contextConstructed(0))
    const afterResponse = reader.enter(tags.sequence)
    const type = reader.readObjectIdentifier()
    if (type !== basicResponse) reader.fail(`OCSP response of type ${type}`)
    const afterOctets = reader.enter(tags.octetString)
    const afterBasic = reader.enter(tags.sequence)
    const tbsStart = reader.offset
    const afterTbs = reader.enter(tags.sequence)
    if (reader.at(contextConstructed(0))) reader.skip(contextConstructed(0))
    this.responder = readResponder(reader)
    this.producedAt = reader.readGeneralizedTime()
    const responses: SingleResponse[] = []
    const afterList = reader.enter(tags.sequence)
    while (!reader.done) responses.push(readSingle(reader))
    reader.leave(afterList)
    this.responses = responses
    if (reader.at(contextConstructed(1))) {
      const extensions = readExtensions(reader, 1)
      const nonce = extensions.get(nonceId)
      if (nonce !== undefined) this.nonce = readNonce(nonce.value)
      this.unknownCritical = [...extensions].some(
        ([id, { critical }]) => critical && id !== nonceId,
      )
    }
    reader.leave(afterTbs)
    this.tbs = der.subarray(tbsStart, reader.offset)
    this.signatureAlgorithm = reader.readElement(tags.sequence)
    this.signature = readSignatureValue(reader)
    if (reader.at(contextConstructed(0))) this.certificates = readCertificates(reader)
    reader.leave(afterBasic)
    reader.leave(afterOctets)
    reader.leave(afterResponse)
    reader.leave(afterBytes)
    reader.leave(file)
    reader.end()
  }
}

/**
 * Reads an OCSP response.
 * @throws {DerError} where it is not DER or not of RFC 6960's structure.
 */
export const parseOcspResponse = (der: Uint8Array): OcspResponse => new OcspResponse(der)

/** An OCSPRequest about one certificate, DER, with a nonce (RFC 9654: 32 bytes) where one is given. */
export function encodeOcspRequest(
  certificate: Certificate,
  issuer: { readonly nameDer: Uint8Array; readonly key: Uint8Array },
  hash: HashAlgorithm,
  nonce?: Uint8Array,
): Uint8Array {
  const id = Object.entries(hashIds).find(([, name]) => name === hash.name)?.[0]
  if (id === undefined) throw new TypeError(`OCSP has no CertID with ${hash.name}.`)
  const certId = encodeSequence(
    encodeSequence(encodeObjectIdentifier(id), encodeNull()),
    encodeOctetString(hash.hash(issuer.nameDer)),
    encodeOctetString(hash.hash(issuer.key)),
    // The contents of the INTEGER as they are: they were read as DER.
    encodeElement(tags.integer, certificate.serialNumber),
  )
  const extensions =
    nonce === undefined
      ? []
      : [
          encodeExplicit(
            2,
            encodeSequence(
              encodeSequence(
                encodeObjectIdentifier(nonceId),
                encodeOctetString(encodeOctetString(nonce)),
              ),
            ),
          ),
        ]
  const list = encodeSequence(encodeSequence(certId))
  return encodeSequence(encodeSequence(list, ...extensions))
}

/** Whether a CertID is about this certificate of this issuer. */
export function matchesCertId(
  { hash, issuerNameHash, issuerKeyHash, serialNumber }: CertId,
  certificate: Certificate,
  issuerKey: Uint8Array,
  hashes: readonly HashAlgorithm[],
): boolean {
  if (!equalBytes(serialNumber, certificate.serialNumber)) return false
  const algorithm = hashes.find(({ name }) => name === hash)
  if (algorithm === undefined) return false
  return (
    equalBytes(issuerNameHash, algorithm.hash(certificate.issuerDer)) &&
    equalBytes(issuerKeyHash, algorithm.hash(issuerKey))
  )
}

function readResponder(reader: DerReader): OcspResponse['responder'] {
  if (reader.at(contextConstructed(1))) {
    const outer = reader.enter(contextConstructed(1))
    const key = nameKey(parseName(reader.readElement(tags.sequence)))
    reader.leave(outer)
    return { nameKey: key }
  }
  const outer = reader.enter(contextConstructed(2))
  const keyHash = reader.readOctetString()
  reader.leave(outer)
  return { keyHash }
}

function readSingle(reader: DerReader): SingleResponse {
  const outer = reader.enter(tags.sequence)
  const certId = readCertId(reader)
  let status: SingleResponse['status'] = 'unknown'
  let reason = 0
  if (reader.at(contextPrimitive(0))) {
    reader.skip(contextPrimitive(0))
    status = 'good'
  } else if (reader.at(contextConstructed(1))) {
    status = 'revoked'
    const after = reader.enter(contextConstructed(1))
    reader.readGeneralizedTime()
    if (reader.at(contextConstructed(0))) {
      const afterReason = reader.enter(contextConstructed(0))
      reason = reader.readContents(tags.enumerated)[0] ?? 0
      reader.leave(afterReason)
    }
    reader.leave(after)
  } else {
    reader.skip(contextPrimitive(2))
  }
  const thisUpdate = reader.readGeneralizedTime()
  let nextUpdate: number | undefined
  if (reader.at(contextConstructed(0))) {
    const after = reader.enter(contextConstructed(0))
    nextUpdate = reader.readGeneralizedTime()
    reader.leave(after)
  }
  let unknownCritical = false
  if (reader.at(contextConstructed(1))) {
    unknownCritical = [...readExtensions(reader, 1).values()].some(({ critical }) => critical)
  }
  reader.leave(outer)
  return { certId, status, reason, thisUpdate, nextUpdate, unknownCritical }
}

function readCertId(reader: DerReader): CertId {
  const outer = reader.enter(tags.sequence)
  const afterAlgorithm = reader.enter(tags.sequence)
  const hash = hashIds[reader.readObjectIdentifier()]
  if (!reader.done) reader.skipAny()
  reader.leave(afterAlgorithm)
  const issuerNameHash = reader.readOctetString()
  const issuerKeyHash = reader.readOctetString()
  const serialNumber = reader.readInteger()
  reader.leave(outer)
  return { hash, issuerNameHash, issuerKeyHash, serialNumber }
}

function readExtensions(
  reader: DerReader,
  number: number,
): Map<string, { critical: boolean; value: Uint8Array }> {
  const extensions = new Map<string, { critical: boolean; value: Uint8Array }>()
  const outer = reader.enter(contextConstructed(number))
  const afterList = reader.enter(tags.sequence)
  while (!reader.done) {
    const after = reader.enter(tags.sequence)
    const id = reader.readObjectIdentifier()
    if (extensions.has(id)) reader.fail(`extension ${id} stands twice`)
    const critical = reader.at(tags.boolean) ? reader.readBoolean() : false
    extensions.set(id, { critical, value: reader.readOctetString() })
    reader.leave(after)
  }
  reader.leave(afterList)
  reader.leave(outer)
  return extensions
}

// RFC 9654 2.1: an OCTET STRING in the extension's; some responders leave it out.
function readNonce(value: Uint8Array): Uint8Array {
  const reader = new DerReader(value)
  if (!reader.at(tags.octetString)) return value
  const nonce = reader.readOctetString()
  reader.end()
  return nonce
}

function readCertificates(reader: DerReader): Certificate[] {
  const certificates: Certificate[] = []
  const outer = reader.enter(contextConstructed(0))
  const afterList = reader.enter(tags.sequence)
  while (!reader.done) {
    const der = reader.readElement(tags.sequence)
    try {
      certificates.push(new Certificate(der))
    } catch {
      // Superfluous certificates may be of any shape; one that is missed makes the responder unauthorised.
    }
  }
  reader.leave(afterList)
  reader.leave(outer)
  return certificates
}
