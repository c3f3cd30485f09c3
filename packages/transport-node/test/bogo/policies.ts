/** BoringSSL's compliance policies, which here are just configurations. */
import type { Flags } from './flags.js'

export interface Policy {
  readonly suites: readonly string[]
  /** Of TLS 1.2; all of BoringSSL's where absent. */
  readonly suites12?: readonly string[]
  readonly groups?: readonly string[]
  /** Signature schemes for either direction. */
  readonly schemes?: readonly number[]
}

const aes256 = 'TLS_AES_256_GCM_SHA384'
const aes128 = 'TLS_AES_128_GCM_SHA256'
const ecdhe256 = [
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
] as const
const ecdhe128 = [
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
] as const
const cnsa = {
  suites: [aes256],
  suites12: ecdhe256,
  schemes: [0x0501, 0x0503, 0x0805],
} as const

const policies = {
  'fips-202205': {
    suites: [aes128, aes256],
    suites12: [...ecdhe128, ...ecdhe256],
    groups: ['secp256r1', 'secp384r1'],
    schemes: [0x0401, 0x0501, 0x0601, 0x0403, 0x0503, 0x0804, 0x0805, 0x0806],
  },
  'wpa-202304': {
    suites: [aes256],
    suites12: ecdhe256,
    groups: ['secp384r1'],
    schemes: [0x0501, 0x0601, 0x0503, 0x0805, 0x0806],
  },
  'cnsa-202407': { suites: [aes256, aes128, 'TLS_CHACHA20_POLY1305_SHA256'] },
  'cnsa1-202603': {
    ...cnsa,
    suites12: [...ecdhe256, 'TLS_RSA_WITH_AES_256_GCM_SHA384'],
    groups: ['MLKEM1024', 'secp384r1'],
  },
  'cnsa2-202603': { ...cnsa, groups: ['MLKEM1024'] },
} as const satisfies Record<string, Policy>

export function policyOf(flags: Flags): Policy | undefined {
  for (const [name, policy] of Object.entries(policies))
    if (flags[name as keyof typeof policies]) return policy
  return undefined
}
