/** Toy cipher suites of TLS 1.2, under the names and numbers of real ones. */
import type { CipherSuite12, HashAlgorithm } from '../../crypto/provider.js'
import { type NullAeadOptions, nullAead } from './aead.js'
import { nullCbc } from './cbc.js'

type Make = (
  id: number,
  name: string,
  keyExchange: CipherSuite12['keyExchange'],
  authentication: CipherSuite12['authentication'],
  records: CipherSuite12['records'],
  optIn?: boolean,
) => CipherSuite12

function makerOf(hash: HashAlgorithm): Make {
  return (id, name, keyExchange, authentication, records, optIn = false) => ({
    id,
    name,
    keyExchange,
    authentication,
    hash,
    records,
    optIn,
  })
}

function aead12(
  keyLength: number,
  nonce: 'explicit' | 'sequence',
  options: NullAeadOptions,
): CipherSuite12['records'] {
  return { kind: 'aead', aead: nullAead('null', keyLength, options), nonce }
}

export function nullSuites12(
  sha256: HashAlgorithm,
  options: NullAeadOptions,
): readonly CipherSuite12[] {
  const suite = makerOf(sha256)
  const gcm = aead12(16, 'explicit', options)
  const chacha = aead12(32, 'sequence', options)
  const cbc = nullCbc(nullAead('null', 20 + 16 + 1, {}), 20)
  return [
    suite(0xc02b, 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ecdhe', 'ecdsa', gcm),
    suite(0xc02f, 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ecdhe', 'rsa', gcm),
    suite(0xcca9, 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'ecdhe', 'ecdsa', chacha),
    suite(0xd001, 'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256', 'ecdhePsk', 'psk', gcm, true),
    suite(0x00a8, 'TLS_PSK_WITH_AES_128_GCM_SHA256', 'psk', 'psk', gcm, true),
    suite(0xc009, 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA', 'ecdhe', 'ecdsa', cbc, true),
  ]
}

/** Another hash, and the key exchanges that need more of a provider. */
export function nullOtherSuites12(
  sha256: HashAlgorithm,
  sha384: HashAlgorithm,
): readonly CipherSuite12[] {
  const suite = makerOf(sha256)
  const gcm = aead12(16, 'explicit', {})
  return [
    makerOf(sha384)(
      0xc02c,
      'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
      'ecdhe',
      'ecdsa',
      aead12(32, 'explicit', {}),
    ),
    suite(0x009e, 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', 'dhe', 'rsa', gcm, true),
    suite(0x009c, 'TLS_RSA_WITH_AES_128_GCM_SHA256', 'rsa', 'rsa', gcm, true),
    suite(0x00aa, 'TLS_DHE_PSK_WITH_AES_128_GCM_SHA256', 'dhePsk', 'psk', gcm, true),
    suite(0x00ac, 'TLS_RSA_PSK_WITH_AES_128_GCM_SHA256', 'rsaPsk', 'rsa', gcm, true),
  ]
}
