/**
 * The one strict reader of DER (X.690): certificates, keys, revocation lists and OCSP responses all pass through it,
 * so that no two parsers here can disagree about the same bytes. It works on offsets and allocates only what it returns.
 *
 * A constructed element is read by entering and leaving it:
 *
 *     const outer = reader.enter(tags.sequence)
 *     const serial = reader.readInteger()
 *     reader.leave(outer) // throws where bytes are left over
 */
import { DerError } from './error.js'
import { readObjectIdentifierText } from './object-identifier.js'
import { readTimeDigits } from './time.js'

export { DerError }

/** Identifier octets of the universal types in use here. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** The identifier octet of a context-specific tag holding a primitive value, for example an implicit `[2] IA5String`. */
export const contextPrimitive = (number: number): number => 0x80 | number

/** The identifier octet of a context-specific tag holding other elements, for example an explicit `[0]`. */
export const contextConstructed = (number: number): number => 0xa0 | number

const highTagNumber = 0x1f
const noElement = -1

// Lengths of more than four octets describe more than any message here can hold.
const maxLengthOctets = 4

export class DerReader {
  readonly bytes: Uint8Array
  /** Where the next element starts. */
  offset: number
  /** Where the element that was entered last ends. */
  limit: number
  // The tag of the header that was read last.
  private tag: number

  /** Reads `bytes` from `start` up to `end`; offsets, those of errors too, count from the start of `bytes`. */
  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = bytes
    this.offset = start
    this.limit = end
    this.tag = noElement
  }

  /** Whether nothing is left inside the element entered last. */
  get done(): boolean {
    return this.offset >= this.limit
  }

  /** Whether the next element has this identifier octet. False at the end. */
  at(tag: number): boolean {
    return this.offset < this.limit && this.bytes[this.offset] === tag
  }

  /** The next element's tag (see `readHeader`) without consuming it, or -1 at the end. */
  peek(): number {
    if (this.offset >= this.limit) return noElement
    const start = this.offset
    this.readHeader()
    this.offset = start
    return this.tag
  }

  /**
   * Enters a constructed element, or the contents of a string that holds DER.
   * @returns what `leave` needs.
   */
  enter(tag: number): number {
    const outer = this.limit
    this.limit = this.expect(tag)
    return outer
  }

  /** Leaves the element that was entered last. Throws where part of it was not read. */
  leave(outer: number): void {
    if (this.offset !== this.limit) this.fail('trailing bytes inside an element')
    this.limit = outer
  }

  /** Throws where anything follows what was read. */
  end(): void {
    if (this.offset !== this.limit) this.fail('trailing bytes')
  }

  /** Passes over an element with this tag. Of its contents nothing is checked. */
  skip(tag: number): void {
    this.offset = this.expect(tag)
  }

  /** Passes over an element of any kind. Of its contents nothing is checked. */
  skipAny(): void {
    this.offset = this.readHeader()
  }

  /** The next element, header included, as a view. */
  readElement(tag?: number): Uint8Array {
    const start = this.offset
    this.offset = tag === undefined ? this.readHeader() : this.expect(tag)
    return this.bytes.subarray(start, this.offset)
  }

  /** The contents of the next element, as a view. For types with rules of their own use their own method. */
  readContents(tag: number): Uint8Array {
    return this.take(this.expect(tag))
  }

  readOctetString(tag: number = tags.octetString): Uint8Array {
    return this.take(this.expect(tag))
  }

  readNull(): void {
    if (this.expect(tags.null) !== this.offset) this.fail('NULL with contents')
  }

  /** X.690 11.1: FALSE is 00 and TRUE is FF. */
  readBoolean(tag: number = tags.boolean): boolean {
    const end = this.expect(tag)
    const octet = this.octetAt(this.offset)
    if (end !== this.offset + 1 || (octet !== 0x00 && octet !== 0xff)) {
      this.fail('BOOLEAN that is neither 00 nor FF')
    }
    this.offset = end
    return octet === 0xff
  }

  /** An INTEGER's contents in two's complement, of minimal length (X.690 8.3.2), as a view. */
  readInteger(tag: number = tags.integer): Uint8Array {
    const end = this.expect(tag)
    const start = this.offset
    if (end === start) this.fail('INTEGER without contents')
    if (end > start + 1) {
      const first = this.octetAt(start)
      const negative = this.octetAt(start + 1) >= 0x80
      if ((first === 0x00 && !negative) || (first === 0xff && negative)) this.fail('padded INTEGER')
    }
    return this.take(end)
  }

  /** An INTEGER that must be greater than zero: big-endian, without leading zeros, as a view. */
  readPositiveInteger(): Uint8Array {
    const start = this.offset
    const value = this.readInteger()
    const first = value[0] ?? 0
    if (first >= 0x80) this.fail('negative INTEGER', start)
    if (first !== 0) return value
    if (value.length === 1) this.fail('INTEGER that is zero', start)
    return value.subarray(1)
  }

  /** A non-negative INTEGER below 2^31. */
  readSmallInteger(tag: number = tags.integer): number {
    const start = this.offset
    const value = this.readInteger(tag)
    if ((value[0] ?? 0) >= 0x80) this.fail('negative INTEGER', start)
    if (value.length > 4) this.fail('INTEGER out of range', start)
    let result = 0
    for (const octet of value) result = result * 256 + octet
    return result
  }

  /** An OBJECT IDENTIFIER, dotted. */
  readObjectIdentifier(tag: number = tags.objectIdentifier): string {
    const end = this.expect(tag)
    const text = readObjectIdentifierText(this.bytes, this.offset, end)
    this.offset = end
    return text
  }

  /** A BIT STRING of whole octets: keys and signatures. */
  readBitString(tag: number = tags.bitString): Uint8Array {
    const end = this.expect(tag)
    if (end === this.offset) this.fail('BIT STRING without contents')
    if (this.octetAt(this.offset) !== 0) this.fail('BIT STRING that is no whole number of octets')
    this.offset += 1
    return this.take(end)
  }

  /**
   * A BIT STRING with named bits, such as KeyUsage: bit n of the result is the bit named n. At most 31 bits.
   * X.690 11.2.2 leaves trailing zero bits off; they are read all the same, since roots in use have them in keyUsage.
   */
  readNamedBits(tag: number = tags.bitString): number {
    const end = this.expect(tag)
    const start = this.offset
    if (end === start) this.fail('BIT STRING without contents')
    const unused = this.octetAt(start)
    const octets = end - start - 1
    if (unused > 7 || (octets === 0 && unused !== 0))
      this.fail('BIT STRING with a bad number of unused bits')
    if (octets * 8 - unused > 31) this.fail('BIT STRING with too many named bits')
    if (octets > 0) {
      const last = this.octetAt(end - 1)
      if ((last & ((1 << unused) - 1)) !== 0) this.fail('BIT STRING with nonzero unused bits')
    }
    let bits = 0
    for (let bit = 0; bit < octets * 8 - unused; bit++) {
      const octet = this.octetAt(start + 1 + (bit >> 3))
      if ((octet & (0x80 >> (bit & 7))) !== 0) bits |= 1 << bit
    }
    this.offset = end
    return bits
  }

  /** A UTCTime or GeneralizedTime in RFC 5280's form (4.1.2.5), as milliseconds since 1970. */
  readTime(): number {
    if (this.at(tags.utcTime)) return this.readUtcTime()
    return this.readGeneralizedTime()
  }

  /** YYMMDDHHMMSSZ, in milliseconds since 1970; RFC 5280 4.1.2.5.1: years 50 to 99 are 1950 to 1999. */
  readUtcTime(): number {
    return this.readDigits(this.expect(tags.utcTime), 2)
  }

  /** YYYYMMDDHHMMSSZ without fractions, in milliseconds since 1970; RFC 5280 4.1.2.5.2. */
  readGeneralizedTime(tag: number = tags.generalizedTime): number {
    return this.readDigits(this.expect(tag), 4)
  }

  /**
   * Reads a header and moves to its contents. The tag is the identifier octet, or for tag numbers from 31 on that
   * octet plus the number times 256.
   * @returns where the contents end.
   */
  readHeader(): number {
    const start = this.offset
    const first = this.octetAt(start)
    let at = start + 1
    this.tag = first
    if ((first & highTagNumber) === highTagNumber) at = this.readTagNumber(first, at)
    else if (first < 0x40) this.checkForm(first)
    let length = this.octetAt(at)
    at += 1
    if (length >= 0x80) {
      const octets = length & 0x7f
      if (octets === 0) this.fail('indefinite length', start)
      if (octets > maxLengthOctets) this.fail('length out of range', start)
      length = 0
      for (let index = 0; index < octets; index++) length = length * 256 + this.octetAt(at + index)
      // X.690 10.1: the definite form with the fewest octets.
      if (length < 0x80 || length < 256 ** (octets - 1))
        this.fail('length not in its shortest form', start)
      at += octets
    }
    if (length > this.limit - at) this.fail('element longer than what holds it', start)
    this.offset = at
    return at + length
  }

  /** Throws a DerError at this offset, by default the reader's. */
  fail(reason: string, offset: number = this.offset): never {
    throw new DerError(offset, reason)
  }

  private expect(tag: number): number {
    const start = this.offset
    const end = this.readHeader()
    if (this.tag !== tag) {
      this.offset = start
      this.fail(`tag ${hex(this.tag)} where ${hex(tag)} was expected`)
    }
    return end
  }

  private take(end: number): Uint8Array {
    const start = this.offset
    this.offset = end
    return this.bytes.subarray(start, end)
  }

  private readDigits(end: number, yearDigits: 2 | 4): number {
    const time = readTimeDigits(this.bytes, this.offset, end, yearDigits)
    if (time === undefined) this.fail('time not in the form of RFC 5280 4.1.2.5')
    this.offset = end
    return time
  }

  // X.690 8.1.2.4.2: a number from 31 on in base 128, without leading zeros.
  private readTagNumber(first: number, at: number): number {
    let number = 0
    for (let index = at; ; index++) {
      const octet = this.octetAt(index)
      if (index === at && octet === 0x80) this.fail('tag number not in its shortest form')
      number = number * 128 + (octet & 0x7f)
      if (number > 0x7fffff) this.fail('tag number out of range')
      if (octet < 0x80) {
        if (number < highTagNumber) this.fail('tag number not in its shortest form')
        this.tag = first + number * 256
        return index + 1
      }
    }
  }

  // X.690 10.2: strings are primitive; SEQUENCE and SET, with EXTERNAL and EMBEDDED PDV, are constructed.
  private checkForm(identifier: number): void {
    const number = identifier & 0x1f
    const constructed = (identifier & 0x20) !== 0
    if (number === 0) this.fail('end-of-contents octets, which DER has not')
    const mustBe = number === 16 || number === 17 || number === 8 || number === 11
    if (constructed !== mustBe) this.fail(`universal tag ${number} in the wrong form`)
  }

  private octetAt(index: number): number {
    const octet = index < this.limit ? this.bytes[index] : undefined
    if (octet === undefined) this.fail('truncated')
    return octet
  }
}

const hex = (tag: number): string => `0x${tag.toString(16).padStart(2, '0')}`
