// PITFALLS 7 and 9, where TLS 1.2 is spoken: what comes, or is given away, before its time.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ServerConfig } from '#src/config.js'
import { after, edit, omit, type Script, trustEveryone } from '#src/testing.js'
import { messageType } from '#src/wire/registry.js'
import { clientCredential, text } from '../support/connect.js'
import { fromClient12, fromServer12 } from '../support/facing12.js'
import { expectRefusal } from '../support/outcome.js'
import { connectToScript12 } from '../support/tls12.js'

const { certificate, certificateRequest, clientKeyExchange, finished } = messageType
const { serverHello, serverKeyExchange, serverHelloDone } = messageType
const authenticated: Partial<ServerConfig> = {
  clientAuthentication: 'require',
  verify: trustEveryone,
}

test('PITFALLS 7: the client shows nothing before the server is verified', () => {
  const client = { credentials: [clientCredential], verify: 'decide' as const }
  const { pair } = connectToScript12({}, client, authenticated)
  pair.run()
  const [leaf = new Uint8Array(0)] = clientCredential.chain
  const shown = () => Buffer.from(pair.client.transmitted).includes(Buffer.from(leaf))
  assert.is(pair.client.decisions[0]?.kind, 'verify')
  assert.not(shown())
  pair.client.answer('verify', { ok: false, code: 'no', message: 'no' })
  pair.run()
  assert.not(shown())
  expectRefusal(pair, 'client', 'certificateRejected', 'badCertificate')
  assert.is(pair.server.info, undefined)
})

test('PITFALLS 7: nor to a server whose signature is wrong, or whose flight has no end', () => {
  const [leaf = new Uint8Array(0)] = clientCredential.chain
  for (const script of [
    edit(serverKeyExchange, (body) =>
      body.map((byte, i) => (i === body.length - 1 ? byte ^ 1 : byte)),
    ),
    omit(serverHelloDone),
  ]) {
    const client = { credentials: [clientCredential] }
    const pair = fromServer12(script, client, authenticated)
    assert.is(pair.client.info, undefined)
    assert.not(Buffer.from(pair.client.transmitted).includes(Buffer.from(leaf)))
  }
})

test('PITFALLS 9: a server that goes on to the end from anywhere', () => {
  for (const type of [serverHello, certificate, serverKeyExchange, serverHelloDone]) {
    const script = after(type, (wire) => {
      wire.changeCipherSpec()
      wire.message(finished, new Uint8Array(12))
      wire.data(text('never'))
    })
    // Right behind ServerHelloDone the client has answered, and waits for just that: the keys are missing.
    const [code, alert] =
      type === serverHelloDone
        ? (['badRecordMac', 'badRecordMac'] as const)
        : (['badChangeCipherSpec', 'unexpectedMessage'] as const)
    expectRefusal(fromServer12(script), 'client', code, alert)
  }
})

test('PITFALLS 9: a client that goes on to the end from anywhere', () => {
  for (const type of [messageType.clientHello, certificate, clientKeyExchange]) {
    const script = after(type, (wire) => {
      wire.changeCipherSpec()
      wire.message(finished, new Uint8Array(12))
    })
    const pair = fromClient12(script, { credentials: [clientCredential] }, authenticated)
    expectRefusal(pair, 'server', 'badChangeCipherSpec', 'unexpectedMessage')
  }
})

test('PITFALLS 9: the messages of a server in any other order', () => {
  const flight = [certificate, serverKeyExchange, certificateRequest]
  for (const first of flight)
    for (const second of flight) {
      if (first === second) continue
      const held: Uint8Array[] = []
      const script: Script = {
        handshake(message, wire) {
          if (message.type !== first && message.type !== second) return undefined
          held.push(message.raw)
          if (held.length < 2) return message.raw
          for (const raw of held.reverse()) wire.handshake(raw)
          return message.raw
        },
      }
      const pair = fromServer12(script, {}, authenticated)
      expectRefusal(pair, 'client', 'unexpectedMessage', 'unexpectedMessage')
    }
})

test.run()
