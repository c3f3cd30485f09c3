import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createNullCrypto, type Pair } from '#src/testing.js'
import { messageType } from '#src/wire/registry.js'
import { connect, text } from '../support/connect.js'
import { alertAt, expectEstablished } from '../support/outcome.js'
import { openNull, recordsOf } from '../support/records.js'

/** Records of either kind that a side sent under each of its application keys, from `from` on. */
function recordsPerKey(sent: Uint8Array): number[] {
  const counts = [0]
  for (const record of recordsOf(sent)) {
    counts.push((counts.pop() ?? 0) + 1)
    if (isKeyUpdate(openNull(record))) counts.push(0)
  }
  return counts
}

function isKeyUpdate({ type, content }: ReturnType<typeof openNull>): boolean {
  return type === 22 && content[0] === messageType.keyUpdate
}

function keyUpdates(pair: Pair, role: 'client' | 'server', from: number): number {
  return recordsOf(pair[role].transmitted.subarray(from)).filter((record) =>
    isKeyUpdate(openNull(record)),
  ).length
}

function exchange(pair: Pair): void {
  for (const role of ['client', 'server'] as const) {
    const before = pair[role === 'client' ? 'server' : 'client'].data.length
    pair[role].send(text('data'))
    pair.run()
    assert.is(pair[role === 'client' ? 'server' : 'client'].data.length, before + 4)
  }
}

for (const role of ['client', 'server'] as const) {
  const other = role === 'client' ? 'server' : 'client'

  test(`${role}: an update without a request changes one direction`, () => {
    const pair = connect().run()
    const [mine, theirs] = [pair[role].transmitted.length, pair[other].transmitted.length]
    pair[role].connection.updateKeys()
    pair.run()
    exchange(pair)
    expectEstablished(pair)
    assert.is(keyUpdates(pair, role, mine), 1)
    assert.is(keyUpdates(pair, other, theirs), 0)
  })

  test(`${role}: an update with a request is answered, once and without one`, () => {
    const pair = connect().run()
    const [mine, theirs] = [pair[role].transmitted.length, pair[other].transmitted.length]
    pair[role].connection.updateKeys(true)
    pair.run()
    exchange(pair)
    assert.is(keyUpdates(pair, role, mine), 1)
    assert.is(keyUpdates(pair, other, theirs), 1)
    expectEstablished(pair)
  })

  test(`${role}: many requests to a silent peer are answered once, before its next data`, () => {
    const pair = connect().run()
    const theirs = pair[other].transmitted.length
    for (let i = 0; i < 10; i++) {
      pair[role].connection.updateKeys(true)
      pair.run()
    }
    assert.is(keyUpdates(pair, other, theirs), 0)
    exchange(pair)
    assert.is(keyUpdates(pair, other, theirs), 1)
    expectEstablished(pair)
  })

  test(`${role}: both at once`, () => {
    const pair = connect().run()
    pair.client.connection.updateKeys(true)
    pair.server.connection.updateKeys(true)
    pair.run()
    exchange(pair)
    expectEstablished(pair)
  })

  test(`${role}: the peer answers before the data that it sends next`, () => {
    const pair = connect().run()
    const theirs = pair[other].transmitted.length
    pair[role].connection.updateKeys(true)
    pair[role].step()
    // The request has arrived but is not polled for; what is sent now still goes under new keys.
    pair.run()
    pair[other].send(text('x'))
    pair.run()
    const records = recordsOf(pair[other].transmitted.subarray(theirs)).map(openNull)
    assert.ok(records[0] !== undefined && isKeyUpdate(records[0]))
  })

  test(`${role}: as many updates without data between them as the limit`, () => {
    const limits = { limits: { keyUpdates: 5 } }
    const pair = connect(limits, limits).run()
    for (let i = 0; i < 5; i++) pair[role].connection.updateKeys()
    pair.run()
    exchange(pair)
    for (let i = 0; i < 5; i++) pair[role].connection.updateKeys()
    exchange(pair)
    expectEstablished(pair)
    for (let i = 0; i < 6; i++) pair[role].connection.updateKeys()
    pair.run()
    assert.is(pair[other].fault?.code, 'tooManyKeyUpdates')
    assert.is(alertAt(pair[role]), 'unexpectedMessage')
  })

  test(`${role}: keys are updated before the limit of the cipher`, () => {
    const crypto = createNullCrypto({ confidentialityLimit: 10 })
    const limits = { keyUpdates: 1_000 }
    const pair = connect({ crypto, limits }, { crypto, limits }).run()
    const before = pair[role].transmitted.length
    for (let i = 0; i < 50; i++) {
      pair[role].send(Uint8Array.of(i))
      pair.run()
    }
    assert.is(pair[other].data.length, 50)
    const counts = recordsPerKey(pair[role].transmitted.subarray(before))
    assert.ok(counts.length > 4, `${counts}`)
    assert.ok(Math.max(...counts) <= 10, `records under each key: ${counts}`)
  })

  test(`${role}: keys are updated inside one large send`, () => {
    const crypto = createNullCrypto({ confidentialityLimit: 3 })
    const limits = { maxQueued: 1_000_000, keyUpdates: 1_000 }
    const pair = connect({ crypto, limits }, { crypto, limits }).run()
    const before = pair[role].transmitted.length
    pair[role].send(new Uint8Array(20 * 16_384))
    pair.run()
    assert.is(pair[other].data.length, 20 * 16_384)
    const counts = recordsPerKey(pair[role].transmitted.subarray(before))
    assert.ok(Math.max(...counts) <= 3, `records under each key: ${counts}`)
    expectEstablished(pair)
  })
}

test('the keys of the handshake do not come near the limit either', () => {
  const crypto = createNullCrypto({ confidentialityLimit: 1 })
  const pair = connect({ crypto }, { crypto }).run()
  expectEstablished(pair)
})

test('data that waits in the queue is sent under new keys', () => {
  const crypto = createNullCrypto({ confidentialityLimit: 2 })
  const pair = connect(
    { crypto, limits: { keyUpdates: 1_000 } },
    { crypto, limits: { keyUpdates: 1_000 } },
  )
  pair.client.send(new Uint8Array(60_000))
  pair.server.send(new Uint8Array(60_000))
  pair.run()
  assert.is(pair.client.data.length, 60_000)
  assert.is(pair.server.data.length, 60_000)
})

test('after close an update is misuse, and a request is not answered', () => {
  const pair = connect().run()
  pair.client.connection.close()
  pair.run()
  const before = pair.client.transmitted.length
  pair.server.connection.updateKeys(true)
  pair.server.send(text('still'))
  pair.run()
  assert.equal(pair.client.data, text('still'))
  assert.is(pair.client.transmitted.length, before)
  expectEstablished(pair)
})

test.run()
