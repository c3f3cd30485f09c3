/** X.509 certificates (RFC 5280 4.1), read strictly: what is not DER, or not of this structure, is no certificate. */
import type { SubjectPublicKey } from '@sanstls/core'
import {
  type CertificateOutline,
  DerReader,
  outlineCertificate,
  parseSubjectPublicKey,
  tags,
} from '@sanstls/core/der'
import { equalBytes, toHex } from './bytes.js'
import { CertificateError } from './error.js'
import {
  type Extensions,
  type ExtensionValues,
  noExtensions,
  readExtensions,
  type UnknownExtension,
} from './extension.js'
import { nameKey, nameText, parseName, type RelativeName } from './name.js'
import { readSignatureValue } from './signature-value.js'

const year2050 = 2_524_608_000_000

export class Certificate {
  /** The whole certificate. */
  readonly der: Uint8Array
  /** 1, 2 or 3. */
  readonly version: number
  /** The serial number's contents, in two's complement. */
  readonly serialNumber: Uint8Array
  /** Unix ms. The certificate is valid from the beginning of this second. */
  readonly notBefore: number
  /** Unix ms. The certificate is valid to the end of this second. */
  readonly notAfter: number
  /** A time before 2050 is not written as UTCTime, as RFC 5280 4.1.2.5 demands. */
  readonly hasIrregularTimes: boolean
  readonly issuer: readonly RelativeName[]
  readonly subject: readonly RelativeName[]
  readonly publicKey: SubjectPublicKey
  readonly extensions: ExtensionValues
  /** Extensions that are not understood, critical ones among them. */
  readonly unknownExtensions: readonly UnknownExtension[]
  /** Known extensions that are critical. */
  readonly critical: readonly (keyof ExtensionValues)[]
  /** The AlgorithmIdentifier of the signature, DER. */
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array

  private readonly outline: CertificateOutline
  private issuerKeyText: string | undefined
  private subjectKeyText: string | undefined

  /**
   * Reads a certificate. The bytes are kept, not copied.
   * @throws {DerError}
   */
  constructor(der: Uint8Array) {
    const outline = outlineCertificate(der)
    this.der = der
    this.outline = outline
    this.version = outline.version
    this.serialNumber = new DerReader(der, outline.serialStart).readInteger()
    this.signatureAlgorithm = readAlgorithm(der, outline)
    this.issuer = parseName(this.issuerDer)
    if (this.issuer.length === 0) {
      // RFC 5280 4.1.2.4
      throw new CertificateError(outline.issuerStart, 'emptyIssuer', 'empty issuer')
    }
    const validity = new DerReader(der, outline.validityStart, outline.subjectStart)
    const outer = validity.enter(tags.sequence)
    const isGeneralized = (): boolean => validity.at(tags.generalizedTime)
    const generalized = [isGeneralized()]
    this.notBefore = validity.readTime()
    generalized.push(isGeneralized())
    this.notAfter = validity.readTime()
    const times = [this.notBefore, this.notAfter]
    this.hasIrregularTimes = times.some((time, index) => generalized[index] && time < year2050)
    validity.leave(outer)
    this.subject = parseName(this.subjectDer)
    this.publicKey = parseSubjectPublicKey(der.subarray(outline.spkiStart, outline.spkiEnd))
    const extensions = readAllExtensions(der, outline)
    this.extensions = extensions.values
    this.unknownExtensions = extensions.unknown
    this.critical = extensions.critical
    this.signature = readSignatureValue(new DerReader(der, outline.signatureStart))
  }

  /** The TBSCertificate: what is signed. */
  get tbs(): Uint8Array {
    return this.der.subarray(this.outline.tbsStart, this.outline.tbsEnd)
  }

  /** The issuer's Name, DER. */
  get issuerDer(): Uint8Array {
    return this.der.subarray(this.outline.issuerStart, this.outline.validityStart)
  }

  /** The subject's Name, DER. */
  get subjectDer(): Uint8Array {
    return this.der.subarray(this.outline.subjectStart, this.outline.spkiStart)
  }

  /** Equal for names that match (RFC 5280 7.1). */
  get issuerKey(): string {
    this.issuerKeyText ??= nameKey(this.issuer)
    return this.issuerKeyText
  }

  /** Equal for names that match (RFC 5280 7.1). */
  get subjectKey(): string {
    this.subjectKeyText ??= nameKey(this.subject)
    return this.subjectKeyText
  }

  /** Issuer and subject are the same entity (RFC 5280 3.2); the keys may differ. */
  get isSelfIssued(): boolean {
    return this.issuerKey === this.subjectKey
  }

  /** The subject for people, or where it is empty the serial number. */
  get description(): string {
    const subject = nameText(this.subject)
    return subject === '' ? `serial number ${toHex(this.serialNumber)}` : subject
  }
}

/**
 * Reads a certificate.
 * @throws {DerError} where it is not DER, not of RFC 5280's structure, or has an extension twice.
 */
export const parseCertificate = (der: Uint8Array): Certificate => new Certificate(der)

// RFC 5280 4.1.1.2: both algorithm identifiers are the same. Only one of them is signed.
function readAlgorithm(der: Uint8Array, outline: CertificateOutline): Uint8Array {
  const inner = der.subarray(outline.algorithmStart, outline.issuerStart)
  const outer = der.subarray(outline.outerAlgorithmStart, outline.signatureStart)
  if (!equalBytes(inner, outer)) {
    throw new CertificateError(
      outline.outerAlgorithmStart,
      'signatureAlgorithmMismatch',
      'signature algorithms that differ',
    )
  }
  return inner
}

function readAllExtensions(der: Uint8Array, outline: CertificateOutline): Extensions {
  if (outline.extensionsStart < 0) return noExtensions
  return readExtensions(new DerReader(der, outline.extensionsStart, outline.tbsEnd))
}
