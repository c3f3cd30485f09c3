/** Resumption and early data over datagrams; what DTLS must not share with TLS. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createDtlsClient, createDtlsServer } from '#src/dtls.js'
import { OptionError } from '#src/fault.js'
import { datagramClientHello } from '#src/layer/datagram/hello.js'
import type { Observation } from '#src/observe.js'
import type { Session } from '#src/session.js'
import { seededRandom } from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import { extensionTable } from '#src/wire/extension.js'
import { contentType, messageType } from '#src/wire/registry.js'
import { clientConfig, connect, demand, serverConfig, text } from '../support/connect.js'
import {
  connectDatagrams,
  expectDatagramFault,
  type ServerOverrides,
} from '../support/datagrams.js'
import { forge, fragment } from '../support/forging.js'
import { expectEstablished } from '../support/outcome.js'

const tickets = { keys: { keys: [{ name: new Uint8Array(16), key: new Uint8Array(32).fill(3) }] } }
const early: ServerOverrides = { tickets, earlyData: { maxBytes: 10_000, replay: () => true } }

function session(server: ServerOverrides = { tickets }): Session {
  const { pair } = connectDatagrams({}, server, { seed: 'first' })
  pair.settle()
  expectEstablished(pair)
  return demand(pair.client.sessions[0])
}

const resumption = suite('resumption')

resumption('under loss', () => {
  for (let seed = 0; seed < 20; seed++) {
    const faults = { seed, loss: 0.2, duplication: 0.1, reordering: 0.2 }
    const { pair } = connectDatagrams({ session: session() }, { tickets }, faults)
    pair.settle()
    expectEstablished(pair)
    assert.is(pair.client.info?.resumed, true)
    assert.is(pair.client.sessions.length, 2)
    assert.is(pair.server.idle.deadline, undefined)
  }
})

resumption('a session of TLS is not offered over DTLS, nor the other way round', () => {
  const stream = connect({}, { tickets })
  stream.run()
  const ofTls = demand(stream.client.sessions[0])
  const hellos: Uint8Array[] = []
  const observe = (seen: Observation) =>
    seen.kind === 'message' && seen.name === 'ClientHello' && hellos.push(seen.bytes)
  const { pair } = connectDatagrams({ session: ofTls, observe }, { tickets })
  pair.settle()
  expectEstablished(pair)
  assert.is(pair.client.info?.resumed, false)
  const { extensions } = decode(datagramClientHello, demand(hellos[0]).subarray(4))
  assert.not.ok(extensions?.some(({ type }) => type === extensionTable.preSharedKey.type))
  const back = connect({ session: session() }, { tickets })
  back.run()
  expectEstablished(back)
  assert.is(back.client.info?.resumed, false)
})

resumption('a ticket of TLS that a client offers all the same is passed over', () => {
  const stream = connect({}, { tickets })
  stream.run()
  const disguised = { ...demand(stream.client.sessions[0]), version: 0xfefc }
  const { pair } = connectDatagrams({ session: disguised }, { tickets })
  pair.settle()
  expectEstablished(pair)
  assert.is(pair.client.info?.resumed, false)
})
resumption.run()

const earlyData = suite('early data')

earlyData('is delivered, each record for itself', () => {
  const { pair } = connectDatagrams({ session: session(early), earlyData: true }, early)
  for (const word of ['one', 'two', 'three'])
    assert.is(pair.client.connection.sendEarly(text(word), pair.now), word.length)
  pair.settle()
  expectEstablished(pair)
  const received = pair.server.events.filter(({ kind }) => kind === 'earlyData')
  assert.is(received.length, 3)
  assert.is(pair.server.info?.earlyData, 'accepted')
  pair.client.send(text('later'))
  pair.settle()
  assert.equal(pair.server.data, text('later'))
})

earlyData('under loss and reordering, none is delivered twice or as other data', () => {
  for (let seed = 0; seed < 30; seed++) {
    const faults = { seed, loss: 0.2, duplication: 0.3, reordering: 0.5, delay: 300 }
    const client = { session: session(early), earlyData: true }
    const { pair } = connectDatagrams(client, early, faults)
    for (let i = 0; i < 10; i++) pair.client.connection.sendEarly(text(`early ${i}`), pair.now)
    pair.settle()
    expectEstablished(pair)
    for (let i = 0; i < 10; i++) pair.client.send(text(`late ${i}`))
    pair.settle()
    const words = (kind: 'data' | 'earlyData') =>
      pair.server.events.flatMap((event) =>
        event.kind === kind ? [String.fromCharCode(...event.bytes)] : [],
      )
    for (const word of words('earlyData')) assert.match(word, /^early \d$/)
    for (const word of words('data')) assert.match(word, /^late \d$/)
    assert.is(new Set(words('earlyData')).size, words('earlyData').length)
  }
})

earlyData('that comes after the handshake is dropped', () => {
  const client = { session: session(early), earlyData: true }
  const { pair, toServer, discards } = connectDatagrams(client, early)
  const held: Uint8Array[] = []
  toServer.options = {
    ...toServer.options,
    filter(datagram) {
      if ((datagram[0] ?? 0) >> 5 !== 1 || ((datagram[0] ?? 0) & 3) !== 1) return [datagram]
      held.push(datagram.slice())
      return []
    },
  }
  pair.client.connection.sendEarly(text('slow'), pair.now)
  pair.settle()
  expectEstablished(pair)
  assert.is(held.length, 1)
  for (const datagram of held) pair.server.connection.receive(datagram, pair.now)
  pair.settle()
  expectEstablished(pair)
  assert.is(pair.server.earlyData.length, 0)
  assert.equal(discards.server, ['no keys for its epoch'])
})

for (const [why, server] of [
  ['the server takes none', { tickets }],
  ['a HelloRetryRequest comes', { ...early, groups: ['secp256r1'] }],
] as const)
  earlyData(`is refused where ${why}`, () => {
    const client = { session: session(early), earlyData: true }
    const { pair } = connectDatagrams(client, server)
    pair.client.connection.sendEarly(text('in vain'), pair.now)
    pair.settle()
    expectEstablished(pair)
    assert.ok(pair.client.events.some(({ kind }) => kind === 'earlyDataRejected'))
    assert.is(pair.server.earlyData.length, 0)
    pair.client.send(text('again'))
    pair.settle()
    assert.equal(pair.server.data, text('again'))
  })

earlyData(
  'a message that no datagram holds throws, and one above the size left is not divided',
  () => {
    const server: ServerOverrides = { tickets, earlyData: { maxBytes: 100, replay: () => true } }
    const { pair } = connectDatagrams({ session: session(server), earlyData: true }, server)
    const { connection } = pair.client
    assert.throws(() => connection.sendEarly(new Uint8Array(1300), pair.now), RangeError)
    assert.is(connection.sendEarly(new Uint8Array(90), pair.now), 90)
    assert.is(connection.sendEarly(new Uint8Array(11), pair.now), 0)
    assert.is(connection.sendEarly(new Uint8Array(10), pair.now), 10)
    pair.settle()
    expectEstablished(pair)
    assert.is(pair.server.earlyData.length, 100)
  },
)
earlyData.run()

const hello = suite('ClientHello')

function helloOf(): Uint8Array {
  const client = createDtlsClient(clientConfig(), { monotonic: 0, unix: 0 })
  const output = client.poll()
  if (output.kind !== 'transmit') throw new Error(output.kind)
  return output.bytes.slice(13 + 12)
}

hello('says DTLS 1.3 as RFC 9147 5.3 has it', () => {
  const value = decode(datagramClientHello, helloOf())
  assert.is(value.legacyVersion, 0xfefd)
  assert.is(value.legacySessionId.length, 0)
  assert.is(value.legacyCookie?.length, 0)
  const versions = value.extensions?.find(({ type }) => type === 43)
  assert.equal([...(versions?.data ?? [])], [2, 0xfe, 0xfc])
})

hello('a legacy_cookie is illegal in DTLS 1.3, a legacy_session_id is ignored', () => {
  const value = decode(datagramClientHello, helloOf())
  const withCookie = encode(datagramClientHello, { ...value, legacyCookie: Uint8Array.of(1) })
  const bad = forge('client')
  bad.inject(bad.seal(0, contentType.handshake, fragment(messageType.clientHello, 0, withCookie)))
  expectDatagramFault(bad.pair, 'server', 'illegalParameter', 'illegalParameter')

  const id = { ...value, legacySessionId: seededRandom('id')(32) }
  const good = forge('client')
  const message = fragment(messageType.clientHello, 0, encode(datagramClientHello, id))
  good.inject(good.seal(0, contentType.handshake, message))
  assert.is(good.pair.server.fault, undefined)
  const flight = good.pair.server.events.find(({ kind }) => kind === 'transmit')
  // Header of record and fragment, legacy_version, random: then the length of legacy_session_id_echo.
  assert.is(flight?.kind === 'transmit' && flight.bytes[13 + 12 + 2 + 32], 0)
})

hello('options that datagrams do not have, or that are out of range, are refused', () => {
  const now = { monotonic: 0, unix: 0 }
  const bad = [{ mtu: 255 }, { mtu: 70_000 }, { mtu: 1000.5 }, { firstTimeout: 10 }]
  for (const options of [...bad, { middleboxCompatibility: true }])
    assert.throws(() => createDtlsClient({ ...clientConfig(), ...options }, now), isOptionError)
  for (const options of bad)
    assert.throws(() => createDtlsServer({ ...serverConfig(), ...options }, now), isOptionError)
})
hello.run()

function isOptionError(error: unknown): boolean {
  return error instanceof OptionError
}
