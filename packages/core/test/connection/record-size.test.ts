import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Pair } from '#src/testing.js'
import { connect, demand, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { openNull, recordsOf } from '../support/records.js'

/** The longest inner plaintext (content, type and padding) of a side's protected records. */
function longest(sent: Uint8Array): number {
  const lengths = recordsOf(sent).flatMap(({ type, fragment }) =>
    type === 23 ? [fragment.length - 16] : [],
  )
  return Math.max(...lengths)
}

function exchange(client: Partial<ClientConfig>, server: Partial<ServerConfig>): Pair {
  const pair = connect(client, server).run()
  expectEstablished(pair)
  pair.client.send(new Uint8Array(20_000))
  pair.server.send(new Uint8Array(20_000))
  pair.run()
  assert.is(pair.client.data.length, 20_000)
  assert.is(pair.server.data.length, 20_000)
  expectEstablished(pair)
  return pair
}

const keys = { keys: [{ name: new Uint8Array(16), key: new Uint8Array(32) }] }

test('without a limit, records are as long as the protocol allows', () => {
  const pair = exchange({}, {})
  assert.is(longest(pair.client.transmitted), 16_385)
  assert.is(longest(pair.server.transmitted), 16_385)
})

test('record_size_limit holds in each direction, handshake included', () => {
  const pair = exchange({ recordSizeLimit: 100 }, { recordSizeLimit: 1_000 })
  // RFC 8449 section 4: the value on the wire, which is one more, counts the content type.
  assert.is(longest(pair.server.transmitted), 101)
  assert.is(longest(pair.client.transmitted), 1_001)
})

test('the least and the greatest record_size_limit', () => {
  for (const recordSizeLimit of [64, 16_384]) {
    const pair = exchange({ recordSizeLimit }, {})
    assert.is(longest(pair.server.transmitted), recordSizeLimit + 1)
    assert.is(longest(pair.client.transmitted), 16_385)
  }
})

test('padding counts towards the limit', () => {
  const pair = exchange(
    { recordPadding: () => 1_000_000, recordSizeLimit: 300 },
    { recordPadding: () => 1_000_000, recordSizeLimit: 200 },
  )
  assert.is(longest(pair.server.transmitted), 301)
  assert.is(longest(pair.client.transmitted), 201)
})

test('max_fragment_length bounds both directions', () => {
  for (const maxFragmentLength of [512, 1024, 2048, 4096]) {
    const pair = exchange({ maxFragmentLength }, {})
    assert.is(longest(pair.server.transmitted), maxFragmentLength + 1)
    assert.is(longest(pair.client.transmitted), maxFragmentLength + 1)
  }
})

test('early data and a record_size_limit', () => {
  const server: Partial<ServerConfig> = {
    recordSizeLimit: 100,
    tickets: { keys },
    earlyData: { maxBytes: 5_000, replay: () => true },
  }
  const client = { recordSizeLimit: 100 }
  const session = demand(connect(client, server).run().client.sessions[0])
  const pair = connect({ ...client, session, earlyData: true }, server)
  pair.client.connection.sendEarly(new Uint8Array(5_000))
  pair.run()
  expectEstablished(pair)
  assert.is(pair.server.earlyData.length, 5_000)
})

test('the padding policy sees the length, and pads handshake and data', () => {
  const seen: number[] = []
  const recordPadding = (length: number) => {
    seen.push(length)
    return -(length + 1) & 31
  }
  const pair = connect({ recordPadding }).run()
  pair.client.send(text('12345'))
  pair.run()
  assert.equal(seen, [36, 5])
  const padded = recordsOf(pair.client.transmitted).filter(({ type }) => type === 23)
  assert.equal(
    padded.map(({ fragment }) => (fragment.length - 16) % 32),
    [0, 0],
  )
  assert.is(openNull(demand(padded[1])).padding, 26)
})

test('a padding policy that answers rubbish pads nothing, or as much as fits', () => {
  for (const [answer, length] of [
    [-5, 4],
    [2.9, 6],
    [Number.POSITIVE_INFINITY, 16_385],
    [Number.NaN, 4],
  ] as const) {
    const pair = connect({ recordPadding: () => answer }).run()
    expectEstablished(pair)
    const before = pair.client.transmitted.length
    pair.client.send(text('abc'))
    pair.run()
    assert.equal(pair.server.data, text('abc'))
    assert.is(longest(pair.client.transmitted.subarray(before)), length, `${answer}`)
  }
})

test.run()
