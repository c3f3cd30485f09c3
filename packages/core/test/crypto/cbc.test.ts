// CBC records: PITFALLS 23. Nothing may tell a wrong padding from a wrong MAC, neither the result nor the work done.
import { createHmac, randomBytes } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { KeyedHmac } from '#src/crypto/cbc/hmac.js'
import { openMacThenEncrypt } from '#src/crypto/cbc/mac-then-encrypt.js'
import { type CbcCipher, cbcRecords } from '#src/crypto/cbc/records.js'
import type { CbcRecords, HashAlgorithm, Random, RunningHash } from '#src/crypto/provider.js'
import type { RecordProtection } from '#src/layer/layer.js'
import { aesCbcDecrypt, aesCbcEncrypt } from '#src/noble/password.js'
import { allSuites12 } from '#src/noble/tls12.js'
import { sha1, sha256, sha384 } from '#src/noble.js'

const random: Random = (length) => Uint8Array.from(randomBytes(length))
const hashes = [sha1, sha256, sha384]
const type = 23
const header = Uint8Array.of(type, 3, 3, 0, 0)
const sequence = 2 ** 32 + 5
const ivLength = 16
const maxContent = 2 ** 14

/** Leaves the text as it is, so that tests write what is inside. */
const identity: CbcCipher = {
  encrypt: (_, text) => text.slice(),
  decrypt: (_, text) => text.slice(),
  wipe: () => undefined,
}

function open(protection: RecordProtection, fragment: Uint8Array) {
  return protection.open(sequence, type, header, fragment)?.content
}

function seal(protection: RecordProtection, content: Uint8Array): Uint8Array {
  const fragment = new Uint8Array(protection.sealedLength(content.length, 0))
  protection.seal(sequence, type, content, 0, header, fragment, 0)
  return fragment
}

/** What the MAC covers before the content (RFC 5246 6.2.3.1). */
function pseudoHeader(length = 0): Uint8Array {
  return Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 5, type, 3, 3, length >> 8, length & 255)
}

/** By node:crypto. */
function macOf(hash: HashAlgorithm, key: Uint8Array, content: Uint8Array): Uint8Array {
  const hmac = createHmac(hash.name, key).update(pseudoHeader(content.length)).update(content)
  return Uint8Array.from(hmac.digest())
}

function protectionOf(
  records: CbcRecords,
  encryptThenMac: boolean,
  macKey: Uint8Array = new Uint8Array(records.macKeyLength).fill(7),
  key: Uint8Array = new Uint8Array(records.keyLength).fill(9),
  source = random,
): RecordProtection {
  return records.create({ macKey, key, encryptThenMac, random: source })
}

/** IV, content, MAC and as many bytes of padding, the last of which counts the others. */
function plainRecord(hash: HashAlgorithm, content: Uint8Array, padding: number): Uint8Array {
  const mac = macOf(hash, new Uint8Array(hash.outputLength).fill(7), content)
  return Uint8Array.from([
    ...new Uint8Array(ivLength),
    ...content,
    ...mac,
    ...new Uint8Array(padding + 1).fill(padding),
  ])
}

const distinct = new Map<CbcRecords, string>()
for (const { records, name } of allSuites12) if (records.kind === 'cbc') distinct.set(records, name)

for (const [records, suite] of distinct) {
  for (const encryptThenMac of [false, true]) {
    const name = `${suite.replace(/.*WITH_/, '')}${encryptThenMac ? ', encrypt-then-MAC' : ''}`

    test(`${name}: seals and opens`, () => {
      const protection = protectionOf(records, encryptThenMac)
      for (const length of [0, 1, 11, 12, 15, 16, 17, 255, 256, 300, maxContent]) {
        const content = random(length)
        const sealed = seal(protection, content)
        assert.is(sealed.length, protection.sealedLength(length, 0))
        assert.ok(sealed.length <= protection.longestSealed(length))
        assert.equal(open(protection, sealed), content, `${length} bytes`)
      }
    })

    test(`${name}: every changed byte is noticed, and sequence, type, version and keys`, () => {
      const protection = protectionOf(records, encryptThenMac)
      const content = random(20)
      const sealed = seal(protection, content)
      for (let at = 0; at < sealed.length; at++) {
        const changed = sealed.slice()
        changed[at] = (changed[at] ?? 0) ^ 1
        assert.is(open(protection, changed), undefined, `byte ${at}`)
      }
      assert.is(protection.open(sequence + 1, type, header, sealed), undefined)
      assert.is(protection.open(sequence + 2 ** 32, type, header, sealed), undefined)
      assert.is(protection.open(sequence, 22, header, sealed), undefined)
      const otherVersion = Uint8Array.of(type, 254, 253, 0, 0)
      assert.is(protection.open(sequence, type, otherVersion, sealed), undefined)
      const macKey = random(records.macKeyLength)
      assert.is(open(protectionOf(records, encryptThenMac, macKey), sealed), undefined)
      // Under encrypt-then-MAC the tag does not cover the encryption key, and the padding that another key
      // finds is well formed once in 256 times: what comes out then is not the content.
      const otherKey = protectionOf(records, encryptThenMac, undefined, random(records.keyLength))
      const garbled = open(otherKey, sealed)
      if (encryptThenMac && garbled) assert.not.equal(garbled, content)
      else assert.is(garbled, undefined)
      assert.is(open(protectionOf(records, !encryptThenMac), sealed), undefined)
      assert.ok(open(protection, sealed))
    })

    test(`${name}: each record has an IV of its own, drawn from the source`, () => {
      let draws = 0
      const source: Random = (length) => {
        draws++
        assert.is(length, ivLength)
        return new Uint8Array(length).fill(draws)
      }
      const protection = protectionOf(records, encryptThenMac, undefined, undefined, source)
      const content = random(40)
      const sealed = [1, 2, 3].map(() => seal(protection, content))
      assert.is(draws, 3)
      for (const [i, fragment] of sealed.entries()) {
        assert.equal(fragment.subarray(0, ivLength), new Uint8Array(ivLength).fill(i + 1))
      }
      // The same content under another IV has no block in common.
      const blocks = sealed.flatMap((fragment) =>
        [16, 32].map((at) => Buffer.from(fragment.subarray(at, at + 16)).toString('hex')),
      )
      assert.is(new Set(blocks).size, blocks.length)
      const short: Random = (length) => random(length - 1)
      const broken = protectionOf(records, encryptThenMac, undefined, undefined, short)
      assert.throws(() => seal(broken, content), TypeError)
    })

    test(`${name}: a fragment of impossible length is refused`, () => {
      const protection = protectionOf(records, encryptThenMac)
      const { length } = seal(protection, new Uint8Array(0))
      for (let shorter = 0; shorter < length; shorter++) {
        assert.is(open(protection, random(shorter)), undefined)
      }
      const sealed = seal(protection, random(100))
      for (let cut = 1; cut < 16; cut++) {
        assert.is(open(protection, sealed.subarray(0, -cut)), undefined)
        assert.is(open(protection, Uint8Array.from([...sealed, ...random(cut)])), undefined)
      }
      assert.is(open(protection, seal(protection, new Uint8Array(maxContent + 500))), undefined)
      // A content of one byte too many may hide in a fragment that is not too long: the reader sees to that.
      const { length: opened } =
        open(protection, seal(protection, new Uint8Array(maxContent + 1))) ?? []
      assert.is(opened, maxContent + 1)
    })

    test(`${name}: keys are copied, of the right length, and gone when wiped`, () => {
      const macKey = random(records.macKeyLength)
      const key = random(records.keyLength)
      const protection = protectionOf(records, encryptThenMac, macKey, key)
      const twin = protectionOf(records, encryptThenMac, macKey.slice(), key.slice())
      macKey.fill(0)
      key.fill(0)
      const content = random(50)
      assert.equal(open(twin, seal(protection, content)), content)
      const other = (macKeyLength: number, keyLength: number) => () =>
        protectionOf(records, encryptThenMac, random(macKeyLength), random(keyLength))
      assert.throws(other(records.macKeyLength - 1, records.keyLength), TypeError)
      assert.throws(other(records.macKeyLength, records.keyLength + 1), TypeError)
      const sealed = seal(protection, content)
      protection.wipe()
      assert.throws(() => seal(protection, content), /wiped/)
      assert.throws(() => open(protection, sealed), /wiped/)
    })
  }

  test(`${suite}: the form of its records`, () => {
    const hash = hashes.find(({ outputLength }) => outputLength === records.macKeyLength)
    assert.ok(hash)
    const macKey = random(records.macKeyLength)
    const key = random(records.keyLength)
    const content = random(30)
    const inside = seal(protectionOf(records, false, macKey, key), content)
    const text = aesCbcDecrypt(key, inside.subarray(0, 16), inside.subarray(16))
    assert.equal(text.subarray(0, 30), content)
    const end = 30 + hash.outputLength
    assert.equal(text.subarray(30, end), macOf(hash, macKey, content))
    const padding = text.length - end - 1
    assert.ok(padding < 16)
    assert.equal(text.subarray(end), new Uint8Array(padding + 1).fill(padding))

    // RFC 7366 section 3: the MAC covers IV and ciphertext, and their length.
    const outside = seal(protectionOf(records, true, macKey, key), content)
    assert.is(outside.length, 16 + 32 + hash.outputLength)
    const encrypted = outside.subarray(0, 48)
    assert.equal(outside.subarray(48), macOf(hash, macKey, encrypted))
    const plain = aesCbcDecrypt(key, encrypted.subarray(0, 16), encrypted.subarray(16))
    assert.equal(plain, Uint8Array.from([...content, 1, 1]))
  })

  test(`${suite}: encrypt-then-MAC with wrong padding under a right MAC`, () => {
    const hash = hashes.find(({ outputLength }) => outputLength === records.macKeyLength)
    assert.ok(hash)
    const macKey = random(records.macKeyLength)
    const key = random(records.keyLength)
    const protection = protectionOf(records, true, macKey, key)
    const opened = (text: Uint8Array) => {
      const iv = random(16)
      const encrypted = Uint8Array.from([...iv, ...aesCbcEncrypt(key, iv, text)])
      return open(protection, Uint8Array.from([...encrypted, ...macOf(hash, macKey, encrypted)]))
    }
    const text = new Uint8Array(32).fill(5)
    assert.is(opened(text)?.length, 26)
    assert.is(opened(new Uint8Array(32).fill(31))?.length, 0)
    assert.is(opened(new Uint8Array(32).fill(32)), undefined)
    assert.is(opened(new Uint8Array(32).fill(255)), undefined)
    for (let at = 26; at < 31; at++) {
      const wrong = text.slice()
      wrong[at] = 4
      assert.is(opened(wrong), undefined, `byte ${at}`)
    }
  })
}

/** The hash, with each call and each run of the compression function told. */
function watched(hash: HashAlgorithm, tell: (call: string, compressions: number) => void) {
  const { blockLength } = hash
  // FIPS 180-4 5.1: a bit and the length follow the message.
  const trailer = 1 + blockLength / 8
  const running = (inner: RunningHash, length: number): RunningHash => ({
    update(data) {
      const blocks = Math.floor(((length % blockLength) + data.length) / blockLength)
      tell(`update ${data.length}`, blocks)
      inner.update(data)
      length += data.length
    },
    digest() {
      tell('digest', Math.ceil(((length % blockLength) + trailer) / blockLength))
      return inner.digest()
    },
    clone: () => running(inner.clone(), length),
  })
  return { ...hash, create: () => running(hash.create(), 0) }
}

for (const hash of hashes) {
  test(`${hash.name}: the work is the same for each padding, right or wrong`, () => {
    let calls: string[] = []
    let compressions = 0
    const counting = watched(hash, (call, count) => {
      calls.push(call)
      compressions += count
    })
    const protection = protectionOf(
      cbcRecords(counting, 16, () => identity),
      false,
    )
    const work = (fragment: Uint8Array) => {
      calls = []
      compressions = 0
      const content = open(protection, fragment)
      return { content, done: `${compressions} in ${calls.join(', ')}`, compressions }
    }
    for (const blocks of [4, 21]) {
      const length = 16 * blocks
      const longest = length - hash.outputLength - 1
      const seen = new Set<string>()
      for (let padding = 0; padding <= 255; padding++) {
        if (padding <= longest) {
          const content = random(longest - padding)
          const right = plainRecord(hash, content, padding)
          const opened = work(right)
          assert.equal(opened.content, content, `padding of ${padding}`)
          assert.ok(opened.compressions > 0)
          seen.add(opened.done)
          const wrongMac = right.slice()
          const at = ivLength + content.length
          wrongMac[at] = (wrongMac[at] ?? 0) ^ 1
          const wrong = work(wrongMac)
          assert.is(wrong.content, undefined)
          seen.add(wrong.done)
          // Each of the padding's bytes, or the first and the last of them.
          for (let i = 1; i <= padding; i += padding > 4 ? padding - 1 : 1) {
            const wrongPadding = right.slice()
            const place = right.length - 1 - i
            wrongPadding[place] = (wrongPadding[place] ?? 0) ^ 0x80
            const result = work(wrongPadding)
            assert.is(result.content, undefined, `byte ${i} of the padding of ${padding}`)
            seen.add(result.done)
          }
        }
        // A padding that may exceed the record, around random bytes.
        if (padding <= longest && padding % 8 !== 0) continue
        const garbage = random(ivLength + length)
        garbage[garbage.length - 1] = padding
        const refused = work(garbage)
        assert.is(refused.content, undefined)
        seen.add(refused.done)
      }
      assert.is(seen.size, 1, `${blocks} blocks: ${[...seen].map((done) => done.slice(0, 60))}`)
    }
  })

  test(`${hash.name}: the same memory is read for each padding, right or wrong`, () => {
    const mac = new KeyedHmac(hash, new Uint8Array(hash.outputLength).fill(7))
    const seen = new Set<string>()
    const read = (fragment: Uint8Array) => {
      let reads = ''
      const text = new Proxy(fragment.slice(ivLength), {
        get(target, property) {
          // Everything has been read when a text that was wrong is cleared, or one that was right is cut out.
          if (property === 'fill') return () => undefined
          const value: unknown = Reflect.get(target, property, target)
          if (typeof value !== 'function') reads += `${String(property)} `
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
      const content = openMacThenEncrypt(mac, pseudoHeader(), text)
      seen.add(reads)
      return content
    }
    const longest = 160 - hash.outputLength - 1
    for (const padding of [0, 1, 15, 16, longest - 1, longest]) {
      const content = random(longest - padding)
      const record = plainRecord(hash, content, padding)
      assert.equal(read(record), content)
      for (const at of [0, 1, padding, padding + 1]) {
        const wrong = record.slice()
        const place = wrong.length - 1 - at
        wrong[place] = (wrong[place] ?? 0) ^ 1
        assert.is(read(wrong), undefined)
      }
    }
    assert.is(seen.size, 1)
  })

  test(`${hash.name}: a wrong padding with the MAC that would fit without it is refused`, () => {
    const protection = protectionOf(
      cbcRecords(hash, 16, () => identity),
      false,
    )
    // RFC 5246 6.2.3.2 computes that MAC as if there were no padding: it must not count.
    const length = 96 - hash.outputLength - 1
    for (const last of [1, 17, 200, 255]) {
      const content = random(length).fill(3, length - 30)
      const record = plainRecord(hash, content, 0)
      assert.ok(open(protection, record))
      record[record.length - 1] = last
      assert.is(open(protection, record), undefined, `${last}`)
    }
  })

  test(`${hash.name}: lengths allow for all the padding there may be`, () => {
    for (const encryptThenMac of [false, true]) {
      const protection = protectionOf(
        cbcRecords(hash, 16, () => identity),
        encryptThenMac,
      )
      for (let length = 0; length < 40; length++) {
        const inside = encryptThenMac ? 0 : hash.outputLength
        const lengths = Array.from({ length: 256 }, (_, padding) => length + inside + padding + 1)
          .filter((total) => total % 16 === 0)
          .map((total) => ivLength + total + hash.outputLength - inside)
        assert.is(protection.sealedLength(length, 0), Math.min(...lengths))
        assert.is(protection.longestSealed(length), Math.max(...lengths))
      }
      assert.is(protection.concealsType, false)
      assert.is(protection.confidentialityLimit, Number.POSITIVE_INFINITY)
      assert.is(protection.integrityLimit, Number.POSITIVE_INFINITY)
    }
  })
}

test('a fragment that is too long makes no work', () => {
  let calls = 0
  const counting = (): CbcCipher => ({
    ...identity,
    decrypt(_, text) {
      calls++
      return text.slice()
    },
  })
  for (const encryptThenMac of [false, true]) {
    const protection = protectionOf(cbcRecords(sha256, 16, counting), encryptThenMac)
    const longest = protection.longestSealed(maxContent)
    calls = 0
    assert.is(open(protection, random(longest + 16)), undefined)
    assert.is(calls, 0)
    assert.is(open(protection, random(longest)), undefined)
    // What is authenticated outside is not decrypted in vain.
    assert.is(calls, encryptThenMac ? 0 : 1)
  }
})

test('the longest padding that a peer may choose is taken', () => {
  for (const hash of hashes) {
    const protection = protectionOf(
      cbcRecords(hash, 16, () => identity),
      false,
    )
    const content = random(160 - (hash.outputLength % 16))
    const padding = 255 - ((content.length + hash.outputLength + 256) % 16)
    const record = plainRecord(hash, content, padding)
    assert.is(record.length, protection.longestSealed(content.length))
    assert.equal(open(protection, record), content)
  }
})

test.run()
