/** Authentication with certificates in TLS 1.2, either role (RFC 5246 7.4.2, 7.4.3, 7.4.8). */
import { concat, equal } from '../bytes.js'
import { fits12, type SignatureScheme } from '../crypto/scheme.js'
import type { SubjectPublicKey } from '../crypto/spki.js'
import type { ExternalPsk } from '../decision.js'
import { Fault } from '../fault.js'
import type { Settings } from '../options.js'
import type { ConnectionInfo, Peer } from '../output.js'
import type { Randoms } from '../schedule/tls12.js'
import { decode, encode, type Value } from '../wire/codec.js'
import { certificate12, type digitallySigned } from '../wire/message12.js'
import { checkSignature, type PresentedPeer, publicKeyOf } from './authenticate.js'

/** Reads a Certificate message; undefined for an empty list. @throws {Fault} */
export function readCertificate12(
  body: Uint8Array,
  { limits }: Settings,
): PresentedPeer | undefined {
  const { certificateList: chain } = decode(certificate12, body)
  if (chain.length > limits.chain)
    throw new Fault(
      'certificateRejected',
      `the chain has ${chain.length} certificates, limits.chain is ${limits.chain}`,
    )
  const [first] = chain
  if (first === undefined) return undefined
  return { chain, key: publicKeyOf(first), staple: undefined, scts: [] }
}

export function certificateMessage12(chain: readonly Uint8Array[]): Uint8Array {
  return encode(certificate12, { certificateList: chain })
}

/** Checks a signature of the peer's; returns its scheme. @throws {Fault} */
export function checkSigned12(
  { algorithm, signature }: Value<typeof digitallySigned>,
  key: SubjectPublicKey,
  content: Uint8Array,
  { schemes }: Settings,
): SignatureScheme {
  const scheme = schemes.find(({ id }) => id === algorithm)
  if (scheme === undefined || scheme.handshake === 'tls13')
    throw new Fault('unofferedSignatureScheme', `scheme 0x${algorithm.toString(16)}`)
  checkSignature(scheme, fits12, key, content, { signature })
  return scheme
}

/** What the server signs of its key exchange (RFC 5246 7.4.3). */
export function signedParameters({ client, server }: Randoms, parameters: Uint8Array): Uint8Array {
  return concat(client, server, parameters)
}

/** A renegotiation leaves the peer who it was; one that was nobody may become somebody. @throws {Fault} */
export function checkIdentity(
  before: Peer | undefined,
  presented: PresentedPeer | undefined,
): void {
  const [was] = before?.chain ?? []
  if (was === undefined) return
  const [is] = presented?.chain ?? []
  if (is === undefined) throw new Fault('changedIdentity', 'there is no certificate any more')
  if (!equal(was, is)) throw new Fault('changedIdentity', 'another certificate')
}

/** As `checkIdentity`, for one that a PSK gives. @throws {Fault} */
export function checkPskIdentity(
  before: ConnectionInfo | undefined,
  psk: ExternalPsk | undefined,
): void {
  const was = before?.pskIdentity
  if (was === undefined) return
  if (psk === undefined) throw new Fault('changedIdentity', 'there is no PSK any more')
  if (!equal(was, psk.identity)) throw new Fault('changedIdentity', 'another PSK identity')
}
