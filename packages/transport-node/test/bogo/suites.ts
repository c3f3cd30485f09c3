/** Which cipher suites the shim allows: BoringSSL's, unless the test names others or a policy does. */
import { parseCipherList } from '@sanstls/core/suites'
import { type Flags, Unimplemented } from './flags.js'
import { policyOf } from './policies.js'

const suites13 = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
]

/** In BoringSSL's order, its deprecated ones included. */
const suites12 = [
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256',
  'TLS_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_RSA_WITH_AES_128_CBC_SHA',
  'TLS_PSK_WITH_AES_128_CBC_SHA',
  'TLS_RSA_WITH_AES_256_CBC_SHA',
  'TLS_PSK_WITH_AES_256_CBC_SHA',
]

/** By name, in order of preference. @throws {Unimplemented} */
export function suites(flags: Flags): readonly string[] {
  const policy = policyOf(flags)
  // Suites with a PSK are of use where there is one.
  const usable = suites12.filter((name) => flags.psk !== undefined || !name.includes('PSK'))
  if (policy !== undefined) return [...policy.suites, ...(policy.suites12 ?? usable)]
  const { cipher } = flags
  if (cipher === undefined) return [...suites13, ...usable]
  if (cipher.includes('['))
    throw new Unimplemented("BoringSSL's groups of equally preferred suites")
  if (cipher.includes('3DES')) throw new Unimplemented('3DES comes with the legacy entry point')
  return [...suites13, ...parseCipherList(cipher).filter((name) => usable.includes(name))]
}
