/** From what a test wants to the options of Node's secure contexts, and what of them Node has. */
import { constants } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls'
import { allSuites12 } from '@sanstls/core/noble/tls12'
import type { PeerOptions } from '../support/peer.js'
import { isOf12, opensslName } from '../support/suite-names.js'

const groupNames: Readonly<Record<string, string>> = {
  x25519: 'X25519',
  x448: 'X448',
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
  ffdhe2048: 'ffdhe2048',
  ffdhe3072: 'ffdhe3072',
  ffdhe4096: 'ffdhe4096',
  ffdhe6144: 'ffdhe6144',
  ffdhe8192: 'ffdhe8192',
  X25519MLKEM768: 'X25519MLKEM768',
  SecP256r1MLKEM768: 'SecP256r1MLKEM768',
  SecP384r1MLKEM1024: 'SecP384r1MLKEM1024',
}

/** Which there are depends on the OpenSSL that Node was built with. */
function has(options: SecureContextOptions): boolean {
  try {
    createSecureContext(options)
    return true
  } catch {
    return false
  }
}

export const nodeGroups: readonly string[] = Object.entries(groupNames)
  .filter(([, ecdhCurve]) => has({ ecdhCurve }))
  .map(([name]) => name)

/** Of TLS 1.2. Node lists fewer than it has. */
export const nodeSuites12: readonly string[] = allSuites12
  .map(({ name }) => name)
  .filter((name) => has({ ciphers: `${opensslName(name)}:@SECLEVEL=0` }))

/** Node names only some of OpenSSL's options. */
const noExtendedMainSecret = 1

export function context(options: PeerOptions): SecureContextOptions {
  const { groups, identity, otherIdentity, trust, versions = ['TLS 1.3'] } = options
  const version = (name: string | undefined) => name?.replace(' ', 'v') as SecureVersion
  const identities = [identity, otherIdentity].filter((one) => one !== undefined)
  return {
    minVersion: version(versions[0]),
    maxVersion: version(versions.at(-1)),
    ...suites(options),
    ...(options.sigalgs === undefined ? {} : { sigalgs: options.sigalgs }),
    secureOptions:
      (options.withoutTickets ? constants.SSL_OP_NO_TICKET : 0) |
      (options.withoutEncryptThenMac ? constants.SSL_OP_NO_ENCRYPT_THEN_MAC : 0) |
      (options.withoutExtendedMainSecret ? noExtendedMainSecret : 0) |
      (options.acceptRenegotiation === false ? constants.SSL_OP_NO_RENEGOTIATION : 0),
    ...(groups === undefined
      ? {}
      : { ecdhCurve: groups.map((name) => groupNames[name] ?? name).join(':') }),
    cert: identities.map(({ chainFile }) => readFileSync(chainFile)),
    key: identities.map(({ keyFile }) => readFileSync(keyFile)),
    ...(trust === undefined ? {} : { ca: trust.pem }),
    ...(options.dhParametersFile === undefined
      ? {}
      : { dhparam: readFileSync(options.dhParametersFile) }),
  }
}

/** OpenSSL's default level forbids weak signatures and TLS 1.1, and in newer versions the short tag of CCM_8. */
function suites({ suites: names, versions, sigalgs }: PeerOptions): { readonly ciphers?: string } {
  if (names === undefined) {
    const isWeak = versions?.includes('TLS 1.1') || sigalgs !== undefined
    return isWeak ? { ciphers: 'DEFAULT:@SECLEVEL=0' } : {}
  }
  const older = names.filter(isOf12)
  const listed = older.length > 0 ? older.map(opensslName) : [...names, 'DEFAULT']
  return { ciphers: [...listed, '@SECLEVEL=0'].join(':') }
}
