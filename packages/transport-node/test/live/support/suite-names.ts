/** Names of cipher suites of TLS 1.2 in the words of peers. */
import { openSslName, suiteParts } from '@sanstls/core/suites'

/** Suites of TLS 1.3 name no key exchange. */
export function isOf12(name: string): boolean {
  return name.includes('_WITH_')
}

export function isCbc(name: string): boolean {
  return name.includes('_CBC_')
}

export function opensslName(name: string): string {
  return openSslName(name) ?? name
}

/** As GnuTLS lists it. */
export function gnutlsName(name: string): string {
  const { keyExchange, cipher, mac, prf } = partsOf(name)
  const hash = mac !== 'aead' ? [mac] : cipher.endsWith('gcm') ? [prf] : []
  return ['tls', keyExchange, cipher, ...hash].join('_').toUpperCase()
}

/** The words of a priority string that make GnuTLS offer these suites, and perhaps more. */
export function gnutlsPriority(names: readonly string[]): readonly string[] {
  const parts = names.map(partsOf)
  const words = [
    ...parts.map(({ keyExchange }) => keyExchange),
    ...parts.map(({ cipher }) => cipher),
    ...parts.map(({ mac }) => mac),
  ].map((word) => `+${word.replaceAll('_', '-').toUpperCase()}`)
  return ['-KX-ALL', '-CIPHER-ALL', '-MAC-ALL', ...new Set(words)]
}

function partsOf(name: string) {
  const parts = suiteParts(name)
  if (parts === undefined) throw new Error(`no suite: ${name}`)
  return parts
}
