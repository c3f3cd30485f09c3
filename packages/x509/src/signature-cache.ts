import type { HashAlgorithm, SubjectPublicKey } from '@sanstls/core'
import { toHex } from './bytes.js'
import type { Certificate } from './certificate.js'

/**
 * Remembers one kind of fact, that the signature of certificate H was made by key K; the scheme is part of the
 * certificate. Whether either may be used for anything is not remembered: time, names, trust and purpose are checked on
 * every use. Facts are forgotten in the order in which they were learnt.
 */
export class SignatureCache {
  private readonly facts = new Set<string>()
  private readonly hashes = new WeakMap<Certificate | SubjectPublicKey, string>()
  private readonly hash: HashAlgorithm
  private readonly size: number

  /** @param size facts to remember at most. */
  constructor(hash: HashAlgorithm, size: number) {
    this.hash = hash
    this.size = size
  }

  /** Names the fact that `issuerKey` made the signature of `certificate`. */
  fact(certificate: Certificate, issuerKey: SubjectPublicKey): string {
    if (this.size === 0) return ''
    return this.hashOf(certificate, certificate.der) + this.hashOf(issuerKey, issuerKey.spki)
  }

  private hashOf(owner: Certificate | SubjectPublicKey, bytes: Uint8Array): string {
    let text = this.hashes.get(owner)
    if (text === undefined) {
      text = toHex(this.hash.hash(bytes))
      this.hashes.set(owner, text)
    }
    return text
  }

  has(fact: string): boolean {
    return this.facts.has(fact)
  }

  add(fact: string): void {
    if (this.size === 0) return
    this.facts.add(fact)
    for (const oldest of this.facts) {
      if (this.facts.size <= this.size) break
      this.facts.delete(oldest)
    }
  }
}
