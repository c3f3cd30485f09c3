/** Certificates of the outward form of RFC 5280 around toy keys, and a verification that trusts all of them. */
import { ascii, concat } from '../../bytes.js'
import { certificatePublicKey } from '../../crypto/certificate.js'
import type { SubjectPublicKey } from '../../crypto/spki.js'
import type { Credential, VerifyAnswer, VerifyQuestion } from '../../decision.js'
import { type NullKeyType, nullKey } from './signature.js'

export interface NullCredentialOptions {
  /** The common name. Default `server.example`. */
  readonly name?: string
  /** Default Ed25519. */
  readonly type?: NullKeyType
  /** What the key is made from. Default: the name. */
  readonly seed?: string
  /** What its AlgorithmIdentifier says of its signature, in DER (RFC 5280 4.1.1.2). Default: Ed25519. */
  readonly signatureAlgorithm?: Uint8Array
}

const ed25519 = Uint8Array.of(0x06, 0x03, 0x2b, 0x65, 0x70)

/** A self-signed toy certificate with its toy key. */
export function nullCredential(options: NullCredentialOptions = {}): Credential {
  const { name = 'server.example', type = 'ed25519', seed = name, signatureAlgorithm } = options
  const key = nullKey(type, seed)
  return { chain: [nullCertificate(name, key.publicKey, signatureAlgorithm)], key }
}

/** A certificate (RFC 5280 4.1) without extensions, valid from 1970 to 2049, with a signature that is not one. */
export function nullCertificate(
  name: string,
  { spki }: SubjectPublicKey,
  signatureAlgorithm: Uint8Array = ed25519,
): Uint8Array {
  const algorithm = sequence(signatureAlgorithm)
  const commonName = sequence(Uint8Array.of(0x06, 0x03, 0x55, 0x04, 0x03), tlv(0x0c, ascii(name)))
  const subject = sequence(tlv(0x31, commonName))
  const validity = sequence(tlv(0x17, ascii('700101000000Z')), tlv(0x17, ascii('491231235959Z')))
  const version = tlv(0xa0, Uint8Array.of(0x02, 0x01, 0x02))
  const serial = Uint8Array.of(0x02, 0x01, 0x01)
  const tbs = sequence(version, serial, algorithm, subject, validity, subject, spki)
  return sequence(tbs, algorithm, tlv(0x03, new Uint8Array(65)))
}

/** A verification policy that trusts everybody: what a verifier's answer looks like, without its work. */
export function trustEveryone({ chain }: VerifyQuestion): VerifyAnswer {
  const [leaf] = chain
  if (leaf === undefined) return { ok: false, code: 'noCertificate', message: 'the chain is empty' }
  return { ok: true, publicKey: certificatePublicKey(leaf).spki }
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tlv(0x30, concat(...parts))
}

function tlv(tag: number, content: Uint8Array): Uint8Array {
  const { length } = content
  if (length < 0x80) return concat(Uint8Array.of(tag, length), content)
  if (length < 0x100) return concat(Uint8Array.of(tag, 0x81, length), content)
  return concat(Uint8Array.of(tag, 0x82, length >> 8, length & 0xff), content)
}
