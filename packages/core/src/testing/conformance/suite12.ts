/** TLS 1.2 suites: that each is what its name says (RFC 5246 appendix C, and the registry). */
import type { CipherSuite12 } from '../../crypto/provider.js'
import { type ConformanceCase, check, type Subject } from './support.js'

export function suite12Cases({ provider }: Subject): ConformanceCase[] {
  const suites = provider.suites12 ?? []
  if (suites.length === 0) return []
  return [
    {
      name: 'TLS 1.2 suites are what their names say',
      run() {
        check(new Set(suites.map(({ id }) => id)).size === suites.length, 'a number came twice')
        check(new Set(suites.map(({ name }) => name)).size === suites.length, 'a name came twice')
        const described = provider.describe().filter(({ kind }) => kind === 'suite')
        for (const suite of suites) {
          const { name, keyExchange, authentication, hash, records } = suite
          const actual = [keyExchange, authentication, hash.name, protectionOf(records)].join()
          check(actual === namedIn(name).join(), `${name} is ${actual}`)
          check(
            described.some((entry) => entry.name === name),
            `describe() leaves ${name} out`,
          )
        }
        return suites.length
      },
    },
    {
      name: 'TLS 1.2 suites that are only for who names them',
      run() {
        for (const { name, optIn } of suites) {
          const recommended = /^TLS_ECDHE_(ECDSA|RSA)_WITH_(AES_\d+_GCM|CHACHA20)/.test(name)
          check(optIn === !recommended, `${name} is ${optIn ? '' : 'not '}opt-in`)
        }
        return suites.length
      },
    },
  ]
}

const exchanges: Readonly<Record<string, string>> = {
  ECDHE_ECDSA: 'ecdhe,ecdsa',
  ECDHE_RSA: 'ecdhe,rsa',
  DHE_RSA: 'dhe,rsa',
  RSA: 'rsa,rsa',
  PSK: 'psk,psk',
  ECDHE_PSK: 'ecdhePsk,psk',
  DHE_PSK: 'dhePsk,psk',
  // RFC 6655 calls two of them so.
  PSK_DHE: 'dhePsk,psk',
  RSA_PSK: 'rsaPsk,rsa',
}

/** Key exchange and authentication, hash, and what protects the records. */
function namedIn(name: string): [exchange: string, hash: string, protection: string] {
  const found =
    /^TLS_(\w+?)_WITH_(AES_(\d+)|CHACHA20)_(GCM|CCM_8|CCM|CBC|POLY1305)(?:_SHA(\d*))?$/.exec(name)
  check(found !== null, `${name} is no name of a suite that this provider may have`)
  const [, exchange = '', , bits = '', mode = '', hash] = found
  // RFC 5246 section 5, RFC 6655: SHA-256 where the name says nothing, or SHA-1 for the MAC.
  const prf = hash === '384' ? 'sha384' : 'sha256'
  const protection =
    mode === 'POLY1305'
      ? 'ChaCha20-Poly1305 sequence'
      : mode === 'CBC'
        ? `AES-${bits}-CBC with a MAC of ${macLengths[hash ?? '']}`
        : `AES-${bits}-${mode.replace('_', '-')} explicit`
  return [exchanges[exchange] ?? 'unknown', prf, protection]
}

/** Bytes. */
const macLengths: Readonly<Record<string, number>> = { '': 20, 256: 32, 384: 48 }

function protectionOf(records: CipherSuite12['records']): string {
  return records.kind === 'aead'
    ? `${records.aead.name} ${records.nonce}`
    : `AES-${8 * records.keyLength}-CBC with a MAC of ${records.macKeyLength}`
}
