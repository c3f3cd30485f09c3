/** What Node supplies where the application does not say; also for runtimes that have Node's modules. */
import { readFileSync } from 'node:fs'
import { tls12, tls13 } from '@sanstls/core'
import type { Runtime } from '@sanstls/transport-web/base'
import { type TrustAnchor, trustAnchorsFromPem } from '@sanstls/x509'
import { nodeRandom } from './crypto/random.js'
import { nodeCrypto } from './crypto.js'

export const runtime: Runtime = {
  versions: [tls13, tls12],
  crypto: nodeCrypto,
  random: nodeRandom,
  trustAnchors,
}

/** With what is left for a transport to say: the names of its own options. */
export function provision(...ownOptions: string[]) {
  return { runtime, schedule: setImmediate as (callback: () => void) => void, ownOptions }
}

/** The authorities that Node trusts: its own, and those that it was told to add. */
function trustAnchors(): readonly TrustAnchor[] {
  // Not imported: listing them takes time, and few connections need it.
  const tls = process.getBuiltinModule('node:tls')
  const certificates: readonly string[] =
    'getCACertificates' in tls && typeof tls.getCACertificates === 'function'
      ? tls.getCACertificates('default')
      : [...tls.rootCertificates, ...extraCertificates()]
  return certificates.flatMap(anchorsOf)
}

/** What Node before 22.15 knows and does not tell. */
function extraCertificates(): string[] {
  const path = process.env.NODE_EXTRA_CA_CERTS
  if (path === undefined || path === '') return []
  try {
    return readFileSync(path, 'utf8').match(/-----BEGIN CERTIFICATE-----.*?-----END[^\n]*/gs) ?? []
  } catch {
    // Node itself warns of it.
    return []
  }
}

/** An authority that cannot be read is one not trusted. */
function anchorsOf(pem: string): TrustAnchor[] {
  try {
    return trustAnchorsFromPem(pem)
  } catch {
    return []
  }
}
