// A captured TLS 1.2 connection with its main secret: every record opens, every message parses, the signature and both
// Finished are right.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, hex, noBytes } from '#src/bytes.js'
import { certificatePublicKey } from '#src/crypto/certificate.js'
import { schemeById } from '#src/crypto/scheme.js'
import { signedParameters } from '#src/handshake/authenticate12.js'
import type { HandshakeMessage, Incoming, RecordKeys } from '#src/layer/layer.js'
import { StreamReader } from '#src/layer/stream/reader.js'
import { nobleTls12 } from '#src/noble/tls12.js'
import { keyBlock, mainSecret, recordKeys, verifyData } from '#src/schedule/tls12.js'
import { Transcript12 } from '#src/schedule/transcript12.js'
import { decode, encode } from '#src/wire/codec.js'
import { readExtensions } from '#src/wire/extension.js'
import { clientHello, messageName, serverHello } from '#src/wire/message.js'
import {
  certificate12,
  digitallySigned,
  ecdhParams,
  ecdhPublic,
  messages12,
} from '#src/wire/message12.js'
import { Reader } from '#src/wire/reader.js'
import { messageType, protocolVersion } from '#src/wire/registry.js'
import { demand } from '../support/connect.js'
import { readSegments } from '../support/pcap.js'
import { fromHex, readVectors } from '../support/vectors.js'

const capture = readVectors('tls/captures/tls12.pcap')
const keylog = readVectors('tls/captures/tls12.keylog')

if (capture !== undefined && keylog !== undefined) {
  const [label, loggedRandom, logged = ''] = Buffer.from(keylog).toString('latin1').trim().split(' ')
  const secret = fromHex(logged)
  const segments = readSegments(capture)
  const client = demand(segments[0]).from
  const streamOf = (own: boolean) =>
    concat(...segments.filter(({ from }) => (from === client) === own).map((s) => s.payload))

  test('tls12.pcap', () => {
    const fromServer = new Direction('client', streamOf(false))
    const fromClient = new Direction('server', streamOf(true))
    const hello = fromClient.message(messageType.clientHello)
    const offered = decode(clientHello, hello.body)
    readExtensions('clientHello', offered.extensions ?? [])
    assert.equal([label, loggedRandom], ['CLIENT_RANDOM', hex(offered.random)])
    const answer = fromServer.message(messageType.serverHello)
    const chosen = decode(serverHello, answer.body)
    readExtensions('serverHello12', chosen.extensions ?? [])
    for (const direction of [fromServer, fromClient]) direction.reader.setVersion(protocolVersion.tls12)
    const suite = demand(nobleTls12.suites12?.find(({ id }) => id === chosen.cipherSuite))
    const randoms = { client: offered.random, server: chosen.random }

    const certificate = fromServer.message(messageType.certificate)
    const exchange = fromServer.message(messageType.serverKeyExchange)
    const done = fromServer.message(messageType.serverHelloDone)
    const reader = new Reader(exchange.body)
    const { namedCurve, public: share } = ecdhParams.read(reader)
    const parameters = exchange.body.subarray(0, reader.offset)
    const { algorithm, signature } = digitallySigned.read(reader)
    const [leaf = noBytes] = decode(certificate12, certificate.body).certificateList
    const scheme = demand(schemeById(algorithm))
    const verifier = demand(nobleTls12.signatures.find(({ name }) => name === scheme.algorithm))
    const signed = signedParameters(randoms, parameters)
    assert.ok(verifier.verify(certificatePublicKey(leaf), signed, signature))

    const answered = fromClient.message(messageType.clientKeyExchange)
    // The client's private key is 32, 33, … 63, as the authors of the capture say.
    const group = demand(nobleTls12.groups.find(({ id }) => id === namedCurve))
    const pair = group.generate((length) => Uint8Array.from({ length }, (_, i) => 32 + i))
    assert.equal(pair.share, decode(ecdhPublic, answered.body))
    const premaster = demand(pair.decapsulate(share))
    assert.is(hex(mainSecret(suite.hash, premaster, randoms, undefined)), hex(secret))
    assert.equal(premaster, new Uint8Array(32), 'it is wiped')

    const messages = [hello, answer, certificate, exchange, done, answered]
    const transcript = new Transcript12(
      suite.hash,
      messages.map(({ raw }) => raw),
    )
    const block = keyBlock(suite, secret, randoms)
    for (const [side, direction] of [
      ['client', fromClient],
      ['server', fromServer],
    ] as const) {
      direction.expect(recordKeys(suite, block[side], false, noRandom))
      const { body, raw } = direction.message(messageType.finished)
      assert.is(hex(body), hex(verifyData(suite.hash, secret, side, transcript.hash())))
      transcript.add(raw)
    }
    const rest = [...fromServer.rest(), ...fromClient.rest()]
    assert.equal(
      rest.map((incoming) => (incoming.kind === 'data' ? hex(incoming.bytes) : incoming.kind)),
      [hex(Buffer.from('pong')), hex(Buffer.from('ping')), 'alert'],
    )
  })
}

function noRandom(): never {
  throw new Error('nothing is sealed here')
}

/** One direction of the stream, as the other role reads it. */
class Direction {
  readonly reader: StreamReader

  constructor(role: 'client' | 'server', stream: Uint8Array) {
    this.reader = new StreamReader({ role, maxBuffered: 1 << 24, handshakeMessage: 65_536 })
    assert.is(this.reader.receive(stream), stream.length)
  }

  message(type: number): HandshakeMessage {
    const incoming = this.reader.next()
    assert.ok(incoming?.kind === 'handshake', `${incoming?.kind}, not ${messageName(type)}`)
    assert.is(messageName(incoming.message.type), messageName(type))
    const { codec } = demand(messages12[type])
    const { body } = incoming.message
    assert.equal(encode(codec, decode(codec, body)), body)
    return incoming.message
  }

  expect(keys: RecordKeys): void {
    this.reader.expectChangeCipherSpec(keys)
  }

  rest(): readonly Incoming[] {
    const list: Incoming[] = []
    for (let next = this.reader.next(); next !== undefined; next = this.reader.next()) list.push(next)
    assert.not(this.reader.pending, 'bytes are left over')
    return list
  }
}

test.run()
