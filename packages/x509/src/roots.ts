/**
 * Mozilla's root certificates, for who has no system store at hand. An entry point of its own: the data is large, and it
 * ages. Authorities are distrusted again, so that a list that is not renewed with this package is a risk of its own.
 */
import type { TrustAnchor } from './anchor.js'
import { decodeBase64 } from './base64.js'
import { certificates, date, source } from './roots/mozilla.js'
import { trustStore } from './trust-store.js'

export interface RootsInfo {
  /** The day on which the list was made, YYYY-MM-DD. */
  readonly date: string
  /** From where: the version of Node that carried it. */
  readonly source: string
  readonly count: number
}

export const mozillaRootsInfo: RootsInfo = { date, source, count: certificates.length }

/** The certificates, DER. */
export const mozillaRootCertificates = (): Uint8Array[] =>
  certificates.map((text) => decodeBase64(text) ?? new Uint8Array(0))

let anchors: readonly TrustAnchor[] | undefined

/** The certificates as trust anchors, read at the first call. */
export function mozillaRoots(): readonly TrustAnchor[] {
  anchors ??= trustStore(mozillaRootCertificates()).anchors
  return anchors
}
