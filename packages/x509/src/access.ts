/** AccessDescription (RFC 5280 4.2.2): where the issuer's certificate, OCSP responder or repository is. */
import { type DerReader, tags } from '@sanstls/core/der'
import { type GeneralName, readGeneralName } from './general-name.js'

export interface AccessDescription {
  /** Object identifier, dotted. */
  readonly method: string
  readonly location: GeneralName
}

export const accessMethods = {
  ocsp: '1.3.6.1.5.5.7.48.1',
  caIssuers: '1.3.6.1.5.5.7.48.2',
} as const

export function readAccessDescription(reader: DerReader): AccessDescription {
  const outer = reader.enter(tags.sequence)
  const method = reader.readObjectIdentifier()
  const location = readGeneralName(reader, [4, 16])
  reader.leave(outer)
  return { method, location }
}

/** The URLs under http: and https: for a method; others cannot be fetched, and LDAP is not spoken here. */
export const accessUrls = (
  descriptions: readonly AccessDescription[] | undefined,
  method: keyof typeof accessMethods,
): string[] =>
  (descriptions ?? []).flatMap(({ method: id, location }) =>
    id === accessMethods[method] && location.kind === 'uri' && isHttpUrl(location.value)
      ? [location.value]
      : [],
  )

export const isHttpUrl = (text: string): boolean => /^https?:\/\/[^\s]+$/i.test(text)
