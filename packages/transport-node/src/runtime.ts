/** What Node supplies where the application does not say. */
import { randomFillSync } from 'node:crypto'
import { tls13 } from '@sanstls/core'
import type { Provision, Runtime } from '@sanstls/transport-web/base'
import { type TrustAnchor, trustAnchorsFromPem } from '@sanstls/x509'
import { nodeCrypto } from './crypto.js'

const runtime: Runtime = {
  versions: [tls13],
  crypto: nodeCrypto,
  random: (length) => randomFillSync(new Uint8Array(length)),
  trustAnchors,
}

/** Options of `connect`, `listen` and `upgrade` that are no business of the core's: see their interfaces. */
export function provision(...ownOptions: string[]): Provision & { schedule: typeof setImmediate } {
  return { runtime, schedule: setImmediate, ownOptions }
}

/** The authorities that Node trusts: its own, and those that it was told to add. */
function trustAnchors(): readonly TrustAnchor[] {
  // Not imported: listing them takes time, and few connections need it.
  const tls = process.getBuiltinModule('node:tls')
  const certificates: readonly string[] =
    'getCACertificates' in tls && typeof tls.getCACertificates === 'function'
      ? tls.getCACertificates('default')
      : tls.rootCertificates
  return certificates.flatMap(anchorsOf)
}

/** An authority that cannot be read is one not trusted. */
function anchorsOf(pem: string): TrustAnchor[] {
  try {
    return trustAnchorsFromPem(pem)
  } catch {
    return []
  }
}
