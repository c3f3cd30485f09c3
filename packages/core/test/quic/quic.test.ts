/** The handshake as a QUIC stack has it: bytes and keys by level, no records. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hex } from '#src/bytes.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256 } from '#src/crypto/noble/suite.js'
import { type Fault, OptionError } from '#src/fault.js'
import type { Level } from '#src/layer/layer.js'
import type { Output } from '#src/output.js'
import {
  createQuicClient,
  createQuicServer,
  nextLevelKeys,
  packetKeys,
  type QuicConfig,
  type QuicConnection,
} from '#src/quic.js'
import { addExtension, seededRandom, trustEveryone } from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import { clientHello, handshakeBytes } from '#src/wire/message.js'
import { alert, messageType } from '#src/wire/registry.js'
import {
  clientConfig,
  clientCredential,
  demand,
  scriptConnects,
  serverConfig,
  text,
} from '../support/connect.js'

const now = { monotonic: 1000, unix: 1_800_000_000_000 }
const tickets = { keys: { keys: [{ name: new Uint8Array(16), key: new Uint8Array(32).fill(3) }] } }
const earlyData = { maxBytes: 0xffff_ffff, replay: () => true }

type ClientOptions = Partial<ClientConfig & QuicConfig>
type ServerOptions = Partial<ServerConfig & QuicConfig>
type Transmit = Extract<Output, { kind: 'transmit' }>

class Endpoint {
  readonly connection: QuicConnection
  readonly outputs: Output[] = []

  constructor(connection: QuicConnection) {
    this.connection = connection
  }

  /** Takes everything out; returns what is for the peer. */
  poll(): readonly Transmit[] {
    const sent: Transmit[] = []
    for (;;) {
      const output = this.connection.poll()
      if (output.kind === 'idle') return sent
      const kept = output.kind === 'transmit' ? { ...output, bytes: output.bytes.slice() } : output
      this.outputs.push(kept)
      if (kept.kind === 'transmit') sent.push(kept)
    }
  }

  all<K extends Output['kind']>(kind: K): readonly Extract<Output, { kind: K }>[] {
    return this.outputs.filter((output): output is Extract<Output, { kind: K }> => {
      return output.kind === kind
    })
  }

  get fault(): Fault | undefined {
    return this.all('failed')[0]?.fault
  }

  /** Keys as `read handshake <secret>`. */
  keys(kind: 'readKeys' | 'writeKeys'): readonly string[] {
    return this.all(kind).map(({ level, keys }) => `${level} ${hex(keys.secret)}`)
  }
}

interface Ends {
  readonly client: Endpoint
  readonly server: Endpoint
}

function ends(client: ClientOptions = {}, server: ServerOptions = {}): Ends {
  const alpn = ['h3']
  const random = seededRandom('quic client')
  return {
    client: new Endpoint(
      createQuicClient(
        {
          ...clientConfig({ random, alpn }),
          transportParameters: text('client parameters'),
          ...client,
        },
        now,
      ),
    ),
    server: new Endpoint(
      createQuicServer(
        { ...serverConfig({ alpn }), transportParameters: text('server parameters'), ...server },
        now,
      ),
    ),
  }
}

/** Carries handshake bytes to and fro, in pieces of `chunk` bytes, until both are quiet. */
function run({ client, server }: Ends, chunk = 1000): Ends {
  const underWay = { client: [...client.poll()], server: [...server.poll()] }
  for (;;) {
    const from = underWay.client.length > 0 ? 'client' : 'server'
    const [first] = underWay[from].splice(0, 1)
    if (first === undefined) return { client, server }
    const to = from === 'client' ? 'server' : 'client'
    const receiver = { client, server }[to]
    for (let at = 0; at < first.bytes.length; at += chunk) {
      give(receiver, demand(first.level), first.bytes.subarray(at, at + chunk))
      underWay[to].push(...receiver.poll())
    }
  }
}

function give(to: Endpoint, level: Level, bytes: Uint8Array): void {
  assert.is(to.connection.receiveHandshake(level, bytes, now), bytes.length)
}

function expectEstablished({ client, server }: Ends): void {
  for (const end of [client, server]) {
    assert.is(end.fault?.message, undefined)
    assert.is(end.all('established').length, 1)
  }
  assert.equal(client.keys('readKeys'), server.keys('writeKeys'))
  assert.equal([...client.keys('writeKeys')].sort(), [...server.keys('readKeys')].sort())
  const parameters = (end: Endpoint) => end.all('transportParameters').map(({ bytes }) => bytes)
  assert.equal(parameters(client), [text('server parameters')])
  assert.equal(parameters(server), [text('client parameters')])
}

function expectFailure(end: Endpoint, code: Fault['code'], alertNumber: number): void {
  const [failed] = end.all('failed')
  assert.is(failed?.fault.code, code)
  assert.is(failed?.cryptoError, 0x100 + alertNumber)
  assert.is(end.connection.poll().kind, 'idle')
}

const levelsOf = (end: Endpoint) => end.all('transmit').map(({ level }) => level)

const test = suite('handshake')

for (const chunk of [1, 7, 100_000])
  test(`in pieces of ${chunk}`, () => {
    const pair = run(ends({}, { tickets }), chunk)
    expectEstablished(pair)
    assert.equal([...new Set(levelsOf(pair.client))], ['initial', 'handshake'])
    assert.equal([...new Set(levelsOf(pair.server))], ['initial', 'handshake', 'application'])
    assert.is(pair.client.connection.info?.alpn, 'h3')
    const [session] = pair.client.all('session')
    assert.is(session?.session.maxEarlyData, 0)
  })

test('what is sent is handshake messages and nothing else: no session id, no CCS, no alerts', () => {
  const pair = run(ends())
  const [first] = pair.client.all('transmit')
  const { bytes } = demand(first)
  assert.is(bytes[0], messageType.clientHello)
  assert.is(decode(clientHello, bytes.subarray(4)).legacySessionId.length, 0)
  pair.client.connection.close(now)
  const { length } = pair.client.all('transmit')
  pair.client.poll()
  assert.is(pair.client.all('transmit').length, length)
  assert.is(pair.client.all('closed').length, 1)
})

test('HelloRetryRequest and client authentication', () => {
  const pair = run(
    ends(
      { credentials: [clientCredential] },
      { groups: ['secp256r1'], clientAuthentication: 'require', verify: trustEveryone },
    ),
  )
  expectEstablished(pair)
  assert.is(pair.client.connection.info?.helloRetried, true)
  assert.is(pair.server.connection.info?.peer?.chain.length, 1)
  assert.equal(levelsOf(pair.client), ['initial', 'initial', 'handshake'])
})

test('a HelloRetryRequest with a cookie', () => {
  const cookie = { keys: [new Uint8Array(32)], peer: text('address') }
  const pair = run(ends({}, { cookie }))
  expectEstablished(pair)
  assert.is(pair.server.connection.info?.helloRetried, true)
})

test('resumption with early data', () => {
  const first = run(ends({}, { tickets, earlyData }))
  const { session } = demand(first.client.all('session')[0])
  assert.is(session.maxEarlyData, 0xffff_ffff)
  const pair = run(ends({ session, earlyData: true }, { tickets, earlyData }))
  expectEstablished(pair)
  assert.is(pair.client.connection.info?.resumed, true)
  assert.is(pair.server.connection.info?.earlyData, 'accepted')
  const order = (end: Endpoint, kind: 'readKeys' | 'writeKeys') =>
    end.all(kind).map(({ level }) => level)
  assert.equal(order(pair.client, 'writeKeys'), ['earlyData', 'handshake', 'application'])
  assert.equal(order(pair.server, 'readKeys'), ['earlyData', 'handshake', 'application'])
  // The client can acknowledge packets of the handshake while early data is under way.
  const index = (kind: Output['kind'], level: Level) =>
    pair.client.outputs.findIndex(
      (output) => output.kind === kind && 'level' in output && output.level === level,
    )
  assert.ok(index('writeKeys', 'handshake') < index('readKeys', 'application'))
})

for (const [why, server] of [
  ['the server takes none', { tickets }],
  ['a HelloRetryRequest comes', { tickets, earlyData, groups: ['secp256r1'] }],
] as const)
  test(`early data is refused where ${why}`, () => {
    const first = run(ends({}, { tickets, earlyData }))
    const { session } = demand(first.client.all('session')[0])
    const pair = run(ends({ session, earlyData: true }, server))
    for (const end of [pair.client, pair.server]) assert.is(end.all('established').length, 1)
    assert.is(pair.client.all('earlyDataRejected').length, 1)
    assert.not.ok(pair.server.all('readKeys').some(({ level }) => level === 'earlyData'))
  })

test('decisions', () => {
  const pair = run(ends({ verify: 'decide' }, { configure: 'decide' }))
  const [configure] = pair.server.all('decide')
  pair.server.connection.answer(demand(configure).decision, {})
  run(pair)
  const question = demand(pair.client.all('decide')[0]).decision
  assert.is(question.kind, 'verify')
  if (question.kind === 'verify') pair.client.connection.answer(question, trustEveryone(question))
  run(pair)
  expectEstablished(pair)
})

test('the same seed gives the same outputs', () => {
  const once = () => {
    const { client, server } = run(ends({}, { tickets }))
    return [client.outputs, server.outputs].map((outputs) =>
      outputs.map((output) => ('keys' in output ? hex(output.keys.secret) : output)),
    )
  }
  assert.equal(once(), once())
})

test('the secrets that a caller gets stay, though the connection wipes its own', () => {
  const pair = run(ends())
  for (const end of [pair.client, pair.server]) {
    end.connection.abort()
    for (const kind of ['readKeys', 'writeKeys'] as const)
      for (const { keys } of end.all(kind)) assert.ok(keys.secret.some((byte) => byte !== 0))
  }
})
test.run()

const wrong = suite('what must not be')

wrong('bytes at a level that has no keys yet, or that has been left', () => {
  const early = ends()
  const hello = demand(early.client.poll()[0])
  give(early.server, 'handshake', hello.bytes)
  early.server.poll()
  expectFailure(early.server, 'wrongLevel', alert.unexpectedMessage)

  const late = run(ends())
  give(late.client, 'initial', Uint8Array.of(messageType.keyUpdate))
  late.client.poll()
  expectFailure(late.client, 'wrongLevel', alert.unexpectedMessage)
})

wrong('bytes of the old level behind the message after which keys change', () => {
  for (const extra of [Uint8Array.of(8), handshakeBytes(8, Uint8Array.of(0, 0))]) {
    const { client, server } = ends()
    give(server, 'initial', demand(client.poll()[0]).bytes)
    const [serverHello] = server.poll()
    assert.is(serverHello?.level, 'initial')
    give(client, 'initial', demand(serverHello).bytes)
    give(client, 'initial', extra)
    client.poll()
    expectFailure(client, 'keyChangeStraddled', alert.unexpectedMessage)
  }
})

wrong('a KeyUpdate', () => {
  const pair = run(ends())
  const update = handshakeBytes(messageType.keyUpdate, Uint8Array.of(0))
  give(pair.server, 'application', update)
  pair.server.poll()
  expectFailure(pair.server, 'unexpectedMessage', alert.unexpectedMessage)
  assert.throws(() => pair.client.connection.updateKeys(), /RFC 9001/)
})

function editHello(change: (value: ReturnType<typeof read>) => ReturnType<typeof read>) {
  const { client, server } = ends()
  const { bytes } = demand(client.poll()[0])
  const body = encode(clientHello, change(read(bytes)))
  give(server, 'initial', handshakeBytes(messageType.clientHello, body))
  server.poll()
  return server
}
const read = (bytes: Uint8Array) => decode(clientHello, bytes.subarray(4))
const without = (type: number) => (value: ReturnType<typeof read>) => ({
  ...value,
  extensions: value.extensions?.filter((extension) => extension.type !== type),
})

wrong('a ClientHello without transport parameters, without ALPN, with a session id', () => {
  expectFailure(editHello(without(57)), 'missingExtension', alert.missingExtension)
  expectFailure(editHello(without(16)), 'noCommonProtocol', alert.noApplicationProtocol)
  const withId = editHello((value) => ({ ...value, legacySessionId: new Uint8Array(32) }))
  expectFailure(withId, 'illegalParameter', alert.illegalParameter)
})

wrong('no application protocol in common', () => {
  const { server } = run(ends({ alpn: ['h3'] }, { alpn: ['doq'] }))
  expectFailure(server, 'noCommonProtocol', 120)
})

wrong('a peer that is not accepted', () => {
  const refuse = () => ({ ok: false, code: 'no', message: 'no', alert: 48 }) as const
  const { client } = run(ends({ verify: refuse }))
  expectFailure(client, 'certificateRejected', 48)
})

wrong('more bytes than the limit', () => {
  const { server } = ends({}, { limits: { maxBuffered: 20_000 } })
  const { connection } = server
  assert.is(connection.receiveHandshake('initial', new Uint8Array(30_000), now), 20_000)
  assert.is(connection.receiveHandshake('initial', new Uint8Array(10), now), 0)
})

wrong('calls that are for other transports', () => {
  const { connection } = run(ends()).client
  assert.throws(() => connection.send(text('x')), /QUIC/)
  assert.throws(() => connection.sendEarly(text('x')), /QUIC/)
  assert.throws(() => connection.receive(text('x')), /receiveHandshake/)
  assert.throws(() => connection.export(), /cannot be exported/)
})

wrong('options that are for other transports', () => {
  const bad = (error: unknown) => error instanceof OptionError
  for (const options of [
    { alpn: [] },
    { postHandshakeAuth: true },
    { middleboxCompatibility: false },
    { recordSizeLimit: 1000 },
    { transportParameters: 'x' as never },
  ])
    assert.throws(() => ends(options), bad)
  for (const options of [
    { halfRttData: true },
    { tickets, earlyData: { ...earlyData, maxBytes: 1000 } },
  ])
    assert.throws(() => ends({}, options), bad)
})

wrong('transport parameters outside of QUIC', () => {
  const extension = { type: 57, data: text('x') }
  const { pair } = scriptConnects(addExtension(messageType.clientHello, extension))
  pair.run()
  assert.is(pair.server.fault?.code, 'unsolicitedExtension')
  assert.is(pair.server.fault?.alert, alert.unsupportedExtension)
})
wrong.run()

const keys = suite('packet keys')

keys('RFC 9001 A.1 and A.5', () => {
  const secret = (digits: string) =>
    Uint8Array.from(digits.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
  const client = packetKeys({
    suite: TLS_AES_128_GCM_SHA256,
    secret: secret('c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea'),
  })
  assert.is(hex(client.key), '1f369613dd76d5467730efcbe3b1a22d')
  assert.is(hex(client.iv), 'fa044b2f42a3fd3b46fb255c')
  const sample = secret('d1b1c98dd7689fb8ec11d242b123dc9b')
  assert.is(hex(client.headerMask(sample).subarray(0, 5)), '437b9aec36')

  const level = {
    suite: TLS_CHACHA20_POLY1305_SHA256,
    secret: secret('9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b'),
  }
  const short = packetKeys(level)
  assert.is(hex(short.key), 'c6d98ff3441c3fe1b2182094f69caa2ed4b716b65488960a7a984979fb23e1c8')
  assert.is(hex(short.iv), 'e0459b3474bdd0e44a41c144')
  const mask = short.headerMask(secret('5e5cd55c41f69080575d7999c25a5bfb'))
  assert.is(hex(mask.subarray(0, 5)), 'aefefe7d03')
  assert.is(
    hex(nextLevelKeys(level).secret),
    '1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9',
  )
})
keys.run()
