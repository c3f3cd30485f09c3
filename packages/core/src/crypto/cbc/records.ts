/** Records under a block cipher in CBC mode and HMAC (RFC 5246 6.2.3.2, RFC 7366). */
import { equalConstantTime } from '../../bytes.js'
import type { OpenedRecord, RecordProtection } from '../../layer/layer.js'
import { draw } from '../noble/draw.js'
import type { CbcOptions, CbcRecords, HashAlgorithm, Random } from '../provider.js'
import { KeyedHmac } from './hmac.js'
import { openMacThenEncrypt } from './mac-then-encrypt.js'

const blockLength = 16
const maxContent = 2 ** 14
/** With the byte that tells how many there are. */
const maxPadding = 256

/** AES in CBC mode under one key, for whole blocks. Both directions return fresh memory. */
export interface CbcCipher {
  encrypt(iv: Uint8Array, text: Uint8Array): Uint8Array
  decrypt(iv: Uint8Array, text: Uint8Array): Uint8Array
  wipe(): void
}

/**
 * @param keyLength bytes of the cipher's key.
 * @param createCipher copies the key.
 */
export function cbcRecords(
  hash: HashAlgorithm,
  keyLength: number,
  createCipher: (key: Uint8Array) => CbcCipher,
): CbcRecords {
  const macKeyLength = hash.outputLength
  return {
    kind: 'cbc',
    macKeyLength,
    keyLength,
    create(options) {
      if (options.macKey.length !== macKeyLength || options.key.length !== keyLength) {
        throw new TypeError(`keys of ${macKeyLength} and ${keyLength} bytes expected`)
      }
      return new CbcProtection(hash, createCipher(options.key), options)
    },
  }
}

class CbcProtection implements RecordProtection {
  readonly concealsType = false
  // TLS 1.2 names no limits for these, and has no KeyUpdate.
  readonly confidentialityLimit = Number.POSITIVE_INFINITY
  readonly integrityLimit = Number.POSITIVE_INFINITY
  readonly #mac: KeyedHmac
  readonly #cipher: CbcCipher
  readonly #encryptThenMac: boolean
  readonly #random: Random

  constructor(hash: HashAlgorithm, cipher: CbcCipher, options: CbcOptions) {
    this.#mac = new KeyedHmac(hash, options.macKey)
    this.#cipher = cipher
    this.#encryptThenMac = options.encryptThenMac
    this.#random = options.random
  }

  sealedLength(length: number): number {
    // The least padding is the byte that says that there is no more.
    return this.#fragmentLength(length, Math.ceil, 1)
  }

  longestSealed(length: number): number {
    return this.#fragmentLength(length, Math.floor, maxPadding)
  }

  #fragmentLength(length: number, round: (blocks: number) => number, padding: number): number {
    const inside = this.#encryptThenMac ? 0 : this.#mac.length
    const blocks = round((length + inside + padding) / blockLength)
    return blockLength + blocks * blockLength + this.#mac.length - inside
  }

  seal(
    sequence: number,
    type: number,
    content: Uint8Array,
    _padding: number,
    header: Uint8Array,
    out: Uint8Array,
    outOffset: number,
  ): void {
    const { length } = content
    const end = outOffset + this.sealedLength(length)
    const inside = this.#encryptThenMac ? 0 : this.#mac.length
    const outside = this.#mac.length - inside
    const text = new Uint8Array(end - outOffset - blockLength - outside)
    const pseudoHeader = pseudoHeaderOf(sequence, type, header)
    // RFC 5246 6.2.3.2: each byte of the padding is the number of those before the last.
    text.fill(text.length - length - inside - 1, length + inside)
    text.set(content)
    if (!this.#encryptThenMac) {
      setLength(pseudoHeader, length)
      text.set(this.#mac.mac(pseudoHeader, content), length)
    }
    const iv = draw(this.#random, blockLength)
    out.set(iv, outOffset)
    out.set(this.#cipher.encrypt(iv, text), outOffset + blockLength)
    if (this.#encryptThenMac) {
      const encrypted = out.subarray(outOffset, end - outside)
      setLength(pseudoHeader, encrypted.length)
      out.set(this.#mac.mac(pseudoHeader, encrypted), end - outside)
    }
  }

  open(
    sequence: number,
    type: number,
    header: Uint8Array,
    fragment: Uint8Array,
  ): OpenedRecord | undefined {
    const { length } = fragment
    const outside = this.#encryptThenMac ? this.#mac.length : 0
    if ((length - outside) % blockLength !== 0) return undefined
    if (length < this.sealedLength(0) || length > this.longestSealed(maxContent)) return undefined
    const pseudoHeader = pseudoHeaderOf(sequence, type, header)
    const encrypted = fragment.subarray(0, length - outside)
    const content = this.#encryptThenMac
      ? this.#openEncryptThenMac(pseudoHeader, encrypted, fragment.subarray(length - outside))
      : openMacThenEncrypt(this.#mac, pseudoHeader, this.#decrypt(encrypted))
    // That it is longer than 2^14 bytes is not for us to say: the reader has another alert for that.
    return content && { type, content }
  }

  /** RFC 7366 section 3: nothing is decrypted before the MAC is found right. */
  #openEncryptThenMac(
    pseudoHeader: Uint8Array,
    encrypted: Uint8Array,
    received: Uint8Array,
  ): Uint8Array | undefined {
    setLength(pseudoHeader, encrypted.length)
    if (!equalConstantTime(this.#mac.mac(pseudoHeader, encrypted), received)) return undefined
    const text = this.#decrypt(encrypted)
    // Whoever made this padding holds the key, and learns nothing from an early exit.
    const padding = text[text.length - 1] as number
    const end = text.length - 1 - padding
    if (end < 0 || text.subarray(end).some((octet) => octet !== padding)) return undefined
    return text.subarray(0, end)
  }

  #decrypt(encrypted: Uint8Array): Uint8Array {
    const iv = encrypted.subarray(0, blockLength)
    return this.#cipher.decrypt(iv, encrypted.subarray(blockLength))
  }

  wipe(): void {
    this.#mac.wipe()
    this.#cipher.wipe()
  }
}

/**
 * What the MAC covers beside the record's fragment (RFC 5246 6.2.3.1): sequence number, type, the version that stands in
 * the record's header, and a length, yet to be set.
 */
function pseudoHeaderOf(sequence: number, type: number, header: Uint8Array): Uint8Array {
  const pseudoHeader = new Uint8Array(13)
  const view = new DataView(pseudoHeader.buffer)
  view.setUint32(0, Math.floor(sequence / 2 ** 32))
  view.setUint32(4, sequence % 2 ** 32)
  pseudoHeader[8] = type
  pseudoHeader.set(header.subarray(1, 3), 9)
  return pseudoHeader
}

function setLength(pseudoHeader: Uint8Array, length: number): void {
  pseudoHeader[11] = length >> 8
  pseudoHeader[12] = length
}
