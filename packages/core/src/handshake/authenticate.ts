/**
 * Authentication with certificates, either role: what is signed, which scheme fits which key, whether the peer is
 * verified (RFC 9846 4.5).
 */
import { ascii, concat, equal, noBytes } from '../bytes.js'
import type { Verification } from '../config.js'
import { certificatePublicKey } from '../crypto/certificate.js'
import { fits13, type SignatureScheme } from '../crypto/scheme.js'
import type { SubjectPublicKey } from '../crypto/spki.js'
import type { Credential, CredentialQuestion, VerifyAnswer, VerifyQuestion } from '../decision.js'
import { Fault } from '../fault.js'
import type { Settings } from '../options.js'
import type { UsableScheme } from '../options-selection.js'
import type { Peer } from '../output.js'
import type { StoredPeer } from '../session.js'
import { isPinned } from '../verification.js'
import { decode, encode } from '../wire/codec.js'
import type { Extension } from '../wire/extension.js'
import { extensionTable, readExtensions } from '../wire/extension.js'
import {
  type Certificate,
  type CertificateVerify,
  certificate,
  certificateVerify,
} from '../wire/message.js'
import { ask, type Context, type Step } from './context.js'
import { common } from './negotiate.js'
import { keptPeer } from './peer-chain.js'

/** What the peer presented, before anyone has verified it. */
export interface PresentedPeer {
  readonly chain: readonly Uint8Array[]
  readonly key: SubjectPublicKey
  readonly staple: Uint8Array | undefined
  readonly scts: readonly Uint8Array[]
}

const verified = Symbol('verified')

/** A peer that verification has passed: only this file can make one, and the final state demands one. */
export interface VerifiedPeer extends Peer {
  readonly [verified]: true
  readonly expires: number | undefined
}

/**
 * Reads a Certificate message.
 * @returns undefined for an empty list.
 * @param solicited the extensions that we asked for.
 * @throws {Fault}
 */
export function readCertificate(
  body: Uint8Array,
  requestContext: Uint8Array,
  solicited: ReadonlySet<number>,
  settings: Settings,
): PresentedPeer | undefined {
  const message: Certificate = decode(certificate, body)
  if (!equal(message.certificateRequestContext, requestContext))
    throw new Fault('illegalParameter', 'certificate_request_context is not the one of the request')
  if (message.certificateList.length > settings.limits.chain)
    throw new Fault(
      'certificateRejected',
      `the chain has ${message.certificateList.length} certificates, limits.chain is ${settings.limits.chain}`,
    )
  const read = message.certificateList.map(({ certData, extensions }) => {
    const values = readExtensions('certificate', extensions)
    for (const { type } of extensions)
      if (!solicited.has(type))
        throw new Fault('unsolicitedExtension', `extension ${type} in Certificate`)
    return { certData, values }
  })
  const [first] = read
  if (first === undefined) return undefined
  return {
    chain: read.map(({ certData }) => certData),
    key: publicKeyOf(first.certData),
    staple: first.values.statusRequest?.response,
    scts: first.values.signedCertificateTimestamp ?? [],
  }
}

/** @throws {Fault} */
export function publicKeyOf(certData: Uint8Array): SubjectPublicKey {
  try {
    return certificatePublicKey(certData)
  } catch (cause) {
    throw new Fault(
      'malformedCertificate',
      cause instanceof Error ? cause.message : String(cause),
      { cause },
    )
  }
}

/**
 * Checks a CertificateVerify (RFC 9846 4.5.2).
 * @returns the scheme it was made with.
 * @throws {Fault}
 */
export function checkCertificateVerify(
  body: Uint8Array,
  peer: PresentedPeer,
  peerRole: 'client' | 'server',
  transcriptHash: Uint8Array,
  settings: Settings,
): SignatureScheme {
  const message: CertificateVerify = decode(certificateVerify, body)
  const scheme = settings.schemes.find(({ id }) => id === message.algorithm)
  if (scheme === undefined || scheme.handshake === 'tls12')
    throw new Fault('unofferedSignatureScheme', `scheme 0x${message.algorithm.toString(16)}`)
  checkSignature(scheme, fits13, peer.key, signedContent(peerRole, transcriptHash), message)
  return scheme
}

/** @throws {Fault} where the scheme is not one for the key, or the signature is wrong. */
export function checkSignature(
  scheme: UsableScheme,
  fits: Fits,
  key: SubjectPublicKey,
  content: Uint8Array,
  { signature }: Pick<CertificateVerify, 'signature'>,
): void {
  if (!fits(scheme, key))
    throw new Fault(
      'mismatchedSignatureScheme',
      `${scheme.name} with a key of type ${key.type} ${key.curve ?? ''}`.trimEnd(),
    )
  if (!scheme.verifier.verify(key, content, signature)) throw new Fault('badSignature', scheme.name)
}

/** Whether a version lets a scheme sign its handshake with a key. */
export type Fits = (scheme: SignatureScheme, key: SubjectPublicKey) => boolean

function signedContent(role: 'client' | 'server', transcriptHash: Uint8Array): Uint8Array {
  const context = `TLS 1.3, ${role} CertificateVerify`
  return concat(new Uint8Array(64).fill(0x20), ascii(context), Uint8Array.of(0), transcriptHash)
}

/** Has the peer verified, then goes on with it. The peer's signature has been checked before. */
export function verifyPeer(
  verification: Verification,
  question: Omit<VerifyQuestion, 'kind' | 'chain' | 'staple' | 'scts'>,
  presented: PresentedPeer,
  then: (peer: VerifiedPeer) => Step,
): Step {
  if (typeof verification === 'object') {
    // A pin is the stricter of the two.
    if (!('pinnedKeys' in verification)) return then(verifiedPeer(presented, {}, true))
    if (isPinned(verification, presented.key.spki)) return then(verifiedPeer(presented, {}))
    throw new Fault('certificateRejected', 'the public key is not one of the pinned ones')
  }
  const full: VerifyQuestion = {
    kind: 'verify',
    chain: presented.chain,
    staple: presented.staple,
    scts: presented.scts,
    ...question,
  }
  return ask(full, verification, (answer: VerifyAnswer) => {
    if (answer.ok !== true)
      throw new Fault('certificateRejected', `${answer.code}: ${answer.message}`, {
        ...(answer.alert === undefined ? {} : { alert: answer.alert }),
      })
    // Two parsers that disagree about the key would authenticate the wrong one.
    if (!(answer.publicKey instanceof Uint8Array) || !equal(answer.publicKey, presented.key.spki))
      throw new Fault('verifierMismatch', `${presented.chain.length} certificates`)
    return then(verifiedPeer(presented, answer))
  })
}

function verifiedPeer(
  presented: PresentedPeer,
  { details, expires }: Pick<Extract<VerifyAnswer, { ok: true }>, 'details' | 'expires'>,
  dangerouslyUnverified = false,
): VerifiedPeer {
  const { chain, publicKey } = keptPeer(presented)
  return { chain, publicKey, details, dangerouslyUnverified, expires, [verified]: true }
}

/** The peer of a session: the PSK shows that it is the one that was verified when the session began. */
export function resumedPeer(stored: StoredPeer, expires: number): VerifiedPeer {
  const { chain, publicKey, dangerouslyUnverified } = stored
  return {
    chain,
    publicKey,
    details: undefined,
    dangerouslyUnverified,
    expires,
    [verified]: true,
  }
}

/** What sessions keep of a peer. */
export function storedPeer(peer: Peer | undefined): StoredPeer | undefined {
  if (peer === undefined) return undefined
  const { chain, publicKey, dangerouslyUnverified } = peer
  return { chain, publicKey, dangerouslyUnverified }
}

/** The peer of an exported connection, which verified it. */
export function restoredPeer(peer: Peer, expires: number | undefined): VerifiedPeer {
  const { chain, publicKey, details, dangerouslyUnverified } = peer
  return { chain, publicKey, details, dangerouslyUnverified, expires, [verified]: true }
}

/** Chooses our credential for TLS 1.3, then goes on with it and the scheme to sign with. */
export function chooseCredential(
  settings: Settings,
  question: Omit<CredentialQuestion, 'kind'>,
  then: (chosen: ChosenCredential | undefined) => Step,
): Step {
  const choose = (credential: Credential) => {
    const scheme = signingScheme(credential, settings, question.signatureSchemes, fits13)
    return scheme === undefined ? undefined : { credential, scheme }
  }
  return askCredential(settings, question, choose, then)
}

/** Goes on with what `choose` makes of the first credential that it can use, or undefined where there is none. */
export function askCredential<T>(
  settings: Settings,
  question: Omit<CredentialQuestion, 'kind'>,
  choose: (credential: Credential) => T | undefined,
  then: (chosen: T | undefined) => Step,
): Step {
  const { credentials } = settings
  if (credentials === undefined) return then(undefined)
  if (credentials !== 'decide' && typeof credentials !== 'function') {
    for (const credential of credentials) {
      const chosen = choose(credential)
      if (chosen !== undefined) return then(chosen)
    }
    return then(undefined)
  }
  return ask({ kind: 'credential', ...question }, credentials, (credential) => {
    const chosen = credential === undefined ? undefined : choose(credential)
    if (credential !== undefined && chosen === undefined)
      throw new Fault('noCommonSignature', 'the credential that was chosen')
    return then(chosen)
  })
}

export interface ChosenCredential {
  readonly credential: Credential
  readonly scheme: SignatureScheme
}

const keys = new WeakMap<Credential, SubjectPublicKey>()

/** The public key of a credential, which has a certificate. */
export function credentialKey(credential: Credential): SubjectPublicKey {
  let key = keys.get(credential)
  if (key === undefined) {
    key = certificatePublicKey(credential.chain[0] ?? noBytes)
    keys.set(credential, key)
  }
  return key
}

/** The scheme to sign with, by the order of the side that decides; undefined where none fits. */
export function signingScheme(
  credential: Credential,
  { signingSchemes, config }: Settings,
  peerSchemes: readonly number[],
  fits: Fits,
): SignatureScheme | undefined {
  const key = credentialKey(credential)
  const { key: signer } = credential
  const preference = 'preference' in config ? config.preference : undefined
  // Keys do not list the weak algorithms, which only a configuration that names them gets.
  const signs = ({ algorithm, optIn }: SignatureScheme) =>
    signer === 'decide' || optIn || signer.algorithms.includes(algorithm)
  return common(signingSchemes, peerSchemes, preference ?? 'server').find(
    (scheme) => fits(scheme, key) && signs(scheme),
  )
}

/** The Certificate message for a credential, with what the peer asked for. */
export function certificateMessage(
  credential: Credential | undefined,
  requestContext: Uint8Array,
  wanted: { readonly staple: boolean; readonly scts: boolean },
): Uint8Array {
  const certificateList = (credential?.chain ?? []).map((certData, index) => ({
    certData,
    extensions:
      index === 0 && credential !== undefined ? certificateExtensions(credential, wanted) : [],
  }))
  return encode(certificate, { certificateRequestContext: requestContext, certificateList })
}

function certificateExtensions(
  { staple, scts }: Credential,
  wanted: { readonly staple: boolean; readonly scts: boolean },
): readonly Extension[] {
  const { statusRequest, signedCertificateTimestamp } = extensionTable
  const list: Extension[] = []
  if (wanted.staple && staple !== undefined)
    list.push({
      type: statusRequest.type,
      data: encode(statusRequest.certificate, { statusType: undefined, response: staple }),
    })
  if (wanted.scts && scts !== undefined && scts.length > 0)
    list.push({
      type: signedCertificateTimestamp.type,
      data: encode(signedCertificateTimestamp.certificate, scts),
    })
  return list
}

/** Signs the handshake of TLS 1.3, at once or by decision, then goes on with the CertificateVerify message. */
export function signHandshake(
  chosen: ChosenCredential,
  role: 'client' | 'server',
  transcriptHash: Uint8Array,
  context: Context,
  then: (certificateVerifyBody: Uint8Array) => Step,
): Step {
  const { id } = chosen.scheme
  const finish = (signature: Uint8Array) =>
    then(encode(certificateVerify, { algorithm: id, signature }))
  return sign(chosen, signedContent(role, transcriptHash), context, finish)
}

/** Signs a message, at once or by decision. */
export function sign(
  { credential, scheme }: ChosenCredential,
  message: Uint8Array,
  context: Context,
  then: (signature: Uint8Array) => Step,
): Step {
  const finish = (signature: Uint8Array | undefined) => {
    if (!(signature instanceof Uint8Array) || signature.length === 0)
      throw new Fault('signingFailed', `no signature for ${scheme.name}`)
    return then(signature)
  }
  const { key } = credential
  if (key === 'decide')
    return ask({ kind: 'sign', credential, scheme: scheme.id, message }, 'decide', finish)
  let signature: Uint8Array
  try {
    signature = key.sign(scheme.algorithm, message, (length) => context.random(length))
  } catch (cause) {
    throw cause instanceof Fault ? cause : new Fault('signingFailed', scheme.name, { cause })
  }
  return finish(signature)
}
