/**
 * Handshake messages out of fragments that come in any order, overlap and repeat (RFC 9147 5.5). Memory grows with the
 * bytes that came, never with the lengths that they claim.
 */
import { copyBytes } from '../../bytes.js'
import { Fault } from '../../fault.js'
import { messageType } from '../../wire/registry.js'
import type { HandshakeMessage } from '../layer.js'
import type { Fragment } from './fragment.js'
import { Ranges } from './ranges.js'
import { writeUint } from './record.js'

/** How far ahead of the next message a message may be. No flight has more. */
const maxAhead = 16
/** Pieces of one message that do not touch. A message of the largest size in datagrams of the smallest has as many. */
const maxPieces = 1024

export type Outcome =
  /** It brought something, in order. */
  | 'taken'
  /** It brought something, or nothing, while something before it is missing. */
  | 'gap'
  /** Of a message that has been delivered. */
  | 'old'
  /** Not kept: it must not be acknowledged. */
  | 'refused'

export interface ReassemblyOptions {
  /** Most bytes of a message. */
  readonly limit: number
  /**
   * A server that forgets may begin with the second ClientHello, whose message_seq is 1 (RFC 9147 5.2). Either way the
   * first message is a ClientHello, and nothing else is kept before it.
   */
  readonly begins: 'anything' | 'firstClientHello' | 'eitherClientHello'
}

/** Bytes without a gap, in a buffer that grows with them. */
interface Piece {
  readonly offset: number
  length: number
  buffer: Uint8Array
}

interface Assembly {
  readonly type: number
  readonly length: number
  readonly pieces: Piece[]
  readonly have: Ranges
  bytes: number
  /** The number of the last record that brought something. */
  record: number
}

export interface Delivered {
  readonly message: HandshakeMessage
  readonly messageSequence: number
  readonly record: number
}

export class Reassembly {
  readonly #options: ReassemblyOptions
  readonly #assemblies = new Map<number, Assembly>()
  #next = 0
  #begun = false

  constructor(options: ReassemblyOptions) {
    this.#options = options
  }

  /** The message_seq of the message to be delivered next. */
  get next(): number {
    return this.#next
  }

  get begun(): boolean {
    return this.#begun
  }

  /** Bytes are kept that have not been delivered. */
  get waiting(): boolean {
    return this.#assemblies.size > 0
  }

  isOld({ messageSequence }: Fragment): boolean {
    return messageSequence < this.#next
  }

  /**
   * @param authenticated whether the peer is known to have sent it. What anyone may have sent is never a reason to fail.
   * @throws {Fault} where an authenticated peer contradicts itself.
   */
  add(fragment: Fragment, record: number, authenticated: boolean): Outcome {
    const { messageSequence, length, data } = fragment
    if (this.isOld(fragment)) return 'old'
    if (messageSequence > this.#next + maxAhead || !this.#mayBegin(fragment)) return 'refused'
    if (length > this.#options.limit) {
      if (!authenticated) return 'refused'
      throw new Fault('messageTooLong', `${length} bytes where ${this.#options.limit} may be`)
    }
    // It says nothing of a message that has bytes.
    if (data.length === 0 && length > 0) return 'refused'
    const assembly = this.#assemblyFor(fragment, authenticated)
    const outcome = this.#keep(assembly, fragment)
    if (outcome === 'refused') return outcome
    assembly.record = record
    this.#assemblies.set(messageSequence, assembly)
    return outcome
  }

  #mayBegin({ type, messageSequence }: Fragment): boolean {
    const { begins } = this.#options
    if (this.#begun || begins === 'anything') return true
    const last = begins === 'eitherClientHello' ? 1 : 0
    return type === messageType.clientHello && messageSequence <= last
  }

  /**
   * The message that a fragment belongs to. One that contradicts what came before (RFC 9147 5.5) ends a protected
   * handshake; in the clear either may be the forgery, so collecting begins anew with the later one, and bytes of the two
   * are never mixed.
   */
  #assemblyFor(fragment: Fragment, authenticated: boolean): Assembly {
    const known = this.#assemblies.get(fragment.messageSequence)
    if (known !== undefined) {
      if (agrees(known, fragment)) return known
      if (authenticated)
        throw new Fault('inconsistentFragment', `message ${fragment.messageSequence}`)
    }
    const { type, length } = fragment
    return { type, length, pieces: [], have: new Ranges(), bytes: 0, record: 0 }
  }

  #keep(assembly: Assembly, fragment: Fragment): Outcome {
    const { messageSequence, offset, data, length } = fragment
    // A message without bytes is there with its header: it counts as one byte.
    const end = length === 0 ? 1 : offset + data.length
    const missing = assembly.have.missing(offset, end)
    // Nothing new, and yet the message is not complete: the peer repeats itself because something was lost.
    if (missing.length === 0) return 'gap'
    const inOrder =
      messageSequence === this.#frontier() && assembly.have.missing(0, offset).length === 0
    const size = missing.reduce((sum, [from, to]) => sum + to - from, 0)
    if (assembly.pieces.length + missing.length > maxPieces) return 'refused'
    const ahead = messageSequence > this.#next
    if (ahead && this.#aheadBytes() + size > this.#options.limit) return 'refused'
    for (const [from, to] of missing) {
      append(assembly.pieces, from, data.subarray(from - offset, to - offset))
      assembly.bytes += to - from
      assembly.have.add(from, to)
    }
    return inOrder ? 'taken' : 'gap'
  }

  /** The first message that is not complete. */
  #frontier(): number {
    let sequence = this.#next
    while (isComplete(this.#assemblies.get(sequence))) sequence++
    return sequence
  }

  #aheadBytes(): number {
    let bytes = 0
    for (const [sequence, assembly] of this.#assemblies)
      if (sequence > this.#next) bytes += assembly.bytes
    return bytes
  }

  /** The next message, where it is complete. */
  deliver(): Delivered | undefined {
    for (const sequence of this.#candidates()) {
      const assembly = this.#assemblies.get(sequence)
      if (assembly === undefined || !isComplete(assembly)) continue
      for (const known of [...this.#assemblies.keys()])
        if (known <= sequence) this.#assemblies.delete(known)
      this.#next = sequence + 1
      this.#begun = true
      return { message: assemble(assembly), messageSequence: sequence, record: assembly.record }
    }
    return undefined
  }

  #candidates(): readonly number[] {
    if (this.#begun || this.#options.begins !== 'eitherClientHello') return [this.#next]
    return [0, 1]
  }

  /** Drops what has not been delivered. */
  drop(): void {
    this.#assemblies.clear()
  }

  /** Back to the beginning. */
  reset(): void {
    this.drop()
    this.#next = 0
    this.#begun = false
  }
}

function agrees({ type, length, pieces }: Assembly, fragment: Fragment): boolean {
  if (type !== fragment.type || length !== fragment.length) return false
  return pieces.every(({ offset, buffer, length: held }) => {
    const from = Math.max(offset, fragment.offset)
    const to = Math.min(offset + held, fragment.offset + fragment.data.length)
    for (let at = from; at < to; at++)
      if (buffer[at - offset] !== fragment.data[at - fragment.offset]) return false
    return true
  })
}

/** Copies: the record may be lent, or much larger than what is new in it. */
function append(pieces: Piece[], from: number, data: Uint8Array): void {
  const piece = pieces.find(({ offset, length }) => offset + length === from)
  if (piece === undefined) {
    pieces.push({ offset: from, length: data.length, buffer: copyBytes(data) })
    return
  }
  const needed = piece.length + data.length
  if (needed > piece.buffer.length) {
    const grown = new Uint8Array(Math.max(needed, 2 * piece.length))
    grown.set(piece.buffer.subarray(0, piece.length))
    piece.buffer = grown
  }
  piece.buffer.set(data, piece.length)
  piece.length = needed
}

function isComplete(assembly: Assembly | undefined): boolean {
  return assembly?.have.missing(0, Math.max(assembly.length, 1)).length === 0
}

/** The transcript has the header of TLS 1.3, without sequence and fragments (RFC 9147 5.2). */
function assemble({ type, length, pieces }: Assembly): HandshakeMessage {
  const raw = new Uint8Array(4 + length)
  raw[0] = type
  writeUint(raw, 1, length, 3)
  for (const { offset, buffer, length: held } of pieces)
    raw.set(buffer.subarray(0, held), 4 + offset)
  return { type, body: raw.subarray(4), raw }
}
