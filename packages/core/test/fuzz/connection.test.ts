// A peer that holds the keys and sends what it likes, in every state.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, equal } from '#src/bytes.js'
import type { Random } from '#src/crypto/provider.js'
import type { HandshakeMessage } from '#src/layer/layer.js'
import { below, chance, type Pair, seededRandom, type Wire } from '#src/testing.js'
import { contentType } from '#src/wire/registry.js'
import { text } from '../support/connect.js'
import { checkPair, collectBodies, fuzz } from '../support/fuzz.js'
import { mutate, mutateMessage } from '../support/mutate.js'
import { type Station, stations } from '../support/stations.js'

const corpus = collectBodies()
const secret = text('authentic')

function stationFor(random: Random): Station {
  const found = stations[below(stations.length, random)]
  if (found === undefined) throw new RangeError('no station')
  return found
}

/** Sends a message, at times in fragments. */
function send(wire: Wire, raw: Uint8Array, random: Random): void {
  const split: number[] = []
  while (chance(0.2, random)) split.push(1 + below(40, random))
  // An empty fragment is a fault of its own, which the tests of pitfalls have.
  const cut = split.reduce((sum, length) => sum + length, 0) < raw.length ? split : []
  wire.handshake(raw, { split: cut })
}

/** Something else beside the handshake. */
function sendRecord(wire: Wire, random: Random): void {
  const levels = ['initial', 'previous'] as const
  const level = chance(0.15, random) ? (levels[below(2, random)] ?? wire.level) : wire.level
  const padding = chance(0.2, random) ? below(300, random) : 0
  const type = chance(0.7, random) ? 20 + below(5, random) : below(256, random)
  const content = chance(0.5, random)
    ? random(below(60, random))
    : mutate(corpus[below(corpus.length, random)] ?? secret, random, corpus)
  wire.record(type, content.subarray(0, 16_000), { level, padding })
}

/** What is sent on either side once both believe in the connection, and what becomes of it. */
function converse(pair: Pair, { tested }: Station): void {
  const other = tested === 'client' ? 'server' : 'client'
  if (pair.client.info === undefined || pair.server.info === undefined) return
  if (pair.client.over || pair.server.over) return
  // In a renegotiation, what is sent waits for the peer's Finished.
  const { info, state } = pair[tested].connection
  if (info?.tls12 !== undefined && state !== 'connected') return
  const before = pair[other].data.length
  pair[tested].send(secret)
  pair.run()
  if (!pair.client.over && !pair.server.over)
    assert.ok(equal(pair[other].data.subarray(before), secret))
}

test('messages that are changed, under the right keys', async () => {
  await fuzz(0.5, (name) => {
    const random = seededRandom(name)
    const station = stationFor(random)
    const bothSee = chance(0.6, random)
    let differs = false
    const pair = station.visit((wire, message) => {
      const raw = message?.raw ?? randomMessage(station, random)
      const changed = mutateMessage(raw, random, corpus)
      // Behind the Finished that ends a handshake, TLS 1.2 lets another message begin.
      const seen = station.protocol === 'tls12' ? changed.subarray(0, raw.length) : changed
      differs = !equal(seen, raw)
      if (chance(0.1, random)) sendRecord(wire, random)
      send(wire, changed, random)
      if (chance(0.1, random)) sendRecord(wire, random)
      if (message === undefined) return undefined
      return bothSee ? changed : message.raw
    })
    checkPair(pair, station.tested)
    converse(pair, station)
    checkPair(pair, station.tested)
    // What only one side has seen is not in the other one's Finished.
    if (differs && !bothSee && !station.established)
      assert.is(pair[station.tested].info, undefined, `${station.name}: established over a change`)
  })
})

const types = {
  tls13: [4, 24, 13, 11, 15, 20, 1, 2, 8],
  tls12: [0, 0, 1, 1, 2, 4, 11, 12, 13, 14, 15, 16, 20, 22],
} as const

function randomMessage({ protocol }: Station, random: Random): Uint8Array {
  const list = types[protocol]
  const type = list[below(list.length, random)] ?? 4
  if (type === 0 && chance(0.5, random)) return Uint8Array.of(0, 0, 0, 0)
  const body = corpus[below(corpus.length, random)] ?? secret
  return concat(Uint8Array.of(type, 0, body.length >> 8, body.length & 0xff), body)
}

test('records of any kind, under the right keys or none', async () => {
  await fuzz(0.25, (name) => {
    const random = seededRandom(`records ${name}`)
    const station = stationFor(random)
    const pair = station.visit((wire, message) => {
      for (let i = below(4, random); i >= 0; i--) sendRecord(wire, random)
      if (message !== undefined && chance(0.5, random)) return wire.send(message)
      return message?.raw
    })
    checkPair(pair, station.tested)
    if (!station.established) {
      const { data, info } = pair[station.tested]
      if (info === undefined) assert.is(data.length, 0)
    }
    converse(pair, station)
    checkPair(pair, station.tested)
  })
})

test('bytes that are no records, or damaged ones', async () => {
  await fuzz(0.25, (name) => {
    const random = seededRandom(`bytes ${name}`)
    const station = stationFor(random)
    const pair = station.visit((wire, message) => {
      sendBytes(wire, message, random)
      return message?.raw
    })
    checkPair(pair, station.tested)
    const { data, info } = pair[station.tested]
    if (!station.established) {
      assert.is(data.length, 0)
      assert.is(info, undefined, `${station.name}: established over damage`)
    }
  })
})

/** Damages the message's record, or sends something that is none. */
function sendBytes(wire: Wire, message: HandshakeMessage | undefined, random: Random): void {
  if (chance(0.3, random)) {
    wire.raw(
      concat(Uint8Array.of(20 + below(4, random), 3, below(5, random)), random(below(60, random))),
    )
    return
  }
  const content = message?.raw ?? secret
  const type = message === undefined ? contentType.applicationData : contentType.handshake
  wire.record(type, content, {
    damage(record) {
      const changed = mutate(record, random, corpus)
      // What is the record again, or begins with it, is no damage; the version in its header is nobody's business.
      const same = (byte: number, at: number) => at === 1 || at === 2 || byte === record[at]
      return changed.subarray(0, record.length).every(same) && changed.length >= record.length
        ? record.subarray(1)
        : changed
    },
  })
}

test.run()
