/**
 * The key schedule of TLS 1.3 (RFC 9846 7.1), as stages: each has the secrets that exist in it, and leads to the next
 * one, wiping what it leaves behind.
 */
import { noBytes, wipe } from '../bytes.js'
import type { CipherSuite, HashAlgorithm } from '../crypto/provider.js'
import type { TrafficKeys } from '../layer/layer.js'
import { Protection13 } from '../layer/protection13.js'
import { hkdfExpandLabel, hkdfExtract } from './hkdf.js'

const emptyHashes = /* @__PURE__ */ new WeakMap<HashAlgorithm, Uint8Array>()

/** The hash of nothing, of which a handshake needs several. */
function emptyHash(hash: HashAlgorithm): Uint8Array {
  let value = emptyHashes.get(hash)
  if (value === undefined) {
    value = hash.hash(noBytes)
    emptyHashes.set(hash, value)
  }
  return value
}

/** A secret of the schedule, from which others are derived. */
class Stage {
  protected readonly hash: HashAlgorithm
  protected readonly prefix: string
  protected readonly secret: Uint8Array

  constructor(hash: HashAlgorithm, prefix: string, secret: Uint8Array) {
    this.hash = hash
    this.prefix = prefix
    this.secret = secret
  }

  wipe(): void {
    wipe(this.secret)
  }

  /** Derive-Secret, over a transcript's hash. */
  protected derive(label: string, transcriptHash: Uint8Array): Uint8Array {
    const { hash, secret, prefix } = this
    return hkdfExpandLabel(hash, secret, prefix, label, transcriptHash, hash.outputLength)
  }

  /** The secret of the next stage; this one's is wiped. */
  protected next(keyMaterial: Uint8Array | undefined): Uint8Array {
    const { hash } = this
    const salt = this.derive('derived', emptyHash(hash))
    const next = hkdfExtract(hash, salt, keyMaterial ?? new Uint8Array(hash.outputLength))
    wipe(salt, keyMaterial)
    this.wipe()
    return next
  }
}

export class EarlyStage extends Stage {
  /** @param psk the PSK, or undefined for none. */
  constructor(hash: HashAlgorithm, prefix: string, psk: Uint8Array | undefined) {
    const zeros = new Uint8Array(hash.outputLength)
    super(hash, prefix, hkdfExtract(hash, zeros, psk ?? zeros))
  }

  /** The HMAC over a truncated ClientHello that shows possession of the PSK (RFC 9846 4.3.11.2). */
  binder(kind: 'external' | 'resumption', transcriptHash: Uint8Array): Uint8Array {
    const label = kind === 'external' ? 'ext binder' : 'res binder'
    const key = this.derive(label, emptyHash(this.hash))
    const value = finishedMac(this.hash, this.prefix, key, transcriptHash)
    wipe(key)
    return value
  }

  clientTraffic(transcriptHash: Uint8Array): Uint8Array {
    return this.derive('c e traffic', transcriptHash)
  }

  exporter(transcriptHash: Uint8Array): Uint8Array {
    return this.derive('e exp master', transcriptHash)
  }

  /** @param sharedSecret of the key exchange, which is wiped; or undefined for psk_ke. */
  handshake(sharedSecret: Uint8Array | undefined): HandshakeStage {
    return new HandshakeStage(this.hash, this.prefix, this.next(sharedSecret))
  }
}

export class HandshakeStage extends Stage {
  traffic(side: 'client' | 'server', transcriptHash: Uint8Array): Uint8Array {
    return this.derive(side === 'client' ? 'c hs traffic' : 's hs traffic', transcriptHash)
  }

  main(): MainStage {
    return new MainStage(this.hash, this.prefix, this.next(undefined))
  }
}

export class MainStage extends Stage {
  traffic(side: 'client' | 'server', transcriptHash: Uint8Array): Uint8Array {
    return this.derive(side === 'client' ? 'c ap traffic' : 's ap traffic', transcriptHash)
  }

  exporter(transcriptHash: Uint8Array): Uint8Array {
    return this.derive('exp master', transcriptHash)
  }

  resumption(transcriptHash: Uint8Array): Uint8Array {
    return this.derive('res master', transcriptHash)
  }
}

/** The verify_data of Finished under a base key (RFC 9846 4.5.3); binders are made in the same way. */
export function finishedMac(
  hash: HashAlgorithm,
  prefix: string,
  baseKey: Uint8Array,
  transcriptHash: Uint8Array,
): Uint8Array {
  const key = hkdfExpandLabel(hash, baseKey, prefix, 'finished', noBytes, hash.outputLength)
  const mac = hash.hmac(key, transcriptHash)
  wipe(key)
  return mac
}

/** The next generation of an application traffic secret (RFC 9846 7.2). */
export function nextTrafficSecret(
  hash: HashAlgorithm,
  prefix: string,
  secret: Uint8Array,
): Uint8Array {
  return hkdfExpandLabel(hash, secret, prefix, 'traffic upd', noBytes, hash.outputLength)
}

/** The PSK of a ticket (RFC 9846 4.7.1). */
export function resumptionPsk(
  hash: HashAlgorithm,
  prefix: string,
  secret: Uint8Array,
  ticketNonce: Uint8Array,
): Uint8Array {
  return hkdfExpandLabel(hash, secret, prefix, 'resumption', ticketNonce, hash.outputLength)
}

/** RFC 9846 7.5. */
export function exportKeyingMaterial(
  hash: HashAlgorithm,
  prefix: string,
  exporterSecret: Uint8Array,
  label: string,
  context: Uint8Array | undefined,
  length: number,
): Uint8Array {
  const nothing = emptyHash(hash)
  const derived = hkdfExpandLabel(hash, exporterSecret, prefix, label, nothing, hash.outputLength)
  const contextHash = context === undefined ? nothing : hash.hash(context)
  return hkdfExpandLabel(hash, derived, prefix, 'exporter', contextHash, length)
}

/** What a layer needs to protect one direction at one level (RFC 9846 7.3). */
export function trafficKeys13(suite: CipherSuite, prefix: string, secret: Uint8Array): TrafficKeys {
  const expand = (label: string, length: number) =>
    hkdfExpandLabel(suite.hash, secret, prefix, label, noBytes, length)
  return {
    suite,
    secret,
    protection() {
      const key = expand('key', suite.aead.keyLength)
      const iv = expand('iv', suite.aead.nonceLength)
      const protection = new Protection13(suite.aead, key, iv)
      wipe(key, iv)
      return protection
    },
    headerMask: () => suite.aead.headerMask(expand('sn', suite.aead.keyLength)),
  }
}
