// PITFALLS 1 to 10: a peer that has not shown who it is.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createClient } from '#src/client.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Credential } from '#src/decision.js'
import { OptionError } from '#src/fault.js'
import {
  combine,
  edit,
  editWith,
  instead,
  nullCredential,
  nullKey,
  omit,
  type Pair,
  type Script,
  trustEveryone,
} from '#src/testing.js'
import { certificate, certificateVerify } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import {
  clientConfig,
  clientCredential,
  connect,
  connectToScript,
  demand,
  scriptConnects,
  serverCredential,
  text,
} from '../support/connect.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'

const authenticated: Partial<ServerConfig> = {
  clientAuthentication: 'require',
  verify: trustEveryone,
}
const later: Partial<ClientConfig> = { credentials: [clientCredential], postHandshakeAuth: true }

function fromServer(script: Script, client = {}, server = {}): Pair {
  const { pair } = connectToScript(script, client, server)
  pair.server.send(text('not to be delivered'))
  return pair.run()
}

function fromClient(script: Script, client: Partial<ClientConfig> = {}): Pair {
  const { pair } = scriptConnects(
    script,
    { credentials: [clientCredential], ...client },
    authenticated,
  )
  pair.client.send(text('not to be delivered'))
  return pair.run()
}

/** The client authenticates itself after the handshake, as the script says. */
function afterwards(script: Script): Pair {
  const { pair } = scriptConnects(script, later, { verify: trustEveryone })
  pair.run()
  pair.server.connection.requestClientCertificate()
  return pair.run()
}

function expectLaterRefusal(pair: Pair, code: string): void {
  assert.is(pair.server.fault?.code, code)
  assert.not(pair.server.events.some(({ kind }) => kind === 'peerAuthenticated'))
}

// 1

test('PITFALLS 1: a server without CertificateVerify', () => {
  const pair = fromServer(omit(messageType.certificateVerify))
  expectRefusal(pair, 'client', 'unexpectedMessage', 'unexpectedMessage')
})

test('PITFALLS 1: a server without Certificate and CertificateVerify', () => {
  const script = combine(omit(messageType.certificate), omit(messageType.certificateVerify))
  expectRefusal(fromServer(script), 'client', 'unexpectedMessage', 'unexpectedMessage')
})

test('PITFALLS 1: a server with an empty Certificate', () => {
  const empty = Uint8Array.of(0, 0, 0, 0)
  for (const script of [
    edit(messageType.certificate, () => empty),
    combine(
      edit(messageType.certificate, () => empty),
      omit(messageType.certificateVerify),
    ),
  ])
    expectRefusal(fromServer(script), 'client', 'emptyServerCertificate', 'decodeError')
})

test('PITFALLS 1: a server that copied a certificate and signs with a key of its own', () => {
  const { chain, key } = serverCredential
  if (key === 'decide') return
  const own = nullKey('ed25519', 'mine')
  // It passes for the other one's, up to the signature.
  const copied = { chain, key: { ...own, publicKey: key.publicKey } }
  const pair = fromServer({}, {}, { credentials: [copied] })
  expectRefusal(pair, 'client', 'badSignature', 'decryptError')
})

test('PITFALLS 1: a client without CertificateVerify', () => {
  const pair = fromClient(omit(messageType.certificateVerify))
  expectRefusal(pair, 'server', 'unexpectedMessage', 'unexpectedMessage')
})

test('PITFALLS 1: a client without any of its messages', () => {
  const script = combine(omit(messageType.certificate), omit(messageType.certificateVerify))
  expectRefusal(fromClient(script), 'server', 'unexpectedMessage', 'unexpectedMessage')
})

test('PITFALLS 1: a client without CertificateVerify after the handshake', () => {
  expectLaterRefusal(afterwards(omit(messageType.certificateVerify)), 'unexpectedMessage')
})

// 2

const forgeries: readonly (readonly [string, (signature: Uint8Array) => Uint8Array])[] = [
  ['with its first byte changed', (signature) => flip(signature, 0)],
  ['with its last byte changed', (signature) => flip(signature, signature.length - 1)],
  ['empty', () => new Uint8Array(0)],
  ['too short', (signature) => signature.subarray(1)],
  ['too long', (signature) => Uint8Array.of(...signature, 0)],
]

for (const [name, forge] of forgeries) {
  const script = editWith(messageType.certificateVerify, certificateVerify, (message) => ({
    ...message,
    signature: forge(message.signature),
  }))

  test(`PITFALLS 2: a server's signature, ${name}`, () => {
    expectRefusal(fromServer(script), 'client', 'badSignature', 'decryptError')
  })

  test(`PITFALLS 2: a client's signature, ${name}`, () => {
    expectRefusal(fromClient(script), 'server', 'badSignature', 'decryptError')
  })

  test(`PITFALLS 2: a client's signature after the handshake, ${name}`, () => {
    expectLaterRefusal(afterwards(script), 'badSignature')
  })
}

test('PITFALLS 2: a signature over other content', () => {
  const { chain, key } = serverCredential
  if (key === 'decide') return
  const changes: readonly ((message: Uint8Array) => Uint8Array)[] = [
    // Another transcript.
    (message) => flip(message, message.length - 1),
    // The context string of a client, so that a signature of one role does not do for the other.
    (message) =>
      Uint8Array.from(Buffer.from(message).toString('latin1').replace('server', 'client'), (c) =>
        c.charCodeAt(0),
      ),
    // Without the 64 spaces.
    (message) => message.subarray(64),
  ]
  for (const change of changes) {
    const other: Credential = {
      chain,
      key: { ...key, sign: (name, message, random) => key.sign(name, change(message), random) },
    }
    const pair = fromServer({}, {}, { credentials: [other] })
    expectRefusal(pair, 'client', 'badSignature', 'decryptError')
  }
})

test('PITFALLS 2: a certificate that was exchanged on the way', () => {
  const other = demand(nullCredential({ name: 'server.example', seed: 'other' }).chain[0])
  const swap = (transcript: 'sent' | 'meant') =>
    editWith(
      messageType.certificate,
      certificate,
      (message) => ({
        ...message,
        certificateList: message.certificateList.map((entry) => ({ ...entry, certData: other })),
      }),
      { transcript },
    )
  for (const transcript of ['sent', 'meant'] as const)
    expectRefusal(fromServer(swap(transcript)), 'client', 'badSignature', 'decryptError')
})

// 3

const wrongFinished: readonly (readonly [string, (body: Uint8Array) => Uint8Array])[] = [
  ...Array.from(
    { length: 32 },
    (_, at) => [`byte ${at} changed`, (body: Uint8Array) => flip(body, at)] as const,
  ),
  ['empty', () => new Uint8Array(0)],
  ['one byte short', (body) => body.subarray(0, 31)],
  ['one byte long', (body) => Uint8Array.of(...body, 0)],
  ['all zeros', () => new Uint8Array(32)],
]

for (const [name, change] of wrongFinished) {
  test(`PITFALLS 3: Finished, ${name}`, () => {
    const script = edit(messageType.finished, change)
    expectRefusal(fromServer(script), 'client', 'badFinished', 'decryptError')
    expectRefusal(fromClient(script), 'server', 'badFinished', 'decryptError')
    expectLaterRefusal(afterwards(edit(messageType.finished, change, { nth: 2 })), 'badFinished')
  })
}

test("PITFALLS 3: the other side's Finished sent back", () => {
  const { pair } = connectToScript(edit(messageType.finished, (body) => body.slice().reverse()))
  expectRefusal(pair.run(), 'client', 'badFinished', 'decryptError')
})

test('PITFALLS 3: a handshake of which the two sides saw different messages', () => {
  // Something harmless in itself: a bit of the random of each hello.
  const change = (body: Uint8Array) => flip(body, 20)
  const hello = connectToScript(edit(messageType.serverHello, change, { transcript: 'meant' }))
  assert.is(hello.pair.run().client.info, undefined)
  assert.is(hello.pair.client.fault?.code, 'badRecordMac')
  const extensions = connectToScript(
    edit(messageType.encryptedExtensions, () => Uint8Array.of(0, 0), {
      transcript: 'meant',
    }),
  )
  expectRefusal(extensions.pair.run(), 'client', 'badSignature', 'decryptError')
})

// 4

test('PITFALLS 4: a client without verification cannot be made', () => {
  const { verify: _, ...config } = clientConfig()
  const now = { monotonic: 0, unix: 0 }
  assert.throws(
    () => createClient(config as ClientConfig, now),
    (error: unknown) => error instanceof OptionError && error.option === 'verify',
  )
  for (const verify of [undefined, null, true, {}, { pinnedKeys: [] }, [] as unknown])
    assert.throws(() => createClient({ ...config, verify } as unknown as ClientConfig, now))
})

test('PITFALLS 4: nothing is accepted that verification did not say yes to', () => {
  const refuse = () => ({ ok: false, code: 'noAnchors', message: 'no anchors' }) as const
  expectRefusal(
    fromServer({}, { verify: refuse }),
    'client',
    'certificateRejected',
    'badCertificate',
  )
})

// 5

test('PITFALLS 5: verification options that a side does not have throw', () => {
  const cases: readonly (readonly [string, () => Pair])[] = [
    ['ca', () => connect({ ca: [] } as never)],
    ['ca', () => connect({}, { ca: [] } as never)],
    ['rejectUnauthorized', () => connect({}, { rejectUnauthorized: true } as never)],
    ['clientAuthentication', () => connect({ clientAuthentication: 'require' } as never)],
    ['verify', () => connect({}, { clientAuthentication: 'require' })],
    ['session', () => connect({}, { session: {} } as never)],
  ]
  for (const [option, make] of cases)
    assert.throws(make, (error: unknown) => error instanceof OptionError && error.option === option)
})

// 7

test('PITFALLS 7: the client shows nothing before the server is verified', () => {
  const { pair } = connectToScript(
    {},
    { credentials: [clientCredential], verify: 'decide' },
    authenticated,
  )
  pair.run()
  const [leaf = new Uint8Array(0)] = clientCredential.chain
  const shown = () => Buffer.from(pair.client.transmitted).includes(Buffer.from(leaf))
  assert.is(pair.client.decisions[0]?.kind, 'verify')
  assert.not(shown())
  pair.client.answer('verify', { ok: false, code: 'no', message: 'no' })
  pair.run()
  assert.not(shown())
  assert.is(pair.server.info, undefined)
})

test('PITFALLS 7: nor to a server whose signature or Finished is wrong', () => {
  const [leaf = new Uint8Array(0)] = clientCredential.chain
  for (const type of [messageType.certificateVerify, messageType.finished]) {
    const { pair } = connectToScript(
      edit(type, (body) => flip(body, body.length - 1)),
      { credentials: [clientCredential] },
      authenticated,
    )
    pair.run()
    assert.not(Buffer.from(pair.client.transmitted).includes(Buffer.from(leaf)))
  }
})

// 10

const psk = { identity: text('identity'), key: new Uint8Array(32).fill(7) }

test('PITFALLS 10: a PSK that the client did not offer', () => {
  const add = (body: Uint8Array) => withExtension(body, [0, 41, 0, 2, 0, 0])
  const pair = fromServer(edit(messageType.serverHello, add))
  expectRefusal(pair, 'client', 'unsolicitedExtension', 'unsupportedExtension')
})

test('PITFALLS 10: a PSK does not stand for a certificate that is required', () => {
  for (const server of [{ psks: [psk] }, { lookupPsk: () => psk }]) {
    let pair: Pair
    try {
      pair = connect({ psks: [psk] }, { ...authenticated, ...server }).run()
    } catch (error) {
      assert.instance(error, OptionError)
      continue
    }
    assert.is(pair.server.info, undefined, 'established without a certificate')
  }
})

test('PITFALLS 10: a server that goes on without a certificate and without a PSK', () => {
  const script = instead(messageType.certificate, () => undefined)
  const pair = fromServer(combine(script, omit(messageType.certificateVerify)))
  expectRefusal(pair, 'client', 'unexpectedMessage', 'unexpectedMessage')
})

test('the peers of these tests get through when they do nothing wrong', () => {
  expectEstablished(connectToScript({}).pair.run())
  expectEstablished(scriptConnects({}, later, authenticated).pair.run())
})

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice()
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}

/** A ServerHello with an extension more. */
function withExtension(body: Uint8Array, extension: readonly number[]): Uint8Array {
  const start = 2 + 32 + 1 + (body[34] ?? 0) + 3
  const length = ((body[start] ?? 0) << 8) + (body[start + 1] ?? 0) + extension.length
  return Uint8Array.of(
    ...body.subarray(0, start),
    length >> 8,
    length & 0xff,
    ...body.subarray(start + 2),
    ...extension,
  )
}

test.run()
