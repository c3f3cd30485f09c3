import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { type Event, nullCredential, type Side, trustEveryone } from '#src/testing.js'
import { clientCredential, connect, demand, serverCredential, text } from '../support/connect.js'
import { alertAt, expectEstablished, expectFault, expectRefusal } from '../support/outcome.js'

const require: Partial<ServerConfig> = { clientAuthentication: 'require', verify: trustEveryone }
const request: Partial<ServerConfig> = { clientAuthentication: 'request', verify: trustEveryone }
const credentials = [clientCredential]

test('a required certificate is verified before the server is established', () => {
  const pair = connect({ credentials }, { ...require, verify: 'decide' }).run()
  assert.is(pair.server.info, undefined)
  assert.is(pair.server.decisions[0]?.kind, 'verify')
  pair.client.send(text('too early to be delivered'))
  pair.advance(10_000)
  assert.is(pair.server.data.length, 0)
  assert.is(pair.server.info, undefined)
  pair.server.answer('verify', trustEveryone(verifyQuestion(pair.server)))
  pair.run()
  expectEstablished(pair)
  assert.equal(pair.server.data, text('too early to be delivered'))
  assert.equal(pair.server.info?.peer?.chain, clientCredential.chain)
  assert.is(pair.server.info?.signatureScheme?.name, 'ed25519')
})

test('a server that sends half-RTT data waits for a client that must authenticate itself', () => {
  const pair = connect({ credentials }, { ...require, halfRttData: true, verify: 'decide' })
  pair.server.send(text('secret'))
  pair.run()
  assert.is(pair.client.data.length, 0)
  pair.server.answer('verify', trustEveryone(verifyQuestion(pair.server)))
  pair.run()
  assert.equal(pair.client.data, text('secret'))
})

test('half-RTT data otherwise goes before the client has finished', () => {
  const pair = connect({ verify: 'decide' }, { halfRttData: true })
  pair.server.send(text('half'))
  pair.run()
  assert.is(pair.server.info, undefined)
  assert.is(pair.client.data.length, 0)
  pair.client.answer('verify', trustEveryone(verifyQuestion(pair.client)))
  pair.run()
  assert.equal(pair.client.data, text('half'))
})

test('data before `established` otherwise waits', () => {
  const pair = connect({ verify: 'decide' })
  pair.server.send(text('whole'))
  pair.run()
  const { length } = pair.server.transmitted
  pair.client.answer('verify', trustEveryone(verifyQuestion(pair.client)))
  pair.run()
  assert.equal(pair.client.data, text('whole'))
  assert.ok(pair.server.transmitted.length > length)
})

test('a refused client certificate ends the connection with the alert of the verification', () => {
  const verify = () =>
    ({ ok: false, code: 'revoked', message: 'it is revoked', alert: 44 }) as const
  const pair = connect({ credentials }, { ...require, verify }).run()
  expectRefusal(pair, 'server', 'certificateRejected', 'certificateRevoked')
  assert.is(alertAt(pair.client), 'certificateRevoked')
  assert.match(demand(pair.server.fault).message, /revoked: it is revoked/)
})

test('a refused server certificate ends the connection before the client shows its own', () => {
  const verify = () => ({ ok: false, code: 'untrusted', message: 'no' }) as const
  const pair = connect({ credentials, verify }, require).run()
  expectRefusal(pair, 'client', 'certificateRejected', 'badCertificate')
  assert.is(indexOf(pair.client.transmitted, demand(clientCredential.chain[0])), -1)
})

test('a verification that names another key is an internal failure', () => {
  const { key } = nullCredential({ name: 'x' })
  if (key === 'decide') return
  const verify = () => ({ ok: true, publicKey: key.publicKey.spki }) as const
  const pair = connect({ verify }).run()
  expectRefusal(pair, 'client', 'verifierMismatch', 'internalError')
})

test('a verification that answers rubbish accepts nobody', () => {
  for (const answer of [undefined, null, true, 'ok', {}, { ok: 1 }, { ok: true }, { ok: 'true' }]) {
    const verify = (() => answer) as unknown as NonNullable<ClientConfig['verify']>
    const pair = connect({ verify }).run()
    assert.is(pair.client.info, undefined, JSON.stringify(answer))
    assert.ok(pair.client.fault)
  }
})

test('a verification that returns a promise is told so', () => {
  const verify = (async (question: Parameters<typeof trustEveryone>[0]) =>
    trustEveryone(question)) as unknown as NonNullable<ClientConfig['verify']>
  const pair = connect({ verify }).run()
  expectRefusal(pair, 'client', 'policyFailed', 'internalError')
  assert.match(demand(pair.client.fault).message, /'decide'/)
})

test('a verification that throws ends the connection with its error as the cause', () => {
  const cause = new Error('no network')
  const pair = connect({
    verify() {
      throw cause
    },
  }).run()
  expectRefusal(pair, 'client', 'policyFailed', 'internalError')
  assert.is(pair.client.fault?.cause, cause)
})

test('a client without a certificate: allowed where it was a request, refused where it is required', () => {
  const allowed = connect({}, request).run()
  expectEstablished(allowed)
  assert.is(allowed.server.info?.peer, undefined)
  const refused = connect({}, require).run()
  expectFault(refused, 'server', 'noPeerCertificate', 'certificateRequired')
  assert.is(refused.server.info, undefined)
})

test('a client whose keys do not suit sends no certificate', () => {
  const pair = connect(
    { credentials },
    { ...request, signatureSchemes: ['ecdsa_secp256r1_sha256'] },
  ).run()
  expectEstablished(pair)
  assert.is(pair.server.info?.peer, undefined)
})

test('the first credential that suits is used', () => {
  const ecdsa = nullCredential({ type: 'secp256r1' })
  const pair = connect(
    { signatureSchemes: ['ecdsa_secp256r1_sha256'] },
    { credentials: [serverCredential, ecdsa] },
  ).run()
  expectEstablished(pair)
  assert.is(pair.client.info?.signatureScheme?.name, 'ecdsa_secp256r1_sha256')
  const none = connect(
    { signatureSchemes: ['ecdsa_secp256r1_sha256'] },
    { credentials: [serverCredential] },
  ).run()
  assert.is(none.server.fault?.code, 'noCommonSignature')
})

test('the credential is asked for with what the peer said', () => {
  const authorities = [Uint8Array.of(0x30, 0)]
  const questions: unknown[] = []
  const pair = connect(
    {
      credentials(question) {
        questions.push(question)
        return clientCredential
      },
    },
    { ...require, certificateAuthorities: authorities },
  ).run()
  expectEstablished(pair)
  assert.equal(questions, [
    {
      kind: 'credential',
      role: 'client',
      serverName: 'server.example',
      signatureSchemes: [0x0403, 0x0807],
      certificateSignatureSchemes: [0x0403, 0x0807],
      certificateAuthorities: authorities,
    },
  ])
})

test('a signature that fails ends the connection', () => {
  const { chain } = serverCredential
  for (const answer of [undefined, new Uint8Array(0)]) {
    const pair = connect({}, { credentials: [{ chain, key: 'decide' }] }).run()
    pair.server.answer('sign', answer)
    pair.run()
    expectRefusal(pair, 'server', 'signingFailed', 'internalError')
  }
  const { key } = serverCredential
  if (key === 'decide') return
  const failing = {
    ...key,
    sign() {
      throw new Error('the token was removed')
    },
  }
  const pair = connect({}, { credentials: [{ chain, key: failing }] }).run()
  expectRefusal(pair, 'server', 'signingFailed', 'internalError')
})

test('staple and timestamps come where they were asked for', () => {
  const credential = {
    ...serverCredential,
    staple: text('staple'),
    scts: [text('one'), text('two')],
  }
  const seen: unknown[] = []
  const verify: ClientConfig['verify'] = (question) => {
    seen.push([question.staple, question.scts])
    return trustEveryone(question)
  }
  connect({ verify, requestScts: true }, { credentials: [credential] }).run()
  connect({ verify, requestStaple: false }, { credentials: [credential] }).run()
  assert.equal(seen, [
    [text('staple'), [text('one'), text('two')]],
    [undefined, []],
  ])
})

test('the question for verification', () => {
  const pair = connect({ verify: 'decide' }).run()
  const [question] = pair.client.decisions
  assert.equal(question, {
    kind: 'verify',
    id: 1,
    role: 'server',
    name: 'server.example',
    requiredKeyUsage: 'digitalSignature',
    certificateSignatureSchemes: [0x0403, 0x0807],
    time: 1_800_000_000_000,
    chain: serverCredential.chain,
    staple: undefined,
    scts: [],
  })
})

test('as many certificates as the limit', () => {
  const [leaf = new Uint8Array(0)] = serverCredential.chain
  const chain = (length: number) => ({ ...serverCredential, chain: new Array(length).fill(leaf) })
  expectEstablished(connect({ limits: { chain: 3 } }, { credentials: [chain(3)] }).run())
  const pair = connect({ limits: { chain: 3 } }, { credentials: [chain(4)] }).run()
  assert.is(pair.client.fault?.code, 'certificateRejected')
})

const later: Partial<ClientConfig> = { credentials, postHandshakeAuth: true }

function authenticated(side: Side): Extract<Event, { kind: 'peerAuthenticated' }>[] {
  return side.events.filter(
    (event): event is Extract<Event, { kind: 'peerAuthenticated' }> =>
      event.kind === 'peerAuthenticated',
  )
}

test('after the handshake: the client authenticates itself, data goes on meanwhile', () => {
  const pair = connect(later, { verify: trustEveryone }).run()
  assert.is(pair.server.info?.peer, undefined)
  pair.server.connection.requestClientCertificate()
  pair.server.send(text('meanwhile'))
  pair.client.send(text('meanwhile too'))
  pair.run()
  assert.equal(authenticated(pair.server)[0]?.peer?.chain, clientCredential.chain)
  assert.equal(pair.client.data, text('meanwhile'))
  assert.equal(pair.server.data, text('meanwhile too'))
  // And again.
  pair.server.connection.requestClientCertificate()
  pair.run()
  assert.is(authenticated(pair.server).length, 2)
  expectEstablished(pair)
})

test('after the handshake: with late answers on both sides', () => {
  const pair = connect({ ...later, credentials: 'decide' }, { verify: 'decide' }).run()
  expectEstablished(pair)
  pair.server.connection.requestClientCertificate()
  pair.run()
  assert.is(pair.client.decisions[0]?.kind, 'credential')
  // While the question is open nothing is read, but everything can be sent.
  pair.client.send(text('sent meanwhile'))
  pair.run()
  assert.equal(pair.server.data, text('sent meanwhile'))
  pair.client.answer('credential', clientCredential)
  pair.run()
  assert.is(pair.server.decisions[0]?.kind, 'verify')
  pair.server.send(text('sent meanwhile too'))
  pair.run()
  assert.equal(pair.client.data, text('sent meanwhile too'))
  pair.server.answer('verify', trustEveryone(verifyQuestion(pair.server)))
  pair.run()
  assert.equal(authenticated(pair.server)[0]?.peer?.chain, clientCredential.chain)
  expectEstablished(pair)
})

test('after the handshake: a client without a certificate says so', () => {
  const pair = connect({ postHandshakeAuth: true }, { verify: trustEveryone }).run()
  pair.server.connection.requestClientCertificate()
  pair.run()
  assert.equal(authenticated(pair.server), [{ kind: 'peerAuthenticated', peer: undefined }])
  expectEstablished(pair)
})

test('after the handshake: a refused certificate ends the connection', () => {
  const verify = () => ({ ok: false, code: 'no', message: 'no' }) as const
  const pair = connect(later, { verify }).run()
  pair.server.connection.requestClientCertificate()
  pair.run()
  assert.is(pair.server.fault?.code, 'certificateRejected')
  assert.is(authenticated(pair.server).length, 0)
})

test('after the handshake: one request at a time, and only of a client that offers it', () => {
  const pair = connect(later, { verify: trustEveryone }).run()
  pair.server.connection.requestClientCertificate()
  assert.throws(() => pair.server.connection.requestClientCertificate(), /under way/)
  pair.run()
  pair.server.connection.requestClientCertificate()
  const without = connect({ credentials }, { verify: trustEveryone }).run()
  assert.throws(() => without.server.connection.requestClientCertificate(), /did not offer/)
})

test('after the handshake: KeyUpdates in between', () => {
  const pair = connect(later, { verify: trustEveryone }).run()
  pair.client.connection.updateKeys()
  pair.server.connection.requestClientCertificate()
  pair.server.connection.updateKeys(true)
  pair.run()
  assert.is(authenticated(pair.server).length, 1)
  expectEstablished(pair)
})

function verifyQuestion(side: Side): Parameters<typeof trustEveryone>[0] {
  const found = side.decisions.find((decision) => decision.kind === 'verify')
  if (found?.kind !== 'verify') throw new Error('no verify decision is open')
  return found
}

function indexOf(haystack: Uint8Array, needle: Uint8Array): number {
  return Buffer.from(haystack).indexOf(Buffer.from(needle))
}

test.run()
