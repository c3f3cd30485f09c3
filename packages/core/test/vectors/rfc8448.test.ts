// The traces of RFC 8448, bit for bit: each side from its random numbers and what the other one sent.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, hex } from '#src/bytes.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Connection } from '#src/connection.js'
import type { Credential, Decision } from '#src/decision.js'
import { Engine } from '#src/engine.js'
import { startServer } from '#src/handshake/server/hello.js'
import { tls13 } from '#src/handshake/tls13.js'
import { createClient } from '#src/client.js'
import { noble } from '#src/noble.js'
import { serverSettings } from '#src/options.js'
import type { Output } from '#src/output.js'
import { resumptionPsk, trafficKeys13 } from '#src/schedule/tls13.js'
import type { Session } from '#src/session.js'
import { encodeState } from '#src/session-codec.js'
import { trustEveryone } from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import { type Extension, readExtensions } from '#src/wire/extension.js'
import { certificate, clientHello, newSessionTicket, serverHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { demand } from '../support/connect.js'
import { type Rewrites, Trace, TraceLayer } from '../support/trace.js'
import { fromHex, readVectors } from '../support/vectors.js'

const file = readVectors('tls/rfc8448.json')
const traces: Readonly<Record<string, Record<string, string>>> =
  file === undefined ? {} : JSON.parse(Buffer.from(file).toString('utf8'))

/** Not in the file: the header of the trace's NewSessionTicket (RFC 8448 section 3). */
const ticketHeader = { ticketLifetime: 30, ticketAgeAdd: 0xfad6aac5, ticketNonce: fromHex('0000') }
const maxEarlyData = 1024

function traceOf(name: string): Trace | undefined {
  const entries = traces[name]
  return entries === undefined ? undefined : new Trace(name, entries)
}

/** What is configured is read out of the trace's own ClientHello; its bytes are then made from that. */
function clientOptions(trace: Trace, psks: ClientConfig['psks'] = []): ClientConfig {
  const hello = decode(clientHello, trace.bytes('Record_ClientHello_1').subarray(9))
  const list = hello.extensions ?? []
  const extensions = readExtensions('clientHello', list)
  const cookiePlace = list.findIndex(({ type }) => type === 45)
  const order = list.map(({ type }) => type)
  let hellos = 0
  return {
    versions: [tls13],
    crypto: noble,
    random: trace.random('Client'),
    serverName: 'server',
    verify: trustEveryone,
    suites: ['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_256_GCM_SHA384'],
    groups: ['x25519', 'secp256r1', 'secp384r1', 'secp521r1'],
    keyShares: ['x25519'],
    requestStaple: false,
    recordSizeLimit: 16_384,
    middleboxCompatibility: hello.legacySessionId.length > 0,
    psks,
    profile: {
      supportedGroups: demand(extensions.supportedGroups),
      signatureAlgorithms: demand(extensions.signatureAlgorithms),
      extensionOrder: [...order.slice(0, cookiePlace), 44, ...order.slice(cookiePlace)],
      // renegotiation_info and session_ticket, which their client sent for older versions.
      extraExtensions: list.filter(({ type }) => type === 0xff01 || type === 35),
      // RFC 7685: they padded hellos of 256 to 511 bytes, which the first one of a retry is not.
      get padTo() {
        return list.some(({ type }) => type === 21) || hellos > 0 ? 512 : 0
      },
    },
    observe(observation) {
      if (observation.kind === 'message' && observation.type === messageType.clientHello) hellos++
    },
  }
}

function serverOptions(trace: Trace, options: Partial<ServerConfig>): ServerConfig {
  return {
    versions: [tls13],
    crypto: noble,
    random: trace.random('Server'),
    suites: ['TLS_AES_128_GCM_SHA256'],
    groups: ['x25519', 'secp256r1'],
    recordSizeLimit: 16_384,
    ...options,
  }
}

/** A server whose messages are those of the trace, where they may well differ. */
function openServer(trace: Trace, options: Partial<ServerConfig>, rewrites: Rewrites): Connection {
  const settings = serverSettings(serverOptions(trace, options))
  const layer = new TraceLayer({ role: 'server', ...settings.limits, recordPadding: undefined }, rewrites)
  const now = { monotonic: 0, unix: trace.time }
  return new Engine(settings, layer, now, () => startServer(settings))
}

/** Their EncryptedExtensions has supported_groups, and their ServerHello another order. */
function theirMessages(trace: Trace): (type: number, body: Uint8Array) => Uint8Array {
  return (type, body) => {
    if (type === messageType.encryptedExtensions) return trace.body('Message_EncryptedExtensions')
    if (type === messageType.certificateRequest) return trace.body('Message_CertificateRequest')
    if (type === messageType.newSessionTicket) return ticketBody(trace)
    if (type !== messageType.serverHello) return body
    if (trace.has('Record_HelloRetryRequest') && body[2] === 0xcf)
      return trace.bytes('Record_HelloRetryRequest').subarray(9)
    const theirs = trace.body('Message_ServerHello')
    assert.equal(sorted(body), sorted(theirs))
    return theirs
  }
}

function sorted(body: Uint8Array): unknown {
  const { extensions = [], ...rest } = decode(serverHello, body)
  const byType = (a: Extension, b: Extension) => a.type - b.type
  return { ...rest, extensions: [...extensions].sort(byType).map((e) => [e.type, hex(e.data)]) }
}

function ticketBody(trace: Trace): Uint8Array {
  return encode(newSessionTicket, {
    ...ticketHeader,
    ticket: trace.bytes('SessionTicket'),
    extensions: [{ type: 42, data: fromHex('00000400') }],
  })
}

interface Sent {
  readonly bytes: Uint8Array
  readonly outputs: readonly Output[]
}

/** Polls until idle, answering what is asked. */
function drain(connection: Connection, answer?: (decision: Decision) => Uint8Array): Sent {
  const outputs: Output[] = []
  for (;;) {
    const output = connection.poll()
    if (output.kind === 'idle') break
    outputs.push(output)
    if (output.kind === 'failed') throw output.fault
    if (output.kind !== 'decide' || answer === undefined) continue
    const { decision } = output
    if (decision.kind === 'sign') connection.answer(decision, answer(decision))
  }
  return { outputs, bytes: concat(...outputs.flatMap((o) => (o.kind === 'transmit' ? [o.bytes] : []))) }
}

function expectBytes(actual: Uint8Array, ...expected: readonly Uint8Array[]): void {
  assert.is(hex(actual), hex(concat(...expected)))
}

function expectEstablished({ outputs }: Sent): void {
  assert.ok(outputs.some(({ kind }) => kind === 'established'))
}

/** The signature of the trace, for the content of the trace. */
function theirSignature(trace: Trace, side: 'Client' | 'Server'): (decision: Decision) => Uint8Array {
  return (decision) => {
    assert.ok(decision.kind === 'sign')
    assert.is(hex(decision.message), hex(trace.bytes(`${side}_MessageToSign`)))
    return trace.bytes(`${side}_MessageSignature`)
  }
}

function serverCredential(trace: Trace): Credential {
  const message = decode(certificate, trace.body('Message_Server_Certificate'))
  return { chain: message.certificateList.map(({ certData }) => certData), key: 'decide' }
}

/** Application data and the end, from either side. */
function exchange(trace: Trace, connection: Connection, own: 'Client' | 'Server'): void {
  const other = own === 'Client' ? 'Server' : 'Client'
  if (trace.has(`Record_${other}_AppData`)) {
    const receive = () => {
      connection.receive(trace.bytes(`Record_${other}_AppData`))
      const data = drain(connection).outputs.flatMap((o) => (o.kind === 'data' ? [o.bytes] : []))
      expectBytes(concat(...data), trace.bytes(`${other}_AppData`))
    }
    const send = () => {
      connection.send(trace.bytes(`${own}_AppData`))
      expectBytes(drain(connection).bytes, trace.bytes(`Record_${own}_AppData`))
    }
    if (own === 'Client') send()
    receive()
    if (own === 'Server') send()
  }
  connection.close()
  expectBytes(drain(connection).bytes, trace.bytes(`Record_${own}_CloseNotify`))
  connection.receive(trace.bytes(`Record_${other}_CloseNotify`))
  const kinds = drain(connection).outputs.map(({ kind }) => kind)
  assert.equal(kinds, ['peerClosed', 'closed'])
}

function openClient(trace: Trace, config: ClientConfig): Connection {
  return createClient(config, { monotonic: 0, unix: trace.time })
}

/** The server's flight in, ours out. */
function clientFlight(trace: Trace, client: Connection): Sent {
  client.receive(trace.bytes('Record_ServerHello'))
  client.receive(trace.bytes('Record_ServerHandshakeMessages'))
  const flight = drain(client, theirSignature(trace, 'Client'))
  expectEstablished(flight)
  expectBytes(flight.bytes, trace.bytes('Record_ClientFinished'))
  return flight
}

function serverFlight(trace: Trace, server: Connection): void {
  const flight = drain(server, theirSignature(trace, 'Server'))
  expectBytes(
    flight.bytes,
    trace.bytes('Record_ServerHello'),
    trace.bytes('Record_ServerHandshakeMessages'),
  )
  server.receive(trace.bytes('Record_ClientFinished'))
}

function simpleSession(trace: Trace): { client: Connection; session: Session } {
  const client = openClient(trace, clientOptions(trace))
  expectBytes(drain(client).bytes, trace.bytes('Record_ClientHello_1'))
  clientFlight(trace, client)
  client.receive(trace.bytes('Record_NewSessionTicket'))
  const session = drain(client).outputs.find((output) => output.kind === 'session')
  return { client, session: demand(session?.kind === 'session' ? session.session : undefined) }
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
    assert.ok(hex(trace.bytes('Client_SessionData')).includes(hex(session.psk)))
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
