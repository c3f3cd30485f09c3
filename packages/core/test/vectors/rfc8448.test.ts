// The traces of RFC 8448, bit for bit: each side from its random numbers and what the other one sent.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, hex } from '#src/bytes.js'
import { noble } from '#src/noble.js'
import { resumptionPsk, trafficKeys13 } from '#src/schedule/tls13.js'
import { encodeState } from '#src/session-codec.js'
import { trustEveryone } from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import type { Extension } from '#src/wire/extension.js'
import { certificate, clientHello, serverHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { demand } from '../support/connect.js'
import {
  clientFlight,
  clientOptions,
  drain,
  exchange,
  expectBytes,
  expectEstablished,
  maxEarlyData,
  openClient,
  openServer,
  serverCredential,
  serverFlight,
  simpleSession,
  theirMessages,
  ticketHeader,
} from '../support/replay.js'
import { Trace } from '../support/trace.js'
import { fromHex, readVectors } from '../support/vectors.js'

const file = readVectors('tls/rfc8448.json')
const traces: Readonly<Record<string, Record<string, string>>> =
  file === undefined ? {} : JSON.parse(Buffer.from(file).toString('utf8'))

function traceOf(name: string): Trace | undefined {
  const entries = traces[name]
  return entries === undefined ? undefined : new Trace(name, entries)
}

for (const name of ['Simple_1RTT_Handshake', 'Middlebox_Compatibility_Mode']) {
  const trace = traceOf(name)
  if (trace === undefined) continue

  test(`${name}, client`, () => {
    if (!trace.has('Record_NewSessionTicket')) {
      const client = openClient(trace, clientOptions(trace))
      expectBytes(drain(client).bytes, trace.bytes('Record_ClientHello_1'))
      clientFlight(trace, client)
      exchange(trace, client, 'Client')
      return
    }
    const { client, session } = simpleSession(trace)
    expectBytes(session.ticket, trace.bytes('SessionTicket'))
    assert.is(session.ageAdd, ticketHeader.ticketAgeAdd)
    assert.is(session.maxEarlyData, maxEarlyData)
    assert.ok(hex(trace.bytes('Client_SessionData')).includes(hex(session.secret)))
    exchange(trace, client, 'Client')
  })

  test(`${name}, server`, () => {
    const store = { save: () => undefined, take: () => undefined }
    const tickets = trace.has('SessionTicket') ? { tickets: { store, count: 1 } } : {}
    const options = { credentials: [serverCredential(trace)], ...tickets }
    // The ticket itself takes no numbers from the pool.
    const random = trace.random('Server')
    const draw = (length: number) =>
      length === 32 && drawn++ >= 2 ? new Uint8Array(32) : random(length)
    let drawn = 0
    const server = openServer(trace, { ...options, random: draw }, { send: theirMessages(trace) })
    server.receive(trace.bytes('Record_ClientHello_1'))
    serverFlight(trace, server)
    const complete = drain(server)
    expectEstablished(complete)
    expectBytes(
      complete.bytes,
      ...(trace.has('Record_NewSessionTicket') ? [trace.bytes('Record_NewSessionTicket')] : []),
    )
    exchange(trace, server, 'Server')
  })
}

const resumed = traceOf('Resumed_0RTT_Handshake')
const simple = traceOf('Simple_1RTT_Handshake')
if (resumed !== undefined && simple !== undefined) {
  // In the file, the server's flight of this one trace is another implementation's, without server_name; what follows
  // it is RFC 8448's again. So the flight is made from what section 4 prints.
  const serverMessages = concat(
    fromHex(
      '080000280026000a00140012001d00170018001901000101010201030104001c0002400100000000002a0000',
    ),
    resumed.bytes('Message_Server_Finished'),
  )
  const serverSecret = fromHex('fe927ae271312e8bf0275b581c54eef020450dc4ecffaa05a1a35d27518e7803')
  const flightRecord = sealedRecord(serverSecret, serverMessages)

  test('Resumed_0RTT_Handshake, client', () => {
    const { session } = simpleSession(simple)
    const client = openClient(resumed, { ...clientOptions(resumed), session, earlyData: true })
    client.sendEarly(resumed.bytes('Client_EarlyAppData'))
    expectBytes(
      drain(client).bytes,
      resumed.bytes('Record_ClientHello_1'),
      resumed.bytes('Record_Client_EarlyAppData'),
    )
    client.receive(resumed.bytes('Record_ServerHello'))
    client.receive(flightRecord)
    const flight = drain(client)
    expectEstablished(flight)
    expectBytes(flight.bytes, resumed.bytes('Record_ClientFinished'))
    assert.is(client.info?.earlyData, 'accepted')
    exchange(resumed, client, 'Client')
  })

  test('Resumed_0RTT_Handshake, server', () => {
    const { session } = simpleSession(simple)
    const state = encodeState({ ...session, issued: simple.time, peer: undefined })
    const theirs = theirMessages(resumed)
    const server = openServer(
      resumed,
      {
        credentials: [serverCredential(simple)],
        tickets: { store: { save: () => undefined, take: () => state }, count: 0 },
        earlyData: { maxBytes: maxEarlyData, replay: () => true },
      },
      {
        send: (type, body) =>
          type === messageType.encryptedExtensions
            ? serverMessages.subarray(4, 44)
            : theirs(type, body),
      },
    )
    server.receive(resumed.bytes('Record_ClientHello_1'))
    server.receive(resumed.bytes('Record_Client_EarlyAppData'))
    const flight = drain(server)
    expectBytes(flight.bytes, resumed.bytes('Record_ServerHello'), flightRecord)
    const early = flight.outputs.flatMap((o) => (o.kind === 'earlyData' ? [o.bytes] : []))
    expectBytes(concat(...early), resumed.bytes('Client_EarlyAppData'))
    server.receive(resumed.bytes('Record_ClientFinished'))
    expectEstablished(drain(server))
    exchange(resumed, server, 'Server')
  })
}

/** The first record of handshake messages under a secret. */
function sealedRecord(secret: Uint8Array, messages: Uint8Array): Uint8Array {
  const suite = demand(noble.suites.find(({ id }) => id === 0x1301))
  const protection = trafficKeys13(suite, 'tls13 ', secret).protection()
  const length = protection.sealedLength(messages.length, 0)
  const header = Uint8Array.of(23, 3, 3, length >> 8, length & 0xff)
  const record = concat(header, new Uint8Array(length))
  protection.seal(0, 22, messages, 0, header, record, header.length)
  return record
}

const retried = traceOf('HelloRetryRequest_Handshake')
if (retried !== undefined) {
  test('HelloRetryRequest_Handshake, client', () => {
    const client = openClient(retried, clientOptions(retried))
    expectBytes(drain(client).bytes, retried.bytes('Record_ClientHello_1'))
    client.receive(retried.bytes('Record_HelloRetryRequest'))
    expectBytes(drain(client).bytes, retried.bytes('Record_ClientHello_2'))
    clientFlight(retried, client)
    exchange(retried, client, 'Client')
  })

  test('HelloRetryRequest_Handshake, server', () => {
    const send = theirMessages(retried)
    let cookie: Uint8Array | undefined
    const server = openServer(
      retried,
      {
        groups: ['secp256r1'],
        credentials: [serverCredential(retried)],
        cookie: { keys: [new Uint8Array(32)], peer: Uint8Array.of(0) },
      },
      {
        send(type, body) {
          // Ours, which we shall want back.
          const extensions = decodeRetry(type, body)
          cookie = extensions?.find((extension) => extension.type === 44)?.data ?? cookie
          return send(type, body)
        },
        receive(type, body) {
          if (type !== messageType.clientHello || cookie === undefined) return body
          const hello = decode(clientHello, body)
          const extensions = hello.extensions?.map((extension) =>
            extension.type === 44 ? { type: 44, data: demand(cookie) } : extension,
          )
          return encode(clientHello, { ...hello, extensions })
        },
      },
    )
    server.receive(retried.bytes('Record_ClientHello_1'))
    expectBytes(drain(server).bytes, retried.bytes('Record_HelloRetryRequest'))
    server.receive(retried.bytes('Record_ClientHello_2'))
    serverFlight(retried, server)
    expectEstablished(drain(server))
    exchange(retried, server, 'Server')
  })
}

function decodeRetry(type: number, body: Uint8Array): readonly Extension[] | undefined {
  return type === messageType.serverHello ? decode(serverHello, body).extensions : undefined
}

const authenticated = traceOf('Client_Authentication_Handshake')
if (authenticated !== undefined) {
  const trace = authenticated
  test('Client_Authentication_Handshake, client', () => {
    const credential = { chain: clientChain(trace), key: 'decide' } as const
    const client = openClient(trace, { ...clientOptions(trace), credentials: [credential] })
    expectBytes(drain(client).bytes, trace.bytes('Record_ClientHello_1'))
    clientFlight(trace, client)
    exchange(trace, client, 'Client')
  })

  test('Client_Authentication_Handshake, server', () => {
    const server = openServer(
      trace,
      {
        credentials: [serverCredential(trace)],
        clientAuthentication: 'require',
        verify: trustEveryone,
      },
      { send: theirMessages(trace) },
    )
    server.receive(trace.bytes('Record_ClientHello_1'))
    serverFlight(trace, server)
    expectEstablished(drain(server))
    assert.equal(server.info?.peer?.chain, clientChain(trace))
    exchange(trace, server, 'Server')
  })
}

/** The client's certificate stands nowhere but in its encrypted flight. */
function clientChain(trace: Trace): readonly Uint8Array[] {
  const suite = demand(noble.suites.find(({ id }) => id === 0x1301))
  let secret: Uint8Array | undefined
  const client = openClient(trace, {
    ...clientOptions(trace),
    observe(observation) {
      if (observation.kind !== 'keylog') return
      const [label, , digits = ''] = observation.line.split(' ')
      if (label === 'CLIENT_HANDSHAKE_TRAFFIC_SECRET') secret = fromHex(digits)
    },
  })
  drain(client)
  client.receive(trace.bytes('Record_ServerHello'))
  drain(client)
  const record = trace.bytes('Record_ClientFinished')
  const protection = trafficKeys13(suite, 'tls13 ', demand(secret)).protection()
  const opened = demand(protection.open(0, 23, record.subarray(0, 5), record.subarray(5)))
  const { content } = opened
  const length = ((content[2] ?? 0) << 8) | (content[3] ?? 0)
  const message = decode(certificate, content.subarray(4, 4 + length))
  return message.certificateList.map(({ certData }) => certData.slice())
}

const external = traceOf('Externally_Provided_PSK_with_Ephemeral_Key')
if (external !== undefined) {
  const trace = external
  const psk = { identity: Uint8Array.from(Buffer.from('rfc8448')), key: trace.bytes('PskSecret') }

  test('Externally_Provided_PSK_with_Ephemeral_Key, client', () => {
    const client = openClient(trace, clientOptions(trace, [psk]))
    expectBytes(drain(client).bytes, trace.bytes('Record_ClientHello_1'))
    clientFlight(trace, client)
    assert.equal(client.info?.pskIdentity, psk.identity)
    exchange(trace, client, 'Client')
  })

  test('Externally_Provided_PSK_with_Ephemeral_Key, server', () => {
    const server = openServer(trace, { psks: [psk] }, { send: theirMessages(trace) })
    server.receive(trace.bytes('Record_ClientHello_1'))
    serverFlight(trace, server)
    expectEstablished(drain(server))
    exchange(trace, server, 'Server')
  })
}

if (traces.RawPublicKey_With_Client_Authentication !== undefined)
  console.log('SKIP RawPublicKey_With_Client_Authentication: raw public keys are not there yet')

test('the PSK of a ticket is what RFC 8448 says', () => {
  const { hash } = demand(noble.suites.find(({ id }) => id === 0x1301))
  const master = fromHex('7df235f2031d2a051287d02b0241b0bfdaf86cc856231f2d5aba46c434ec196c')
  const psk = resumptionPsk(hash, 'tls13 ', master, fromHex('0000'))
  assert.is(hex(psk), '4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3')
})

test.run()
