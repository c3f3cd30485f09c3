/** The parts of the datagram layer, each for itself. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Fault } from '#src/fault.js'
import { AckSchedule, readAck, writeAcks } from '#src/layer/datagram/ack.js'
import { WriteEpoch } from '#src/layer/datagram/epochs.js'
import { Ranges } from '#src/layer/datagram/ranges.js'
import { Reassembly } from '#src/layer/datagram/reassembly.js'
import { parseRecord, reconstruct } from '#src/layer/datagram/record.js'
import { ReplayWindow } from '#src/layer/datagram/replay.js'
import { DatagramSender } from '#src/layer/datagram/sender.js'
import { trafficKeys13 } from '#src/schedule/tls13.js'
import { below, nullCrypto, seededRandom } from '#src/testing.js'
import { demand } from '../support/connect.js'

const random = seededRandom('parts')

const numbers = suite('record numbers')

numbers('the closest number with these low bits', () => {
  assert.is(reconstruct(0, 1, 0), 0)
  assert.is(reconstruct(255, 1, 0), 255)
  assert.is(reconstruct(255, 1, 256), 255)
  assert.is(reconstruct(0, 1, 255), 256)
  assert.is(reconstruct(1, 2, 65_535), 65_537)
  assert.is(reconstruct(65_535, 2, 65_536), 65_535)
  for (let i = 0; i < 2000; i++) {
    const sequence = below(2 ** 31, random)
    const expected = Math.max(0, sequence + below(200, random) - 100)
    assert.is(reconstruct(sequence % 256, 1, expected), sequence)
    assert.is(reconstruct(sequence % 65_536, 2, expected), sequence)
  }
})

numbers('they do not wrap', () => {
  const keys = trafficKeys13(demand(nullCrypto.suites[0]), 'dtls13', new Uint8Array(32))
  for (const epoch of [new WriteEpoch(0, 'initial'), new WriteEpoch(3, 'application', keys)]) {
    epoch.skipTo(2 ** 48 - 1)
    const out = new Uint8Array(100)
    assert.is(epoch.seal(23, new Uint8Array(5), 0, out, 0).sequence, 2 ** 48 - 1)
    assert.throws(() => epoch.seal(23, new Uint8Array(5), 0, out, 0), codeIs('sequenceExhausted'))
  }
})

numbers('nor does message_seq', () => {
  const options = { mtu: 1200, maxQueued: 1, firstTimeout: 1000, recordPadding: undefined }
  const sender = new DatagramSender(
    { ...options, discarded: () => undefined },
    new AckSchedule(),
    () => 0,
  )
  for (let i = 0; i < 65_536; i++) sender.handshake(24, new Uint8Array(1))
  assert.throws(() => sender.handshake(24, new Uint8Array(1)), codeIs('sequenceExhausted'))
})

numbers('the window takes each number once, in any order, unless it is too old', () => {
  const window = new ReplayWindow()
  const seen = new Set<number>()
  let highest = -1
  for (let i = 0; i < 20_000; i++) {
    const sequence = Math.max(0, Math.floor(i / 2) + below(600, random) - 400)
    const expected = !seen.has(sequence) && sequence > highest - 256
    assert.is(window.isNew(sequence), expected, `${sequence} after ${highest}`)
    if (!expected) continue
    window.add(sequence)
    seen.add(sequence)
    highest = Math.max(highest, sequence)
  }
  window.add(2 ** 40)
  assert.is(window.isNew(2 ** 40), false)
  assert.is(window.isNew(2 ** 40 - 255), true)
  assert.is(window.isNew(2 ** 40 - 256), false)
})
numbers.run()

const headers = suite('headers')

headers('every form of the unified header', () => {
  for (const [bytes, sequenceLength, headerLength] of [
    [[0x20, 1], 1, 2],
    [[0x28, 1, 2], 2, 3],
    [[0x24, 1, 0, 3], 1, 4],
    [[0x2c, 1, 2, 0, 3], 2, 5],
  ] as const) {
    const parsed = parseRecord(Uint8Array.of(...bytes, 7, 8, 9), 0)
    if (parsed.kind !== 'protected') throw new Error(parsed.kind)
    assert.is(parsed.sequenceLength, sequenceLength)
    assert.is(parsed.header.length, headerLength)
    assert.equal([...parsed.fragment], [7, 8, 9])
  }
  assert.is(parseRecord(Uint8Array.of(0x3c, 1, 2, 0, 1, 7), 0).kind, 'invalid', 'connection id')
  assert.is(parseRecord(Uint8Array.of(0x2c, 1, 2, 0, 4, 7, 8, 9), 0).kind, 'invalid', 'too long')
  for (const first of [0, 19, 27, 31, 64, 128, 255])
    assert.is(parseRecord(Uint8Array.of(first, ...new Uint8Array(20)), 0).kind, 'invalid')
})

headers('short records are padded, so that the number can be masked', () => {
  const [suiteEntry] = nullCrypto.suites
  const { aead, ...rest } = demand(suiteEntry)
  const short = { ...rest, aead: { ...aead, tagLength: 8, create: shortTags } }
  function shortTags(key: Uint8Array) {
    const whole = aead.create(key)
    return {
      ...whole,
      wipe: () => whole.wipe(),
      open: () => undefined,
      seal: (
        nonce: Uint8Array,
        aad: Uint8Array,
        input: Uint8Array,
        trailer: Uint8Array,
        out: Uint8Array,
        offset: number,
      ) => {
        const scratch = new Uint8Array(input.length + trailer.length + 16)
        const length = whole.seal(nonce, aad, input, trailer, scratch, 0) - 8
        out.set(scratch.subarray(0, length), offset)
        return length
      },
    }
  }
  const epoch = new WriteEpoch(3, 'application', trafficKeys13(short, 'dtls13', new Uint8Array(32)))
  const out = new Uint8Array(100)
  for (let length = 0; length < 20; length++) {
    const sealed = epoch.seal(23, new Uint8Array(length), 0, out, 0)
    assert.is(sealed.length, 5 + Math.max(16, length + 1 + 8))
    assert.is(epoch.sealedLength(length, 0), sealed.length)
  }
})
headers.run()

const acks = suite('ACK')

acks('round trip, sorted, in as many messages as needed', () => {
  const list = [
    { epoch: 2, sequence: 5 },
    { epoch: 0, sequence: 2 ** 40 },
    { epoch: 2, sequence: 1 },
  ]
  const [one] = writeAcks(list, 100)
  assert.equal(readAck(demand(one)), [list[1], list[2], list[0]])
  assert.equal(writeAcks([], 100), [Uint8Array.of(0, 0)])
  assert.is(writeAcks(list, 2 + 16).length, 3)
})

acks('whatever is not one', () => {
  for (const bytes of [[], [0], [0, 1, 1], [0, 16, 1], [0, 0, 0]])
    assert.is(readAck(Uint8Array.from(bytes)), undefined)
})

acks('what was told is told again beside what is new, as far as there is room', () => {
  const schedule = new AckSchedule()
  schedule.allowed = true
  const tell = (handled = 100) => {
    schedule.handleTimeout(Number.POSITIVE_INFINITY)
    return schedule.take(0, handled)?.map(({ sequence }) => sequence)
  }
  schedule.add(3, 1, 5)
  schedule.later(0, 1000)
  assert.equal(tell(), [1])
  assert.is(tell(), undefined, 'once')
  schedule.add(3, 2, 6)
  schedule.later(0, 1000)
  assert.equal(tell(), [1, 2])
  schedule.add(3, 3, 50)
  schedule.later(0, 1000)
  assert.equal(tell(50), [1, 2], 'but not what has not been handled')
  for (let sequence = 4; sequence <= 60; sequence++) schedule.add(3, sequence, 7)
  schedule.later(0, 1000)
  assert.is(tell()?.length, 58, 'all that is new')
  schedule.add(3, 61, 7)
  schedule.later(0, 1000)
  assert.equal(tell()?.length, 32)
})

acks('ranges', () => {
  for (let round = 0; round < 200; round++) {
    const ranges = new Ranges()
    const have = new Array<boolean>(50).fill(false)
    for (let i = 0; i < 8; i++) {
      const start = below(50, random)
      const end = start + 1 + below(50 - start, random)
      ranges.add(start, end)
      have.fill(true, start, end)
      const missing = new Array<boolean>(50).fill(true)
      for (const [from, to] of ranges.missing(0, 50)) missing.fill(false, from, to)
      assert.equal(missing, have)
    }
  }
})
acks.run()

const messages = suite('reassembly')

messages('any division, order and repetition of a message gives it back', () => {
  for (let round = 0; round < 300; round++) {
    const reassembly = new Reassembly({ limit: 10_000, begins: 'anything' })
    const bodies = [random(below(300, random)), random(below(300, random)), random(1)]
    const pieces = bodies.flatMap((body, messageSequence) => {
      const cuts = [0, below(body.length + 1, random), below(body.length + 1, random), body.length]
      const sorted = cuts.sort((a, b) => a - b)
      return sorted.slice(1).flatMap((end, i) => {
        const from = demand(sorted[i])
        // Overlapping, each by some bytes.
        const offset = Math.max(0, from - below(10, random))
        const data = body.subarray(offset, end)
        return [{ type: 11, length: body.length, messageSequence, offset, data }]
      })
    })
    const shuffled = [...pieces, ...pieces]
      .map((piece) => ({ piece, rank: below(1000, random) }))
      .sort((a, b) => a.rank - b.rank)
    const delivered: Uint8Array[] = []
    for (const { piece } of shuffled) {
      reassembly.add(piece, 0, true)
      for (let next = reassembly.deliver(); next !== undefined; next = reassembly.deliver())
        delivered.push(next.message.body.slice())
    }
    assert.equal(delivered, bodies)
    assert.is(reassembly.waiting, false)
  }
})

messages('memory grows with what came, not with what it claims', () => {
  const before = process.memoryUsage().arrayBuffers
  const kept: Reassembly[] = []
  for (let i = 0; i < 500; i++) {
    const reassembly = new Reassembly({ limit: 262_144, begins: 'anything' })
    for (let message = 0; message < 17; message++)
      reassembly.add(
        { type: 11, length: 200_000, messageSequence: message, offset: 199_990, data: random(10) },
        0,
        true,
      )
    kept.push(reassembly)
  }
  const grown = process.memoryUsage().arrayBuffers - before
  assert.ok(grown < 10_000_000, `${grown} bytes for ${kept.length} reassemblies`)
})

messages('what is kept of messages to come is bounded', () => {
  const reassembly = new Reassembly({ limit: 10_000, begins: 'anything' })
  let kept = 0
  for (let message = 1; message <= 16; message++) {
    const fragment = { type: 11, length: 4000, messageSequence: message, offset: 0 }
    if (reassembly.add({ ...fragment, data: random(4000) }, 0, true) !== 'refused') kept += 4000
  }
  assert.is(kept, 8000)
  // The message that is due is never refused for them.
  const due = { type: 11, length: 9000, messageSequence: 0, offset: 0, data: random(9000) }
  assert.is(reassembly.add(due, 0, true), 'taken')
})

messages('so is the number of pieces', () => {
  const reassembly = new Reassembly({ limit: 65_536, begins: 'anything' })
  let refused = 0
  for (let offset = 0; offset < 6000; offset += 2) {
    const data = random(1)
    const fragment = { type: 11, length: 65_536, messageSequence: 0, offset, data }
    if (reassembly.add(fragment, 0, true) === 'refused') refused++
  }
  assert.is(refused, 3000 - 1024)
})

messages('but a message may come byte by byte', () => {
  const reassembly = new Reassembly({ limit: 65_536, begins: 'anything' })
  const body = random(5000)
  for (let offset = 0; offset < body.length; offset++) {
    const data = body.subarray(offset, offset + 1)
    const fragment = { type: 11, length: body.length, messageSequence: 0, offset, data }
    assert.is(reassembly.add(fragment, 0, true), 'taken')
  }
  assert.equal(reassembly.deliver()?.message.body, body)
})

messages('several messages in one go are in order', () => {
  const reassembly = new Reassembly({ limit: 1000, begins: 'anything' })
  const message = (messageSequence: number, offset: number, end: number) =>
    reassembly.add(
      { type: 11, length: 10, messageSequence, offset, data: new Uint8Array(end - offset) },
      0,
      true,
    )
  assert.is(message(0, 0, 10), 'taken')
  assert.is(message(1, 0, 5), 'taken')
  assert.is(message(1, 7, 10), 'gap')
  assert.is(message(2, 0, 10), 'gap')
  assert.is(message(1, 5, 7), 'taken')
  assert.is(message(3, 0, 10), 'taken')
  assert.is(message(0, 0, 10), 'gap', 'a repetition')
  for (let i = 0; i < 4; i++) assert.is(reassembly.deliver()?.messageSequence, i)
  assert.is(message(3, 0, 10), 'old')
})
messages.run()

function codeIs(code: string) {
  return (error: unknown) => error instanceof Fault && error.code === code
}
