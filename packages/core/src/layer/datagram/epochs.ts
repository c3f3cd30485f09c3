/** Keys of one epoch and direction: opening and sealing its records (RFC 9147 4.2). */
import { copyBytes } from '../../bytes.js'
import { Fault } from '../../fault.js'
import type { Level, RecordProtection, TrafficKeys } from '../layer.js'
import {
  maskSequence,
  maxSequence,
  type ProtectedRecord,
  plaintextHeaderLength,
  readUint,
  reconstruct,
  sampleLength,
  unifiedHeaderLength,
  writePlaintextHeader,
  writeUnifiedHeader,
} from './record.js'
import { ReplayWindow } from './replay.js'

export interface Opened {
  readonly epoch: number
  readonly sequence: number
  readonly level: Level
  readonly type: number
  readonly content: Uint8Array
}

export class ReadEpoch {
  readonly epoch: number
  readonly level: Level
  /** Monotonic ms from which its records are not opened any more. */
  retires = Number.POSITIVE_INFINITY
  readonly #protection: RecordProtection
  readonly #mask: (sample: Uint8Array) => Uint8Array
  readonly #window = new ReplayWindow()
  #failures = 0

  constructor(epoch: number, level: Level, keys: TrafficKeys) {
    this.epoch = epoch
    this.level = level
    this.#protection = keys.protection()
    this.#mask = keys.headerMask()
  }

  open(record: ProtectedRecord): Opened | 'forged' | 'replayed' {
    const { fragment, sequenceLength } = record
    // RFC 9147 4.2.3: a shorter record counts as one that does not authenticate.
    if (fragment.length < sampleLength) return this.#forged()
    const header = copyBytes(record.header)
    maskSequence(header, sequenceLength, this.#mask(fragment.subarray(0, sampleLength)))
    const low = readUint(header, 1, sequenceLength)
    const sequence = reconstruct(low, sequenceLength, this.#window.next)
    const opened = this.#protection.open(sequence, 0, header, fragment)
    if (opened === undefined) return this.#forged()
    // Only now: what has not authenticated neither moves the window nor learns from it (RFC 9147 4.5.1).
    if (!this.#window.isNew(sequence)) return 'replayed'
    this.#window.add(sequence)
    return { epoch: this.epoch, sequence, level: this.level, ...opened }
  }

  #forged(): 'forged' {
    this.#failures++
    return 'forged'
  }

  /** RFC 9147 4.5.3: so many forgeries were tried that one might succeed. */
  get exhausted(): boolean {
    return this.#failures >= this.#protection.integrityLimit
  }

  /** Half of that: time to ask for new keys. */
  get worn(): boolean {
    return this.#failures * 2 >= this.#protection.integrityLimit
  }

  wipe(): void {
    this.#protection.wipe()
  }
}

export class WriteEpoch {
  readonly epoch: number
  readonly level: Level
  readonly #protection: RecordProtection | undefined
  readonly #mask: ((sample: Uint8Array) => Uint8Array) | undefined
  #sequence = 0

  /** @param keys absent in epoch 0. */
  constructor(epoch: number, level: Level, keys?: TrafficKeys) {
    this.epoch = epoch
    this.level = level
    this.#protection = keys?.protection()
    this.#mask = keys?.headerMask()
  }

  /** The number of the next record. */
  get sequence(): number {
    return this.#sequence
  }

  /** Leaves numbers out, so that none is used that a forgotten connection object has used. */
  skipTo(sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence)
  }

  /** Bytes that a record has beside its content. */
  get overhead(): number {
    if (this.#protection === undefined) return plaintextHeaderLength
    return unifiedHeaderLength + this.#protection.sealedLength(0, 0)
  }

  /** Records that may be sealed. */
  get limit(): number {
    return Math.min(this.#protection?.confidentialityLimit ?? maxSequence, maxSequence)
  }

  /** Bytes that a record takes. */
  sealedLength(length: number, padding: number): number {
    if (this.#protection === undefined) return plaintextHeaderLength + length
    const sealed = this.#protection.sealedLength(length, padding)
    return unifiedHeaderLength + Math.max(sealed, sampleLength)
  }

  /** Writes a record; returns its number. */
  seal(
    type: number,
    content: Uint8Array,
    padding: number,
    out: Uint8Array,
    offset: number,
  ): { readonly sequence: number; readonly length: number } {
    const sequence = this.#sequence
    // RFC 9147 4.2.1: the number never wraps.
    if (sequence > maxSequence) throw new Fault('sequenceExhausted', `epoch ${this.epoch}`)
    this.#sequence++
    const protection = this.#protection
    if (protection === undefined) {
      writePlaintextHeader(out, offset, type, sequence, content.length)
      out.set(content, offset + plaintextHeaderLength)
      return { sequence, length: plaintextHeaderLength + content.length }
    }
    // RFC 9147 4.2.3: short records are padded, so that there are enough bytes to make the mask from.
    const short = sampleLength - protection.sealedLength(content.length, padding)
    const padded = padding + Math.max(0, short)
    const length = protection.sealedLength(content.length, padded)
    const start = offset + unifiedHeaderLength
    const header = out.subarray(offset, start)
    writeUnifiedHeader(out, offset, this.epoch, sequence, length)
    protection.seal(sequence, type, content, padded, header, out, start)
    const mask = this.#mask?.(out.subarray(start, start + sampleLength))
    if (mask !== undefined) maskSequence(header, 2, mask)
    return { sequence, length: unifiedHeaderLength + length }
  }

  wipe(): void {
    this.#protection?.wipe()
  }
}
