// PITFALLS 29, where TLS 1.2 is spoken: messages that are cut, have more than they should, or come unannounced.
import { test } from 'uvu'
import { concat } from '#src/bytes.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { edit, editWith, type Pair, type Script, trustEveryone } from '#src/testing.js'
import { certificateRequest12, newSessionTicket12 } from '#src/wire/message12.js'
import { messageType } from '#src/wire/registry.js'
import { clientCredential, serverCredential, text } from '../support/connect.js'
import { fromClient12, fromServer12 } from '../support/facing12.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'
import { connectToScript12, ticketKeys } from '../support/tls12.js'

const none = new Uint8Array(0)
const server: Partial<ServerConfig> = {
  tickets: { keys: ticketKeys },
  clientAuthentication: 'require',
  verify: trustEveryone,
  credentials: [{ ...serverCredential, staple: text('staple') }],
}
const client: Partial<ClientConfig> = { credentials: [clientCredential] }

function toClient(script: Script): Pair {
  return fromServer12(script, client, server)
}

function toServer(script: Script): Pair {
  return fromClient12(script, client, server)
}

test('PITFALLS 29: CertificateRequest that asks for nothing, or in another shape', () => {
  const empty: readonly Uint8Array[] = [
    none,
    Uint8Array.of(0, 0, 2, 8, 7, 0, 0),
    Uint8Array.of(1, 64, 0, 0, 0, 0),
    Uint8Array.of(1, 64, 0, 1, 8, 0, 0),
    Uint8Array.of(1, 64, 0, 2, 8, 7),
    Uint8Array.of(1, 64, 0, 2, 8, 7, 0, 2, 0, 0),
  ]
  for (const body of empty) {
    const script = edit(messageType.certificateRequest, () => body)
    expectRefusal(toClient(script), 'client', 'malformedMessage', 'decodeError')
  }
  const unknown = editWith(messageType.certificateRequest, certificateRequest12, (message) => ({
    ...message,
    certificateTypes: Uint8Array.of(0, 64, 99, 255),
    supportedSignatureAlgorithms: [0x0a0a, 0xffff, ...message.supportedSignatureAlgorithms],
  }))
  expectEstablished(toClient(unknown))
})

test('PITFALLS 29: messages without a body that have one, and others that are cut', () => {
  for (const type of [messageType.serverHelloDone]) {
    const script = edit(type, () => Uint8Array.of(0))
    expectRefusal(toClient(script), 'client', 'malformedMessage', 'decodeError')
  }
  for (const type of [
    messageType.certificate,
    messageType.certificateStatus,
    messageType.serverKeyExchange,
    messageType.newSessionTicket,
  ]) {
    for (const change of [
      (body: Uint8Array) => concat(body, Uint8Array.of(0)),
      (body: Uint8Array) => body.subarray(0, -1),
      () => none,
    ])
      expectRefusal(toClient(edit(type, change)), 'client', 'malformedMessage', 'decodeError')
  }
  for (const type of [
    messageType.certificate,
    messageType.clientKeyExchange,
    messageType.certificateVerify,
  ])
    for (const change of [
      (body: Uint8Array) => concat(body, Uint8Array.of(0)),
      (body: Uint8Array) => body.subarray(0, -1),
      () => none,
    ])
      expectRefusal(toServer(edit(type, change)), 'server', 'malformedMessage', 'decodeError')
  const long = editWith(messageType.newSessionTicket, newSessionTicket12, (ticket) => ({
    ...ticket,
    ticket: new Uint8Array(60_000),
  }))
  expectEstablished(toClient(long))
})

test('PITFALLS 29: CertificateStatus that nobody announced, of another type, or twice', () => {
  const plain: Partial<ServerConfig> = { credentials: [serverCredential] }
  const status = Uint8Array.of(1, 0, 0, 1, 7)
  const behind: Script = {
    handshake(message, wire) {
      if (message.type !== messageType.certificate) return undefined
      return concat(wire.send(message), wire.message(messageType.certificateStatus, status))
    },
  }
  const unasked = connectToScript12(behind, {}, plain).pair.run()
  expectRefusal(unasked, 'client', 'unexpectedMessage', 'unexpectedMessage')
  const twice = connectToScript12(behind, {}, server).pair.run()
  expectRefusal(twice, 'client', 'unexpectedMessage', 'unexpectedMessage')
  const type2 = edit(messageType.certificateStatus, (body) =>
    concat(Uint8Array.of(2), body.subarray(1)),
  )
  expectRefusal(toClient(type2), 'client', 'malformedMessage', 'decodeError')
})

test('PITFALLS 29: a certificate that is none', () => {
  for (const change of [
    () => Uint8Array.of(0, 0, 4, 0, 0, 1, 7),
    (body: Uint8Array) => concat(body.subarray(0, 6), Uint8Array.of(0xff), body.subarray(7)),
  ]) {
    const script = edit(messageType.certificate, change)
    expectRefusal(toClient(script), 'client', 'malformedCertificate', 'badCertificate')
    expectRefusal(toServer(script), 'server', 'malformedCertificate', 'badCertificate')
  }
})

test.run()
