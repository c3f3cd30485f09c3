/** Trust anchors (RFC 5280 6.1.1 (d)): names with keys that are trusted because the configuration says so. */
import type { SubjectPublicKey } from '@sanstls/core'
import { DerError, parseSubjectPublicKey } from '@sanstls/core/der'
import { Certificate } from './certificate.js'
import type { NameConstraints } from './extension.js'
import { nameKey, nameText, parseName } from './name.js'
import { pemBlocks } from './pem.js'

export interface TrustAnchor {
  readonly publicKey: SubjectPublicKey
  /** Equal for names that match (RFC 5280 7.1). */
  readonly subjectKey: string
  readonly description: string
  /**
   * Where the anchor was given as a certificate. What it says of itself (validity, constraints, usage) is enforced, as
   * RFC 5937 describes and as other validators do.
   */
  readonly certificate: Certificate | undefined
  /** What the configuration demands of paths to this anchor, beside what its certificate does (RFC 5937). */
  readonly constraints?: AnchorConstraints | undefined
}

export interface AnchorConstraints {
  /** Intermediates that may follow, self-issued ones not counted. */
  readonly pathLength?: number | undefined
  readonly nameConstraints?: NameConstraints | undefined
  /** Purposes for which the anchor is trusted, object identifiers. */
  readonly extendedKeyUsage?: readonly string[] | undefined
  /** Policies of which one has to be valid for the path, object identifiers. */
  readonly acceptablePolicies?: readonly string[] | undefined
}

/**
 * A trust anchor from a certificate, self-signed or not; bytes are copied. Its own signature is not checked: it proves nothing.
 * @throws {DerError} where it is malformed.
 */
export function trustAnchor(
  certificate: Certificate | Uint8Array,
  constraints?: AnchorConstraints,
): TrustAnchor {
  const parsed =
    certificate instanceof Certificate ? certificate : new Certificate(new Uint8Array(certificate))
  const { publicKey, subjectKey, description } = parsed
  return { publicKey, subjectKey, description, certificate: parsed, constraints }
}

/**
 * A trust anchor from nothing but a name and a key, both DER. Only `constraints` constrain it.
 * @throws {DerError} where one of them is malformed.
 */
export function trustAnchorFromKey(
  subject: Uint8Array,
  spki: Uint8Array,
  constraints?: AnchorConstraints,
): TrustAnchor {
  const name = parseName(subject)
  return {
    publicKey: parseSubjectPublicKey(new Uint8Array(spki)),
    subjectKey: nameKey(name),
    description: nameText(name),
    certificate: undefined,
    constraints,
  }
}

/**
 * The trust anchors in a PEM text: every CERTIFICATE block. Other blocks are passed over.
 * @throws {PemError} where the text is no PEM.
 * @throws {DerError} where a certificate is malformed; the message says which one.
 * @throws {TypeError} where the text has no certificate: silently trusting nobody helps nobody.
 */
export function trustAnchorsFromPem(text: string): TrustAnchor[] {
  const anchors = certificatesFromPem(text).map((der, index) => {
    try {
      return trustAnchor(der)
    } catch (error) {
      if (!(error instanceof DerError)) throw error
      throw new DerError(error.offset, `certificate ${index + 1} of the PEM text: ${error.reason}`)
    }
  })
  if (anchors.length === 0) throw new TypeError('The PEM text has no CERTIFICATE block.')
  return anchors
}

/**
 * The certificates in a PEM text, DER, in order. Other blocks are passed over; nothing is parsed.
 * @throws {PemError} where the text is no PEM.
 */
export const certificatesFromPem = (text: string): Uint8Array[] =>
  pemBlocks(text)
    .filter(({ label }) => label === 'CERTIFICATE' || label === 'X509 CERTIFICATE')
    .map(({ bytes }) => bytes)
