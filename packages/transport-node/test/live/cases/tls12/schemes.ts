/** Each signature scheme that may sign a handshake of TLS 1.2, in ServerKeyExchange of either side. */
import * as nobleEntries from '@sanstls/core/noble'
import { noble } from '@sanstls/core/noble'
import * as nodeEntries from '@sanstls/transport-node/crypto'
import * as assert from 'uvu/assert'
import { authority, type IdentityKind, identity, serverName } from '../../support/authority.js'
import type { Case, Setting } from '../../support/live.js'
import { dial, exchange, serve } from '../../support/ours.js'
import type { PeerOptions } from '../../support/peer.js'

const schemes: readonly (readonly [string, IdentityKind])[] = [
  ['ecdsa_secp256r1_sha256', 'ECDSA P-256'],
  // What names a curve in TLS 1.3 is a hash alone in TLS 1.2 (RFC 8422 5.1.3).
  ['ecdsa_secp384r1_sha384', 'ECDSA P-256'],
  ['ecdsa_secp521r1_sha512', 'ECDSA P-256'],
  ['ed25519', 'Ed25519'],
  ['ed448', 'Ed448'],
  ['rsa_pkcs1_sha256', 'RSA 2048'],
  ['rsa_pkcs1_sha384', 'RSA 2048'],
  ['rsa_pkcs1_sha512', 'RSA 2048'],
  ['rsa_pss_rsae_sha256', 'RSA 2048'],
  ['rsa_pss_rsae_sha384', 'RSA 2048'],
  ['rsa_pss_rsae_sha512', 'RSA 2048'],
  ['rsa_pss_pss_sha256', 'RSA-PSS 2048'],
  ['rsa_pss_pss_sha384', 'RSA-PSS 2048'],
  ['rsa_pss_pss_sha512', 'RSA-PSS 2048'],
]

/** Only used where a configuration names them. */
const weak: readonly (readonly [Weak, IdentityKind, string])[] = [
  ['ecdsa_sha224', 'ECDSA P-256', 'ECDSA+SHA224'],
  ['ecdsa_sha1', 'ECDSA P-256', 'ECDSA+SHA1'],
  ['rsa_pkcs1_sha224', 'RSA 2048', 'RSA+SHA224'],
  ['rsa_pkcs1_sha1', 'RSA 2048', 'RSA+SHA1'],
]
type Weak = 'ecdsa_sha224' | 'ecdsa_sha1' | 'rsa_pkcs1_sha224' | 'rsa_pkcs1_sha1'

/** What the certificates themselves are signed with. */
const chain = ['ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384']

const area = 'signature schemes'

export function signatureSchemes12(setting: Setting): readonly Case[] {
  const entries = setting.crypto.name === noble.name ? nobleEntries : nodeEntries
  const { features } = setting.peer.server
  return [
    ...schemes.flatMap(([scheme, kind]) => oneScheme(setting, scheme, kind, {})),
    ...(features.has('weakSignatures') ? weak : []).flatMap(([scheme, kind, name]) => {
      const crypto = {
        ...setting.crypto,
        signatures: [...setting.crypto.signatures, entries[scheme]],
      }
      const sigalgs = `${name}:ECDSA+SHA256:ECDSA+SHA384`
      return oneScheme({ ...setting, crypto }, scheme, kind, { sigalgs })
    }),
  ]
}

function oneScheme(
  { peer, crypto }: Setting,
  scheme: string,
  kind: IdentityKind,
  options: PeerOptions,
): readonly Case[] {
  const cases: Case[] = []
  if (peer.server.identities.includes(kind))
    cases.push({
      area,
      item: scheme,
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { ...options, identity: identity(kind) })
        const signatureSchemes = [scheme, ...chain.filter((other) => other !== scheme)]
        const connection = await dial(scope, server.port, crypto, { signatureSchemes })
        const { name } = connection.info.signatureScheme ?? {}
        // The choice is the server's, where another fits its key too.
        const possible = kind === 'ECDSA P-256' ? signatureSchemes : [scheme]
        assert.ok(possible.includes(name ?? ''), name)
        await exchange(connection, server)
      },
    })
  if (peer.client.identities.includes(kind))
    cases.push({
      area,
      item: scheme,
      ours: 'server',
      async run(scope) {
        const credentials = [identity(kind).credential(crypto)]
        const server = await serve(scope, crypto, { credentials, signingSchemes: [scheme] })
        const trusting = { ...options, trust: authority, serverName }
        const client = peer.connect(scope, server.port, trusting)
        await exchange(await server.accept(), client)
      },
    })
  return cases
}
