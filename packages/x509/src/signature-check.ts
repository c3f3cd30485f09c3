/** Checks signatures of certificates, revocation lists and OCSP responses, within a budget and none twice. */
import type { CryptoProvider, SubjectPublicKey } from '@sanstls/core'
import { DerError } from '@sanstls/core/der'
import { type CertificateSignature, keyFits, readSignatureAlgorithm } from './algorithm.js'
import { toHex } from './bytes.js'
import { Certificate } from './certificate.js'
import type { Finding } from './fault.js'
import type { SignatureCache } from './signature-cache.js'

/** Whatever carries a signature over some part of itself. */
export interface Signed {
  /** What is signed. */
  readonly tbs: Uint8Array
  /** AlgorithmIdentifier, DER. */
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
}

/** A signature algorithm that no provider and no default has: opt-in (see `dsa`). */
export interface ExtraSignature {
  /** Signature algorithms, object identifiers. */
  readonly ids: readonly string[]
  /** The key's algorithm, object identifier. */
  readonly keyAlgorithm: string
  /** The key's domain parameters, DER; undefined where it has none and inherits them (RFC 3279 2.3.2). */
  parameters(key: SubjectPublicKey): Uint8Array | undefined
  /** Whether the signature is valid. Never throws. */
  verify(
    id: string,
    key: SubjectPublicKey,
    parameters: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
    crypto: CryptoProvider,
  ): boolean
}

export interface SignatureRules {
  readonly crypto: CryptoProvider
  readonly cache: SignatureCache
  readonly limit: number
  readonly extra: readonly ExtraSignature[]
  /** Whether certificates may be signed so. */
  readonly isAllowed?: ((signature: CertificateSignature & { ok: true }) => boolean) | undefined
}

export class SignatureChecker {
  private readonly rules: SignatureRules
  private readonly results = new Map<Signed, Map<string, boolean>>()
  private readonly keyTexts = new Map<SubjectPublicKey, string>()
  private left: number

  constructor(rules: SignatureRules) {
    this.rules = rules
    this.left = rules.limit
  }

  /**
   * Whether `signed` was signed by this key; the finding is about `signed`.
   * @param parameters the domain parameters that the key inherits, DER. A key that needs them and has none is passed
   *   over: the caller checks it when it knows them.
   */
  check(
    signed: Signed,
    key: SubjectPublicKey,
    issuer: string,
    parameters?: Uint8Array,
  ): Finding | undefined {
    const mismatch: Finding = {
      code: 'badSignature',
      detail: `is not signed by the key of its issuer (${issuer})`,
    }
    const known = this.results.get(signed)?.get(this.keyText(key))
    if (known !== undefined) return known ? undefined : mismatch
    const signature = readAlgorithm(signed.signatureAlgorithm)
    const extra = this.extraFor(signature)
    if (extra !== undefined) return this.checkExtra(extra, signed, key, parameters, mismatch)
    if (!signature.ok) return { code: signature.code, detail: `is signed with ${signature.detail}` }
    if (this.rules.isAllowed?.(signature) === false && signed instanceof Certificate) {
      return {
        code: 'signatureAlgorithmNotAllowed',
        detail: `is signed with ${signature.name}, which is not allowed here`,
      }
    }
    const { crypto, cache } = this.rules
    const algorithm = crypto.signatures.find(({ name }) => name === signature.name)
    if (algorithm === undefined) {
      const detail = `is signed with ${signature.name}, which provider ${crypto.name} lacks`
      return { code: 'unsupportedAlgorithm', detail }
    }
    if (!keyFits(signature, key)) return mismatch
    const fact = signed instanceof Certificate ? cache.fact(signed, key) : undefined
    // First, since a provider may have to import a key to see whether it can use it.
    if (fact !== undefined && cache.has(fact)) return undefined
    if (!algorithm.supports(key)) {
      const detail = `is signed by a key that provider ${crypto.name} cannot use`
      return { code: 'unsupportedAlgorithm', detail }
    }
    const exhausted = this.spend()
    if (exhausted !== undefined) return exhausted
    const valid = algorithm.verify(key, signed.tbs, signed.signature, signature.saltLength)
    this.remember(signed, key, valid)
    if (!valid) return mismatch
    if (fact !== undefined) cache.add(fact)
    return undefined
  }

  /** Whether a key's kind is known to an opt-in algorithm. */
  isExtraKey(key: SubjectPublicKey): boolean {
    return this.rules.extra.some(({ keyAlgorithm }) => keyAlgorithm === key.algorithm)
  }

  /** The domain parameters of a key, its own or those it inherits. */
  parametersOf(key: SubjectPublicKey, inherited: Uint8Array | undefined): Uint8Array | undefined {
    const extra = this.rules.extra.find(({ keyAlgorithm }) => keyAlgorithm === key.algorithm)
    return extra === undefined ? undefined : (extra.parameters(key) ?? inherited)
  }

  private extraFor(signature: CertificateSignature): ExtraSignature | undefined {
    const { id } = signature
    return this.rules.extra.find(({ ids }) => ids.includes(id))
  }

  private checkExtra(
    extra: ExtraSignature,
    signed: Signed,
    key: SubjectPublicKey,
    inherited: Uint8Array | undefined,
    mismatch: Finding,
  ): Finding | undefined {
    if (key.algorithm !== extra.keyAlgorithm) return mismatch
    const parameters = extra.parameters(key) ?? inherited
    if (parameters === undefined) return undefined
    const exhausted = this.spend()
    if (exhausted !== undefined) return exhausted
    const { id } = readAlgorithm(signed.signatureAlgorithm)
    const { tbs, signature } = signed
    const valid = extra.verify(id, key, parameters, tbs, signature, this.rules.crypto)
    this.remember(signed, key, valid)
    return valid ? undefined : mismatch
  }

  private remember(signed: Signed, key: SubjectPublicKey, valid: boolean): void {
    const byKey = this.results.get(signed) ?? new Map<string, boolean>()
    this.results.set(signed, byKey.set(this.keyText(key), valid))
  }

  /** Certificates that certify each other have the same few keys again and again. */
  private keyText(key: SubjectPublicKey): string {
    const known = this.keyTexts.get(key)
    if (known !== undefined) return known
    const text = toHex(key.spki)
    this.keyTexts.set(key, text)
    return text
  }

  private spend(): Finding | undefined {
    this.left -= 1
    if (this.left >= 0) return undefined
    return {
      code: 'budgetExceeded',
      detail: `No valid path was found within ${this.rules.limit} signature checks`,
    }
  }
}

/** What something is signed with, as it says itself. */
export const signatureOf = ({ signatureAlgorithm }: Signed): CertificateSignature =>
  readAlgorithm(signatureAlgorithm)

function readAlgorithm(der: Uint8Array): CertificateSignature {
  try {
    return readSignatureAlgorithm(der)
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    const detail = `bad parameters: ${error.reason}`
    return { ok: false, id: '', code: 'unsupportedAlgorithm', detail }
  }
}
