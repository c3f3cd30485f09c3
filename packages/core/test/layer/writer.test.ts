/** How much `send` takes: whole records, as long as there is more, so that none is copied for want of a few bytes. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { RecordProtection } from '#src/layer/layer.js'
import { StreamWriter } from '#src/layer/stream/writer.js'

const maxQueued = 65_536
const record = 16_384
const writer = (): StreamWriter =>
  new StreamWriter({ role: 'client', maxQueued, recordPadding: undefined })

test('as many full records as the bound has room for, and then none', () => {
  const one = writer()
  assert.is(one.sendData(new Uint8Array(100_000)), maxQueued)
  assert.is(one.sendData(new Uint8Array(100_000)), 0)
  assert.is(one.transmit()?.bytes.length, maxQueued + 4 * 5)
  assert.is(one.sendData(new Uint8Array(100_000)), maxQueued, 'what was transmitted does not count')
})

test('a part of a record is taken only where it is the last of what was given', () => {
  const one = writer()
  assert.is(one.sendData(new Uint8Array(100)), 100)
  assert.is(one.sendData(new Uint8Array(maxQueued)), maxQueued - 100)
  assert.is(one.sendData(new Uint8Array(1)), 0)
  one.transmit()
  assert.is(one.sendData(new Uint8Array(60_000)), 60_000)
  assert.is(one.sendData(new Uint8Array(6_000)), 5_536)
  one.transmit()
  assert.is(one.sendData(new Uint8Array(50_000)), 50_000)
  assert.is(one.sendData(new Uint8Array(record)), 4 * record - 50_000)
})

test('with short records', () => {
  const one = writer()
  one.setLimit(1_000)
  assert.is(one.sendData(new Uint8Array(100_000)), 65_000)
  assert.is(one.sendData(new Uint8Array(400)), 400)
  assert.is(one.sendData(new Uint8Array(400)), 0, 'the room left does not fill the record')
})

test('where not even one record has room, what has', () => {
  const one = new StreamWriter({ role: 'client', maxQueued: 1_024, recordPadding: undefined })
  assert.is(one.sendData(new Uint8Array(5_000)), 1_024)
  assert.is(one.sendData(new Uint8Array(5_000)), 0)
  one.transmit()
  assert.is(one.sendData(new Uint8Array(5_000)), 1_024)
})

test('a record holds what was taken of a longer send, and no more', () => {
  const one = new StreamWriter({ role: 'server', maxQueued: record, recordPadding: undefined })
  const bytes = Uint8Array.from({ length: record + 10 }, (_, index) => index % 251)
  assert.is(one.sendData(bytes), record)
  const header = [23, 3, 3, record >> 8, record & 0xff]
  assert.equal([...(one.transmit()?.bytes ?? [])], [...header, ...bytes.subarray(0, record)])
})

test('what a cipher left behind when it failed is not sent', () => {
  const one = writer()
  const failing: RecordProtection = {
    concealsType: true,
    confidentialityLimit: 100,
    integrityLimit: 100,
    sealedLength: (length) => length + 17,
    longestSealed: (length) => length + 17,
    seal(_sequence, _type, content, _padding, _header, out, outOffset) {
      out.set(content, outOffset)
      throw new Error('broken')
    },
    open: () => undefined,
    wipe: () => {},
  }
  one.install({ protection: () => failing })
  assert.throws(() => one.sendData(new Uint8Array(record).fill(7)), /broken/)
  one.uninstall()
  one.sendAlert(2, 80)
  one.flush()
  assert.equal([...(one.transmit()?.bytes ?? [])], [21, 3, 3, 0, 2, 2, 80])
})

test.run()
