/** The TLS 1.2 cipher suites: those of noble, under the same names and numbers, over node:crypto. */
import type { AeadRecords, CipherSuite12 } from '@sanstls/core'
import { allSuites12 } from '@sanstls/core/noble/tls12'
import {
  aes128Ccm,
  aes128Ccm8,
  aes128Gcm,
  aes256Ccm,
  aes256Ccm8,
  aes256Gcm,
  chacha20Poly1305,
  type NativeAead,
} from './aead.js'
import { nativeCbc } from './aes-cbc.js'
import type { Available } from './available.js'
import { sha256, sha384 } from './hash.js'

export type NativeSuite12 = CipherSuite12 & Available

const aeads: readonly NativeAead[] = /* @__PURE__ */ (() => [
  aes128Gcm,
  aes256Gcm,
  chacha20Poly1305,
  aes128Ccm,
  aes256Ccm,
  aes128Ccm8,
  aes256Ccm8,
])()

function native(suite: CipherSuite12): NativeSuite12 {
  const hash = suite.hash.name === sha384.name ? sha384 : sha256
  const [records, available] = over(suite.records)
  return { ...suite, hash, records, available: () => hash.available() && available() }
}

function over(records: CipherSuite12['records']): [CipherSuite12['records'], () => boolean] {
  if (records.kind === 'cbc') {
    const cbc = nativeCbc(records)
    return [cbc, () => cbc.available()]
  }
  const aead = aeads.find(({ name }) => name === records.aead.name)
  if (aead === undefined) throw new Error(`no ${records.aead.name}`)
  const replaced: AeadRecords = { ...records, aead }
  return [replaced, () => aead.available()]
}

/** All suites of TLS 1.2, in order of preference. Opt-in ones are used where a configuration names them. */
export const suites12: readonly NativeSuite12[] = /* @__PURE__ */ (() => allSuites12.map(native))()
