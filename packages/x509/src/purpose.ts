/** What a certificate is for: the roles of TLS and extendedKeyUsage (RFC 5280 4.2.1.12). */

/** The role of the peer whose certificate it is. */
export type Role = 'server' | 'client'

export const purposes = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
  anyExtendedKeyUsage: '2.5.29.37.0',
} as const

export type Purpose = keyof typeof purposes

const purposeOfRole = { server: purposes.serverAuth, client: purposes.clientAuth } as const

/** The object identifier of a role's purpose. */
export const rolePurpose = (role: Role): string => purposeOfRole[role]

/** The object identifier of a purpose given by its name, or by the identifier itself. */
export const purposeId = (purpose: Purpose | (string & {})): string =>
  Object.hasOwn(purposes, purpose) ? purposes[purpose as Purpose] : purpose

/** The name of a purpose, or its object identifier where it has none here. */
export const purposeName = (id: string): string =>
  Object.entries(purposes).find(([, value]) => value === id)?.[0] ?? id
