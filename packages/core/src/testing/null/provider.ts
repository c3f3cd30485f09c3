/**
 * A CryptoProvider without any security, and fast: for tests of the protocol that would otherwise spend their time in
 * curves. A wrong key, nonce, transcript or signature is still noticed, as with real algorithms.
 */
import type { CipherSuite, CryptoProvider, EntryDescription } from '../../crypto/provider.js'
import { type NullAeadOptions, nullAead } from './aead.js'
import { nullGroup } from './group.js'
import { nullHash } from './hash.js'
import { nullSignature } from './signature.js'
import { nullSuites12 } from './suite12.js'

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
  const suites12 = nullSuites12(sha256, options)
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
    describe: () => describeNull({ suites, groups, signatures, hashes, suites12 }),
  }
}

export function describeNull({
  suites,
  suites12 = [],
  groups,
  signatures,
  hashes,
}: Pick<
  CryptoProvider,
  'suites' | 'suites12' | 'groups' | 'signatures' | 'hashes'
>): readonly EntryDescription[] {
  const entries = (kind: EntryDescription['kind'], list: readonly { readonly name: string }[]) =>
    list.map(({ name }) => ({ kind, name, provider: 'null', ownRandomness: false }))
  return [
    ...entries('suite', suites),
    ...entries('suite', suites12),
    ...entries('group', groups),
    ...entries('signature', signatures),
    ...entries('hash', hashes),
  ]
}

export const nullCrypto: CryptoProvider = /* @__PURE__ */ createNullCrypto()
