import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createClient } from '#src/client.js'
import type { Connection } from '#src/connection.js'
import type { Output } from '#src/output.js'
import { createServer } from '#src/server.js'
import { clientConfig, connect, demand, serverConfig, text } from '../support/connect.js'
import { perform, scenarios } from '../support/scenarios.js'

const now = { monotonic: 0, unix: 1_800_000_000_000 }

/** Polls until idle. */
function drain(connection: Connection): Output[] {
  const outputs: Output[] = []
  for (;;) {
    const output = connection.poll()
    if (output.kind === 'idle') return outputs
    outputs.push(output)
  }
}

function bytesOf(outputs: readonly Output[]): Uint8Array {
  return Buffer.concat(outputs.flatMap((o) => (o.kind === 'transmit' ? [o.bytes] : [])))
}

/** Both ends, established. */
function established(
  client: Parameters<typeof clientConfig>[0] = {},
  server: Parameters<typeof serverConfig>[0] = {},
): { client: Connection; server: Connection } {
  const ends = {
    client: createClient(clientConfig(client), now),
    server: createServer(serverConfig(server), now),
  }
  for (let i = 0; i < 3; i++) {
    ends.server.receive(bytesOf(drain(ends.client)))
    ends.client.receive(bytesOf(drain(ends.server)))
  }
  drain(ends.client)
  assert.ok(ends.client.info && ends.server.info)
  return ends
}

test('nothing happens but in poll', () => {
  const client = createClient(clientConfig(), now)
  assert.is(client.state, 'start')
  const server = createServer(serverConfig(), now)
  const hello = bytesOf(drain(client))
  assert.is(server.receive(hello), hello.length)
  assert.is(server.state, 'start')
  assert.is(server.poll().kind, 'transmit')
})

test('the state is never ahead of the outputs that were read', () => {
  const { client, server } = established()
  const first = server.send(text('one'))
  assert.is(first, 3)
  const one = bytesOf(drain(server))
  server.send(text('two'))
  const two = bytesOf(drain(server))
  server.close()
  const end = bytesOf(drain(server))
  client.receive(Buffer.concat([one, two, end]))
  const kinds: string[] = []
  for (let output = client.poll(); output.kind !== 'idle'; output = client.poll()) {
    kinds.push(output.kind)
    if (kinds.length === 1) {
      // The second record and the alert lie there unread; sending still works.
      assert.is(client.send(text('x')), 1)
    }
  }
  assert.equal(
    kinds.filter((kind) => kind !== 'transmit'),
    ['data', 'data', 'peerClosed'],
  )
})

test('info is there exactly when `established` was put out', () => {
  for (const scenario of scenarios) {
    const pair = perform(scenario)
    assert.ok(pair.client.connection.info && pair.server.connection.info)
  }
  const server = createServer(serverConfig(), now)
  const client = createClient(clientConfig(), now)
  server.receive(bytesOf(drain(client)))
  client.receive(bytesOf(drain(server)))
  for (;;) {
    assert.is(client.info, undefined)
    if (client.poll().kind === 'established') break
  }
  assert.ok(client.info)
})

test('an alert to send comes before `failed`, and nothing after it', () => {
  const client = createClient(clientConfig(), now)
  drain(client)
  client.receive(Uint8Array.of(22, 3, 3, 0, 4, 20, 0, 0, 0))
  assert.equal(
    drain(client).map(({ kind }) => kind),
    ['transmit', 'failed'],
  )
  assert.equal(drain(client), [])
  assert.is(client.receive(new Uint8Array(10)), 10)
  assert.equal(client.poll(), { kind: 'idle', deadline: undefined, wantsInput: false })
})

test('input is bounded while a decision is open', () => {
  const client = createClient(
    clientConfig({ verify: 'decide', limits: { maxBuffered: 19_000 } }),
    now,
  )
  const server = createServer(serverConfig({ halfRttData: true }), now)
  server.send(new Uint8Array(60_000))
  server.receive(bytesOf(drain(client)))
  const stream = bytesOf(drain(server))
  let offset = client.receive(stream)
  const outputs = drain(client)
  assert.is(outputs[0]?.kind, 'decide')
  assert.is(client.poll().kind, 'idle')
  for (let i = 0; i < 20; i++) offset += client.receive(stream.subarray(offset))
  assert.ok(offset < 21_000 && offset < stream.length, `${offset} bytes were taken`)
  assert.is(client.receive(stream.subarray(offset)), 0)
  const idle = client.poll()
  assert.ok(idle.kind === 'idle' && !idle.wantsInput)
})

test('input is bounded while nobody polls', () => {
  const { client } = established({ limits: { maxBuffered: 20_000 } })
  let taken = 0
  const chunk = new Uint8Array(1000)
  for (let i = 0; i < 100; i++) taken += client.receive(chunk)
  assert.is(taken, 20_000)
})

test('plaintext is bounded before the handshake is complete', () => {
  const client = createClient(clientConfig({ limits: { maxQueued: 5_000 } }), now)
  assert.is(client.send(new Uint8Array(4_000)), 4_000)
  assert.is(client.send(new Uint8Array(4_000)), 1_000)
  assert.is(client.send(new Uint8Array(4_000)), 0)
})

test('plaintext is bounded while the output waits', () => {
  const { client, server } = established({ limits: { maxQueued: 40_000 } })
  let accepted = 0
  for (let i = 0; i < 100; i++) accepted += client.send(new Uint8Array(1_000))
  assert.ok(accepted > 30_000 && accepted <= 40_000, `${accepted} bytes`)
  server.receive(bytesOf(drain(client)))
  assert.is(client.send(new Uint8Array(1_000)), 1_000)
})

test('what was queued before the handshake arrives in order and whole', () => {
  const pair = connect({ limits: { maxQueued: 65_536 } })
  const sent = Uint8Array.from({ length: 65_536 }, (_, i) => i * 7)
  pair.client.send(sent)
  pair.run()
  assert.equal(Buffer.from(pair.server.data), Buffer.from(sent))
})

test('the bytes of a transmission stay as they are until they are released', () => {
  const { client } = established()
  client.send(new Uint8Array(60_000).fill(1))
  const [first] = drain(client)
  assert.ok(first?.kind === 'transmit')
  const copy = first.bytes.slice()
  client.send(new Uint8Array(60_000).fill(2))
  drain(client)
  assert.equal(first.bytes, copy)
  client.release(first.bytes)
})

test('an answer to a decision that is not open throws', () => {
  const pair = connect({ verify: 'decide' })
  pair.run()
  const decision = demand(pair.client.decisions[0])
  assert.throws(() =>
    pair.client.connection.answer({ ...decision, id: 99 }, { ok: false, code: '', message: '' }),
  )
  pair.client.connection.answer(decision, { ok: false, code: 'no', message: 'no' })
  assert.throws(() =>
    pair.client.connection.answer(decision, { ok: false, code: 'no', message: 'no' }),
  )
})

test('misuse throws, and names the call', () => {
  const { client, server } = established()
  assert.throws(() => client.requestClientCertificate(), /requestClientCertificate/)
  assert.throws(() => server.requestClientCertificate(), /requestClientCertificate/)
  assert.throws(() => client.earlyExporter('x', undefined, 1), /earlyExporter/)
  const fresh = createClient(clientConfig(), now)
  assert.throws(() => fresh.updateKeys(), /updateKeys/)
  assert.throws(() => fresh.exporter('x', undefined, 1), /exporter/)
  assert.throws(() => fresh.channelBinding('tls-exporter'), /channelBinding/)
  client.close()
  assert.throws(() => client.send(text('x')), /send/)
  assert.throws(() => client.updateKeys(), /updateKeys/)
  server.abort()
  assert.throws(() => server.send(text('x')), /send/)
})

test('sendEarly without an offer takes nothing', () => {
  const client = createClient(clientConfig(), now)
  assert.is(client.sendEarly(text('x')), 0)
  const server = createServer(serverConfig(), now)
  assert.is(server.sendEarly(text('x')), 0)
})

test.run()
