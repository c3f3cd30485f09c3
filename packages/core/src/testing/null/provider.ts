/**
 * A CryptoProvider without any security, and fast: for tests of the protocol that would otherwise spend their time in
 * curves. A wrong key, nonce, transcript or signature is still noticed, as with real algorithms.
 */
import type { CipherSuite, CipherSuite12, CryptoProvider } from '../../crypto/provider.js'
import { type NullAeadOptions, nullAead } from './aead.js'
import { nullCbc } from './cbc.js'
import { nullGroup } from './group.js'
import { nullHash } from './hash.js'
import { nullSignature } from './signature.js'

/** The names and numbers are those of real entries, since the protocol knows no others. */
export function createNullCrypto(options: NullAeadOptions = {}): CryptoProvider {
  const sha256 = nullHash('sha256', 32)
  const sha384 = nullHash('sha384', 48)
  const suite = (id: number, name: string, keyLength: number, hash = sha256): CipherSuite => ({
    id,
    name,
    hash,
    aead: nullAead(name, keyLength, options),
  })
  const suites = [
    suite(0x1301, 'TLS_AES_128_GCM_SHA256', 16),
    suite(0x1302, 'TLS_AES_256_GCM_SHA384', 32, sha384),
    suite(0x1303, 'TLS_CHACHA20_POLY1305_SHA256', 32),
  ]
  const suite12 = (
    id: number,
    name: string,
    keyExchange: CipherSuite12['keyExchange'],
    authentication: CipherSuite12['authentication'],
    records: CipherSuite12['records'],
    optIn = false,
  ): CipherSuite12 => ({
    id,
    name,
    keyExchange,
    authentication,
    hash: sha256,
    records,
    optIn,
  })
  const aead12 = (keyLength: number, nonce: 'explicit' | 'sequence' = 'explicit') => ({
    kind: 'aead' as const,
    aead: nullAead('null', keyLength, options),
    nonce,
  })
  const cbc = nullCbc(nullAead('null', 20 + 16 + 1, {}), 20)
  const suites12 = [
    suite12(0xc02b, 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ecdhe', 'ecdsa', aead12(16)),
    suite12(0xc02f, 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ecdhe', 'rsa', aead12(16)),
    suite12(
      0xcca9,
      'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
      'ecdhe',
      'ecdsa',
      aead12(32, 'sequence'),
    ),
    suite12(0xd001, 'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256', 'ecdhePsk', 'psk', aead12(16), true),
    suite12(0x00a8, 'TLS_PSK_WITH_AES_128_GCM_SHA256', 'psk', 'psk', aead12(16), true),
    suite12(0xc009, 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA', 'ecdhe', 'ecdsa', cbc, true),
  ]
  const groups = [nullGroup(29, 'x25519', 32), nullGroup(23, 'secp256r1', 65)]
  const signatures = [
    nullSignature('ed25519', 'ed25519'),
    nullSignature('ecdsa_sha256', 'secp256r1'),
  ]
  const hashes = [sha256, sha384]
  return {
    name: 'null',
    suites,
    groups,
    signatures,
    hashes,
    suites12,
    importPrivateKey() {
      throw new TypeError('nullCrypto has no private keys; make a nullCredential')
    },
    describe() {
      const entries = (kind: 'suite' | 'group' | 'signature' | 'hash', list: { name: string }[]) =>
        list.map(({ name }) => ({ kind, name, provider: 'null', ownRandomness: false }))
      return [
        ...entries('suite', suites),
        ...entries('suite', suites12),
        ...entries('group', groups),
        ...entries('signature', signatures),
        ...entries('hash', hashes),
      ]
    },
  }
}

export const nullCrypto: CryptoProvider = /* @__PURE__ */ createNullCrypto()
