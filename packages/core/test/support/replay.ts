/** Playing one side of a trace of RFC 8448. */
import * as assert from 'uvu/assert'
import { concat, hex } from '#src/bytes.js'
import { createClient } from '#src/client.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Connection } from '#src/connection.js'
import type { Credential, Decision } from '#src/decision.js'
import { Engine } from '#src/engine.js'
import { startServer } from '#src/handshake/server/hello.js'
import { tls13 } from '#src/handshake/tls13.js'
import { noble } from '#src/noble.js'
import { serverSettings } from '#src/options.js'
import type { Output } from '#src/output.js'
import type { Session } from '#src/session.js'
import { trustEveryone } from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import { type Extension, readExtensions } from '#src/wire/extension.js'
import { certificate, clientHello, newSessionTicket, serverHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { demand } from './connect.js'
import { type Rewrites, type Trace, TraceLayer } from './trace.js'
import { fromHex } from './vectors.js'

/** Not in the file: the header of the trace's NewSessionTicket (RFC 8448 section 3). */
export const ticketHeader = {
  ticketLifetime: 30,
  ticketAgeAdd: 0xfad6aac5,
  ticketNonce: fromHex('0000'),
}
export const maxEarlyData = 1024

/** What is configured is read out of the trace's own ClientHello; its bytes are then made from that. */
export function clientOptions(trace: Trace, psks: ClientConfig['psks'] = []): ClientConfig {
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

export function serverOptions(trace: Trace, options: Partial<ServerConfig>): ServerConfig {
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
export function openServer(
  trace: Trace,
  options: Partial<ServerConfig>,
  rewrites: Rewrites,
): Connection {
  const settings = serverSettings(serverOptions(trace, options))
  const layer = new TraceLayer(
    { role: 'server', ...settings.limits, recordPadding: undefined },
    rewrites,
  )
  const now = { monotonic: 0, unix: trace.time }
  return new Engine(settings, layer, now, () => startServer(settings))
}

/** Their EncryptedExtensions has supported_groups, and their ServerHello another order. */
export function theirMessages(trace: Trace): (type: number, body: Uint8Array) => Uint8Array {
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

export function sorted(body: Uint8Array): unknown {
  const { extensions = [], ...rest } = decode(serverHello, body)
  const byType = (a: Extension, b: Extension) => a.type - b.type
  return { ...rest, extensions: [...extensions].sort(byType).map((e) => [e.type, hex(e.data)]) }
}

export function ticketBody(trace: Trace): Uint8Array {
  return encode(newSessionTicket, {
    ...ticketHeader,
    ticket: trace.bytes('SessionTicket'),
    extensions: [{ type: 42, data: fromHex('00000400') }],
  })
}

export interface Sent {
  readonly bytes: Uint8Array
  readonly outputs: readonly Output[]
}

/** Polls until idle, answering what is asked. */
export function drain(connection: Connection, answer?: (decision: Decision) => Uint8Array): Sent {
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
  return {
    outputs,
    bytes: concat(...outputs.flatMap((o) => (o.kind === 'transmit' ? [o.bytes] : []))),
  }
}

export function expectBytes(actual: Uint8Array, ...expected: readonly Uint8Array[]): void {
  assert.is(hex(actual), hex(concat(...expected)))
}

export function expectEstablished({ outputs }: Sent): void {
  assert.ok(outputs.some(({ kind }) => kind === 'established'))
}

/** The signature of the trace, for the content of the trace. */
export function theirSignature(
  trace: Trace,
  side: 'Client' | 'Server',
): (decision: Decision) => Uint8Array {
  return (decision) => {
    assert.ok(decision.kind === 'sign')
    assert.is(hex(decision.message), hex(trace.bytes(`${side}_MessageToSign`)))
    return trace.bytes(`${side}_MessageSignature`)
  }
}

export function serverCredential(trace: Trace): Credential {
  const message = decode(certificate, trace.body('Message_Server_Certificate'))
  return { chain: message.certificateList.map(({ certData }) => certData), key: 'decide' }
}

/** Application data and the end, from either side. */
export function exchange(trace: Trace, connection: Connection, own: 'Client' | 'Server'): void {
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

export function openClient(trace: Trace, config: ClientConfig): Connection {
  return createClient(config, { monotonic: 0, unix: trace.time })
}

/** The server's flight in, ours out. */
export function clientFlight(trace: Trace, client: Connection): Sent {
  client.receive(trace.bytes('Record_ServerHello'))
  client.receive(trace.bytes('Record_ServerHandshakeMessages'))
  const flight = drain(client, theirSignature(trace, 'Client'))
  expectEstablished(flight)
  expectBytes(flight.bytes, trace.bytes('Record_ClientFinished'))
  return flight
}

export function serverFlight(trace: Trace, server: Connection): void {
  const flight = drain(server, theirSignature(trace, 'Server'))
  expectBytes(
    flight.bytes,
    trace.bytes('Record_ServerHello'),
    trace.bytes('Record_ServerHandshakeMessages'),
  )
  server.receive(trace.bytes('Record_ClientFinished'))
}

export function simpleSession(trace: Trace): { client: Connection; session: Session } {
  const client = openClient(trace, clientOptions(trace))
  expectBytes(drain(client).bytes, trace.bytes('Record_ClientHello_1'))
  clientFlight(trace, client)
  client.receive(trace.bytes('Record_NewSessionTicket'))
  const session = drain(client).outputs.find((output) => output.kind === 'session')
  return { client, session: demand(session?.kind === 'session' ? session.session : undefined) }
}
