/** Records under AES-CBC and HMAC (RFC 5246 6.2.3.2, RFC 7366). */
import { copyBytes } from '../../bytes.js'
import type { CbcRecords, HashAlgorithm, Random } from '../../crypto/provider.js'
import type { RecordProtection } from '../../layer/layer.js'
import { type ConformanceCase, check, checkEqual, flipBit, join, type Subject } from './support.js'
import { each, load } from './wycheproof-file.js'

const blockLength = 16
const type = 23
const header = Uint8Array.of(type, 3, 3, 0, 0)
const sequence = 2 ** 32 + 1

export function cbcCases(subject: Subject): ConformanceCase[] {
  return cbcOf(subject).flatMap(([name, records]) => [
    { name: `${name}: seals and opens`, run: () => sealAndOpen(subject, name, records) },
    { name: `${name}: refuses what was tampered with`, run: () => tamper(subject, records) },
    { name: `${name}: padding`, run: () => padding(subject, records) },
    { name: `${name}: draws an IV for each record`, run: () => vectors(subject, records) },
    { name: `${name}: keys`, run: () => keys(subject, records) },
  ])
}

/** Each kind of records once, by cipher and MAC. */
function cbcOf({ provider }: Pick<Subject, 'provider'>): [string, CbcRecords][] {
  const found = new Map<string, CbcRecords>()
  for (const { records } of provider.suites12 ?? []) {
    if (records.kind !== 'cbc') continue
    found.set(`AES-${8 * records.keyLength}-CBC, MAC of ${records.macKeyLength} bytes`, records)
  }
  return [...found]
}

/** Keys, and protection with and without encrypt-then-MAC. */
function keyed(records: CbcRecords, random: Random, source = random) {
  const macKey = random(records.macKeyLength)
  const key = random(records.keyLength)
  const create = (encryptThenMac: boolean, by = records): RecordProtection =>
    by.create({ macKey, key, encryptThenMac, random: source })
  return { macKey, key, create }
}

function seal(protection: RecordProtection, content: Uint8Array): Uint8Array {
  const offset = 5
  const length = protection.sealedLength(content.length, 0)
  const out = new Uint8Array(offset + length + 7).fill(0xa5)
  protection.seal(sequence, type, content, 0, header, out, offset)
  const untouched = join(out.subarray(0, offset), out.subarray(offset + length))
  check(
    untouched.every((octet) => octet === 0xa5),
    'seal wrote outside of its place',
  )
  return copyBytes(out, offset, offset + length)
}

function open(protection: RecordProtection, fragment: Uint8Array): Uint8Array | undefined {
  const opened = protection.open(sequence, type, header, fragment)
  check(opened === undefined || opened.type === type, 'another type came out')
  return opened?.content
}

function sealAndOpen({ random, reference }: Subject, name: string, records: CbcRecords): number {
  const others = reference ? new Map(cbcOf({ provider: reference })) : undefined
  let count = 0
  for (const encryptThenMac of [false, true]) {
    const { create } = keyed(records, random)
    const own = create(encryptThenMac)
    const other = create(encryptThenMac, others?.get(name))
    check(!own.concealsType, 'the type is told')
    for (const length of [0, 1, 15, 16, 17, 31, 32, 200, 300, 2 ** 14]) {
      const content = random(length)
      const kept = copyBytes(content)
      const sealed = seal(own, content)
      check(sealed.length <= own.longestSealed(length), 'longestSealed is too short')
      const opened = open(own, sealed)
      checkEqual(opened, kept, `open of ${length} bytes`)
      check(opened?.buffer !== sealed.buffer, 'open returned a view of its input')
      checkEqual(open(other, sealed), kept, 'open by the reference')
      checkEqual(open(own, seal(other, content)), kept, 'open of what the reference sealed')
      checkEqual(content, kept, 'content')
      count += 5
    }
  }
  return count
}

function tamper({ random }: Subject, records: CbcRecords): number {
  let count = 0
  for (const encryptThenMac of [false, true]) {
    const { create } = keyed(records, random)
    const own = create(encryptThenMac)
    const content = random(21)
    const sealed = seal(own, content)
    const refused = (opened: unknown, what: string): void => {
      check(opened === undefined, `opened with another ${what}`)
      count++
    }
    for (let bit = 0; bit < 8 * sealed.length; bit++) {
      refused(open(own, flipBit(sealed, bit)), 'record')
    }
    for (let length = 0; length < sealed.length; length++) {
      refused(open(own, sealed.subarray(0, length)), 'length')
    }
    refused(open(own, join(sealed, new Uint8Array(1))), 'length')
    refused(open(own, join(sealed, new Uint8Array(blockLength))), 'length')
    refused(own.open(sequence + 1, type, header, sealed), 'sequence number')
    refused(own.open(1, type, header, sealed), 'sequence number')
    refused(own.open(sequence, 22, header, sealed), 'type')
    refused(own.open(sequence, type, Uint8Array.of(type, 3, 2, 0, 0), sealed), 'version')
    refused(open(create(!encryptThenMac), sealed), 'order of MAC and encryption')
    refused(open(keyed(records, random).create(encryptThenMac), sealed), 'key')
    checkEqual(open(own, sealed), content, 'open afterwards')
  }
  return count
}

/** What the MAC covers before the content: RFC 5246 6.2.3.1. */
function pseudoHeader(length: number): Uint8Array {
  return Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, type, 3, 3, length >> 8, length & 255)
}

function hashOf({ provider }: Subject, { macKeyLength }: CbcRecords): HashAlgorithm {
  const hash = provider.hashes.find(({ outputLength }) => outputLength === macKeyLength)
  check(hash !== undefined, 'the provider lacks the hash of its MAC')
  return hash
}

/** IV and ciphertext of whole blocks: a record that is authenticated outside begins with them. */
function encrypt(protection: RecordProtection, text: Uint8Array): Uint8Array {
  return seal(protection, text).subarray(0, blockLength + text.length)
}

function padding(subject: Subject, records: CbcRecords): number {
  const { random } = subject
  const hash = hashOf(subject, records)
  const { create, macKey } = keyed(records, random)
  const [inside, outside] = [create(false), create(true)]
  const macOf = (content: Uint8Array): Uint8Array =>
    hash.hmac(macKey, join(pseudoHeader(content.length), content))
  let count = 0
  const judge = (opened: Uint8Array | undefined, wanted: Uint8Array | undefined, what: string) => {
    if (wanted === undefined) check(opened === undefined, `${what} was accepted`)
    else checkEqual(opened, wanted, what)
    count++
  }
  for (let length = 0; length < 256; length++) {
    const bytes = new Uint8Array(length + 1).fill(length)
    // Authenticated inside: content, MAC and padding together make whole blocks.
    const content = random(16 + ((256 - ((hash.outputLength + bytes.length) % 16)) % 16))
    const text = join(content, macOf(content), bytes)
    judge(open(inside, encrypt(outside, text)), content, `a padding of ${length}`)
    // Authenticated outside: content and padding do.
    const short = random(16 + ((256 - (bytes.length % 16)) % 16))
    const sealOutside = (text: Uint8Array): Uint8Array => {
      const encrypted = encrypt(outside, text)
      return join(encrypted, macOf(encrypted))
    }
    const padded = join(short, bytes)
    judge(open(outside, sealOutside(padded)), short, `a padding of ${length} under the MAC`)
    // Opening takes its time: what is wrong is tried with some lengths only.
    if (length > 17 && length % 16 !== 15) continue
    const wrongMac = flipBit(text, 8 * content.length)
    judge(open(inside, encrypt(outside, wrongMac)), undefined, `a wrong MAC, padding ${length}`)
    for (const place of new Set([1, length >> 1, length])) {
      if (place === 0 || place > length) continue
      const wrong = flipBit(text, 8 * (text.length - 1 - place))
      judge(open(inside, encrypt(outside, wrong)), undefined, `a wrong padding of ${length}`)
    }
    if (length > 0) {
      const wrong = flipBit(padded, 8 * (padded.length - 1 - length))
      judge(
        open(outside, sealOutside(wrong)),
        undefined,
        `a wrong padding of ${length} under a MAC`,
      )
    }
  }
  // A padding longer than what there is.
  for (const octet of [47 - hash.outputLength + 1, 47, 48, 255]) {
    const text = new Uint8Array(48).fill(octet)
    judge(open(inside, encrypt(outside, text)), undefined, `a padding of ${octet} in 48 bytes`)
  }
  return count
}

function vectors(subject: Subject, records: CbcRecords): number {
  const { random } = subject
  const drawn: Uint8Array[] = []
  const source: Random = (length) => {
    const iv = random(length)
    drawn.push(copyBytes(iv))
    return iv
  }
  const { create } = keyed(records, random, source)
  for (const encryptThenMac of [false, true]) {
    const own = create(encryptThenMac)
    for (let i = 0; i < 3; i++) {
      drawn.length = 0
      const sealed = seal(own, new Uint8Array(40))
      check(drawn.length === 1, `${drawn.length} draws for a record`)
      checkEqual(sealed.subarray(0, blockLength), drawn[0] ?? sealed, 'the IV is what was drawn')
    }
  }
  return 6
}

function keys({ random }: Subject, records: CbcRecords): number {
  const { create, macKey, key } = keyed(records, random)
  const own = create(false)
  const twin = create(false)
  macKey.fill(0)
  key.fill(0)
  const content = random(30)
  checkEqual(open(twin, seal(own, content)), content, 'keys were not copied')
  for (const [macKeyLength, keyLength] of [
    [records.macKeyLength - 1, records.keyLength],
    [records.macKeyLength, records.keyLength - 1],
  ] as const) {
    let refused = false
    try {
      const lengths = { macKey: random(macKeyLength), key: random(keyLength) }
      records.create({ ...lengths, encryptThenMac: false, random })
    } catch (error) {
      refused = error instanceof TypeError
    }
    check(refused, 'a key of another length was taken')
  }
  own.wipe()
  return 3
}

/** Wycheproof's padding is another (PKCS #5), and so part of the text here. */
export function cbcVectorCases(subject: Subject): ConformanceCase[] {
  return cbcOf(subject).map(([name, records]) => ({
    name: `wycheproof ${name}`,
    run: () =>
      each(load(subject, 'aes_cbc_pkcs5_test.json'), 1, (vector, group) => {
        if (group.number('keySize') !== 8 * records.keyLength) return false
        // What is invalid there is the padding alone.
        if (vector.result !== 'valid') return false
        const message = vector.bytes('msg')
        const length = blockLength - (message.length % blockLength)
        const text = join(message, new Uint8Array(length).fill(length))
        const protection = records.create({
          macKey: new Uint8Array(records.macKeyLength),
          key: vector.bytes('key'),
          encryptThenMac: true,
          random: () => vector.bytes('iv'),
        })
        const expected = join(vector.bytes('iv'), vector.bytes('ct'))
        checkEqual(encrypt(protection, text), expected, vector.label)
        checkEqual(open(protection, seal(protection, text)), text, vector.label)
        return true
      }),
  }))
}
