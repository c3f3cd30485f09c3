/**
 * Which rules hold beyond path validation itself:
 *
 * - `rfc5280`: RFC 5280 section 6 and what it refers to: what a relying party must check.
 * - `conforming`: section 4 as well: what RFC 5280 demands of certificates. Authorities in use break some of it.
 * - `webPki`: the profile of the CA/B Forum's Baseline Requirements as well, as far as it bears on trust.
 */
export type Profile = 'rfc5280' | 'conforming' | 'webPki'

/** Where a certificate stands in a path. */
export type Position = 'endEntity' | 'authority' | 'anchor'
