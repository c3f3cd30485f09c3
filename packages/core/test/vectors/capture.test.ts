// A captured TLS 1.3 connection with its secrets: every record opens, every message parses, both Finished are right.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, hex } from '#src/bytes.js'
import type { CipherSuite } from '#src/crypto/provider.js'
import type { HandshakeMessage, Incoming } from '#src/layer/layer.js'
import { StreamReader } from '#src/layer/stream/reader.js'
import { noble } from '#src/noble.js'
import { finishedMac, trafficKeys13 } from '#src/schedule/tls13.js'
import { Transcript } from '#src/schedule/transcript.js'
import { decode, encode } from '#src/wire/codec.js'
import { readExtensions } from '#src/wire/extension.js'
import { clientHello, messageName, messages, serverHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { demand } from '../support/connect.js'
import { readSegments } from '../support/pcap.js'
import { fromHex, readVectors } from '../support/vectors.js'

const capture = readVectors('tls/captures/tls13.pcap')
const keylog = readVectors('tls/captures/tls13.keylog')

if (capture !== undefined && keylog !== undefined) {
  const secrets = readKeylog(Buffer.from(keylog).toString('latin1'))
  const segments = readSegments(capture)
  const client = demand(segments[0]).from
  const streamOf = (own: boolean) =>
    concat(...segments.filter(({ from }) => (from === client) === own).map((s) => s.payload))

  test('tls13.pcap', () => {
    const fromServer = new Direction('SERVER', streamOf(false), secrets)
    const fromClient = new Direction('CLIENT', streamOf(true), secrets)
    const hello = fromClient.message(messageType.clientHello)
    const offered = decode(clientHello, hello.body)
    readExtensions('clientHello', offered.extensions ?? [])
    const answer = fromServer.message(messageType.serverHello)
    const chosen = decode(serverHello, answer.body)
    readExtensions('serverHello', chosen.extensions ?? [])
    const suite = demand(noble.suites.find(({ id }) => id === chosen.cipherSuite))
    const transcript = new Transcript(suite.hash, [hello.raw, answer.raw])
    for (const direction of [fromServer, fromClient]) {
      direction.install(suite, 'HANDSHAKE_TRAFFIC_SECRET', 'handshake')
      direction.finish(suite, transcript)
      direction.install(suite, 'TRAFFIC_SECRET_0', 'application')
    }
    const rest = [...fromServer.rest(), ...fromClient.rest()]
    for (const { kind } of rest) assert.ok(['data', 'alert', 'handshake'].includes(kind))
    assert.ok(rest.some(({ kind }) => kind === 'data' || kind === 'alert'))
  })
}

/** One direction of the stream. */
class Direction {
  readonly #side: 'SERVER' | 'CLIENT'
  // A client's takes a change_cipher_spec at any time of the handshake.
  readonly #reader = new StreamReader({
    role: 'client',
    maxBuffered: 1 << 24,
    handshakeMessage: 65_536,
  })
  readonly #secrets: ReadonlyMap<string, Uint8Array>

  constructor(
    side: 'SERVER' | 'CLIENT',
    stream: Uint8Array,
    secrets: ReadonlyMap<string, Uint8Array>,
  ) {
    this.#side = side
    this.#secrets = secrets
    assert.is(this.#reader.receive(stream), stream.length)
  }

  message(type: number): HandshakeMessage {
    const incoming = this.#reader.next()
    assert.ok(
      incoming?.kind === 'handshake',
      `${incoming?.kind} where ${messageName(type)} belongs`,
    )
    assert.is(messageName(incoming.message.type), messageName(type))
    return incoming.message
  }

  install(suite: CipherSuite, label: string, level: 'handshake' | 'application'): void {
    const secret = demand(this.#secrets.get(`${this.#side}_${label}`))
    this.#reader.install(level, trafficKeys13(suite, 'tls13 ', secret))
  }

  /** All messages up to Finished, which it checks. */
  finish(suite: CipherSuite, transcript: Transcript): void {
    for (;;) {
      const incoming = this.#reader.next()
      assert.ok(incoming?.kind === 'handshake')
      const { type, body, raw } = incoming.message
      parse(type, body)
      if (type === messageType.finished) {
        const secret = demand(this.#secrets.get(`${this.#side}_HANDSHAKE_TRAFFIC_SECRET`))
        const mac = finishedMac(suite.hash, 'tls13 ', secret, transcript.hash())
        assert.is(hex(body), hex(mac))
      }
      transcript.add(raw)
      if (type === messageType.finished) return
    }
  }

  rest(): readonly Incoming[] {
    const list: Incoming[] = []
    for (let next = this.#reader.next(); next !== undefined; next = this.#reader.next()) {
      if (next.kind === 'handshake') parse(next.message.type, next.message.body)
      list.push(next)
    }
    assert.not(this.#reader.pending, 'bytes are left over')
    return list
  }
}

function parse(type: number, body: Uint8Array): void {
  const known = demand(messages[type])
  assert.equal(encode(known.codec, decode(known.codec, body)), body, known.name)
}

function readKeylog(text: string): ReadonlyMap<string, Uint8Array> {
  const secrets = new Map<string, Uint8Array>()
  for (const line of text.split('\n')) {
    const [label, , secret] = line.trim().split(' ')
    if (label !== undefined && secret !== undefined) secrets.set(label, fromHex(secret))
  }
  return secrets
}

test.run()
