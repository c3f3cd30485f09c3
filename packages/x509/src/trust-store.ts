/** Bundles of trusted certificates as systems keep them: one that cannot be read does not spoil the others. */
import { DerError } from '@sanstls/core/der'
import { certificatesFromPem, type TrustAnchor, trustAnchor } from './anchor.js'
import { equalBytes } from './bytes.js'

export interface TrustStore {
  readonly anchors: readonly TrustAnchor[]
  /** Certificates that are left out: their place in the input, and why. */
  readonly rejected: readonly { readonly index: number; readonly reason: string }[]
}

/**
 * The trust anchors among certificates in DER. Duplicates are left out without a word, and what is no certificate is
 * rejected.
 */
export function trustStore(certificates: readonly Uint8Array[]): TrustStore {
  const anchors = new Map<string, TrustAnchor[]>()
  const rejected: { index: number; reason: string }[] = []
  for (const [index, der] of certificates.entries()) {
    try {
      const anchor = trustAnchor(der)
      const namesakes = anchors.get(anchor.subjectKey) ?? []
      const isKnown = namesakes.some(
        ({ certificate }) => certificate !== undefined && equalBytes(certificate.der, der),
      )
      if (!isKnown) anchors.set(anchor.subjectKey, [...namesakes, anchor])
    } catch (error) {
      if (!(error instanceof DerError)) throw error
      rejected.push({ index, reason: error.message })
    }
  }
  return { anchors: [...anchors.values()].flat(), rejected }
}

/**
 * The trust anchors in a PEM text, with text around the blocks or without.
 * @throws {PemError} where the text is no PEM.
 */
export const trustStoreFromPem = (text: string): TrustStore => trustStore(certificatesFromPem(text))
