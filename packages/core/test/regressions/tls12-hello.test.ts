import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, noBytes } from '#src/bytes.js'
import { createClient } from '#src/client.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { tls12 } from '#src/handshake/tls12.js'
import { tls13 } from '#src/handshake/tls13.js'
import { createServer } from '#src/server.js'
import { nullCrypto, trustEveryone } from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import { type Extension, extensionTable } from '#src/wire/extension.js'
import { type ClientHello, clientHello, handshakeBytes } from '#src/wire/message.js'
import { contentType, messageType } from '#src/wire/registry.js'
import { clientConfig, connect, demand, serverConfig } from '../support/connect.js'
import { expectRefusal } from '../support/outcome.js'

const now = { monotonic: 0, unix: 1_800_000_000_000 }

function helloOf(client: Partial<ClientConfig>): ClientHello {
  const offer = createClient(clientConfig({ versions: [tls12], ...client }), now).poll()
  assert.is(offer.kind, 'transmit')
  return decode(clientHello, (offer.kind === 'transmit' ? offer.bytes : noBytes).subarray(9))
}

/** What a server makes of a ClientHello of TLS 1.2 with these extensions added. */
function faultAt(server: Partial<ServerConfig>, added: readonly Extension[]): string | undefined {
  const hello = helloOf({})
  const body = encode(clientHello, {
    ...hello,
    extensions: [...demand(hello.extensions), ...added],
  })
  const message = handshakeBytes(messageType.clientHello, body)
  const header = [contentType.handshake, 3, 1, message.length >> 8, message.length & 0xff]
  const connection = createServer(serverConfig(server), now)
  connection.receive(concat(Uint8Array.from(header), message))
  for (;;) {
    const output = connection.poll()
    if (output.kind === 'failed') return output.fault.code
    if (output.kind === 'idle') return undefined
  }
}

const since13 = [
  'preSharedKey',
  'earlyData',
  'cookie',
  'pskKeyExchangeModes',
  'postHandshakeAuth',
  'keyShare',
  'ticketRequest',
] as const

test('what came with TLS 1.3 is unknown in TLS 1.2, whatever it holds (RFC 5246 7.4.1.4)', () => {
  for (const versions of [[tls12], [tls13, tls12]])
    for (const name of since13) {
      const added = { type: extensionTable[name].type, data: Uint8Array.of(255) }
      assert.is(faultAt({ versions }, [added]), undefined, name)
      assert.is(faultAt({ versions }, [added, added]), 'duplicateExtension', name)
    }
  // What TLS 1.2 knows must be right.
  const known = { type: extensionTable.signedCertificateTimestamp.type, data: Uint8Array.of(1) }
  assert.is(faultAt({ versions: [tls12] }, [known]), 'malformedMessage')
})

test('transport parameters of QUIC are refused where there is no QUIC (RFC 9001 8.2)', () => {
  const added = { type: extensionTable.quicTransportParameters.type, data: noBytes }
  for (const versions of [[tls12], [tls13, tls12]])
    assert.is(faultAt({ versions }, [added]), 'unsolicitedExtension')
})

test('a server that has no scheme of TLS 1.2 for client certificates says so, and does not break', () => {
  const signatures = [{ ...demand(nullCrypto.signatures[0]), name: 'mldsa44' as const }]
  const pair = connect(
    { versions: [tls12] },
    {
      versions: [tls12],
      clientAuthentication: 'request',
      verify: trustEveryone,
      crypto: { ...nullCrypto, signatures },
    },
  ).run()
  expectRefusal(pair, 'server', 'noCommonSignature', 'handshakeFailure')
})

test('a ticket whose extension a profile leaves out is not offered by a session id either', () => {
  const tickets = {
    keys: { keys: [{ name: new Uint8Array(16).fill(1), key: new Uint8Array(32).fill(2) }] },
  }
  const versions = [tls12]
  const session = demand(connect({ versions }, { versions, tickets }).run().client.sessions[0])
  assert.is(helloOf({ session }).legacySessionId.length, 32)
  const omitExtensions = [extensionTable.sessionTicket.type]
  assert.is(helloOf({ session, profile: { omitExtensions } }).legacySessionId.length, 0)
})

test.run()
