import type { CipherSuite12, CryptoProvider } from '#src/crypto/provider.js'
import { sha256, sha384 } from '#src/noble.js'
import { findSuite } from '#src/suites.js'
import { nullCrypto } from '#src/testing.js'

/** A provider that says to have these suites of TLS 1.2; those in `optIn` only where they are named. */
export function providerWith(names: readonly string[], optIn: readonly string[]): CryptoProvider {
  const entry = (name: string): CipherSuite12 => {
    const suite = findSuite(name)
    const [any] = nullCrypto.suites
    if (suite === undefined || any === undefined) throw new Error(`no suite ${name}`)
    const { id, keyExchange, authentication, prf } = suite
    if (keyExchange === 'any' || authentication === 'any') throw new Error(`${name} is of TLS 1.3`)
    return {
      id,
      name,
      keyExchange,
      authentication,
      hash: prf === 'sha256' ? sha256 : sha384,
      records: { kind: 'aead', aead: any.aead, nonce: 'explicit' },
      optIn: optIn.includes(name),
    }
  }
  return { ...nullCrypto, suites12: names.map(entry) }
}
