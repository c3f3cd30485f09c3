// Clients that authenticate themselves in TLS 1.2, in the handshake (RFC 5246 7.4.4, 7.4.6, 7.4.8).
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { editWith, nullCredential, type Side, trustEveryone } from '#src/testing.js'
import { certificateRequest12 } from '#src/wire/message12.js'
import { messageType } from '#src/wire/registry.js'
import { clientCredential, demand, serverCredential, text } from '../support/connect.js'
import { alertAt, expectEstablished, expectRefusal } from '../support/outcome.js'
import {
  connect12,
  connectToScript12,
  rsaClientCredential,
  rsaCredential,
  watch,
} from '../support/tls12.js'

const require: Partial<ServerConfig> = { clientAuthentication: 'require', verify: trustEveryone }
const request: Partial<ServerConfig> = { clientAuthentication: 'request', verify: trustEveryone }
const credentials = [clientCredential]

test('a required certificate is verified before the server is established', () => {
  const pair = connect12({ credentials }, { ...require, verify: 'decide' }).run()
  assert.is(pair.server.info, undefined)
  pair.client.send(text('too early to be delivered'))
  pair.server.send(text('nor to be sent'))
  pair.advance(10_000)
  assert.is(pair.server.data.length, 0)
  assert.is(pair.client.data.length, 0)
  // The server's Finished comes after that, so the client does not believe in the connection either.
  assert.is(pair.client.info, undefined)
  pair.server.answer('verify', trustEveryone(verifyQuestion(pair.server)))
  pair.run()
  expectEstablished(pair)
  assert.equal(pair.server.data, text('too early to be delivered'))
  assert.equal(pair.client.data, text('nor to be sent'))
  assert.equal(pair.server.info?.peer?.chain, clientCredential.chain)
  assert.is(pair.server.info?.signatureScheme?.name, 'ed25519')
})

test('the messages of a client that is asked, with a certificate and without', () => {
  const order = (client: Partial<ClientConfig>) => {
    const { names, observe } = watch()
    expectEstablished(connect12({ ...client, observe }, request).run())
    return names.slice(names.indexOf('received CertificateRequest'))
  }
  const [finished, answer] = ['sent Finished', 'received Finished']
  assert.equal(order({ credentials }), [
    'received CertificateRequest',
    'received ServerHelloDone',
    'sent Certificate',
    'sent ClientKeyExchange',
    'sent CertificateVerify',
    finished,
    answer,
  ])
  assert.equal(order({}), [
    'received CertificateRequest',
    'received ServerHelloDone',
    'sent Certificate',
    'sent ClientKeyExchange',
    finished,
    answer,
  ])
})

test('a client without a certificate: allowed where it was a request, refused where it is required', () => {
  const allowed = connect12({}, request).run()
  expectEstablished(allowed)
  assert.is(allowed.server.info?.peer, undefined)
  const refused = connect12({}, require).run()
  // certificate_required is an alert of TLS 1.3.
  expectRefusal(refused, 'server', 'noPeerCertificate', 'handshakeFailure')
})

test('a refused client certificate ends the connection with the alert of the verification', () => {
  const verify = () =>
    ({ ok: false, code: 'revoked', message: 'it is revoked', alert: 44 }) as const
  const pair = connect12({ credentials }, { ...require, verify }).run()
  expectRefusal(pair, 'server', 'certificateRejected', 'certificateRevoked')
  assert.is(alertAt(pair.client), 'certificateRevoked')
  assert.is(pair.client.info, undefined)
})

test('a verification that names another key, throws, or answers rubbish accepts nobody', () => {
  const { key } = nullCredential({ name: 'x' })
  if (key === 'decide') return
  const spki = key.publicKey.spki
  const answers: readonly (readonly [string, () => unknown])[] = [
    ['verifierMismatch', () => ({ ok: true, publicKey: spki })],
    ['verifierMismatch', () => ({ ok: true })],
    ['certificateRejected', () => ({ ok: 1, code: 'x', message: 'x' })],
    ['policyFailed', () => undefined],
    [
      'policyFailed',
      () => {
        throw new Error('down')
      },
    ],
  ]
  for (const [code, verify] of answers) {
    const policy = verify as NonNullable<ServerConfig['verify']>
    const server = connect12({ credentials }, { ...require, verify: policy }).run()
    assert.is(server.server.fault?.code, code)
    assert.is(server.server.info, undefined)
    assert.is(server.client.info, undefined)
    const client = connect12({ verify: policy }).run()
    assert.is(client.client.fault?.code, code)
    assert.is(client.client.info, undefined)
  }
})

test('keys are used that the server takes: by kind, and by scheme', () => {
  const presented = (client: Partial<ClientConfig>, server: Partial<ServerConfig> = {}) => {
    const pair = connect12(client, { ...request, ...server }).run()
    expectEstablished(pair)
    return pair.server.info?.signatureScheme?.name
  }
  const all = [rsaClientCredential, clientCredential]
  assert.is(presented({ credentials: all }), 'rsa_pss_rsae_sha256')
  assert.is(presented({ credentials: all }, { signatureSchemes: ['ed25519'] }), 'ed25519')
  assert.is(
    presented({ credentials: all }, { signatureSchemes: ['rsa_pkcs1_sha256'] }),
    'rsa_pkcs1_sha256',
  )
  assert.is(presented({ credentials }, { signatureSchemes: ['rsa_pkcs1_sha256'] }), undefined)
  assert.is(
    presented({ credentials: all, signingSchemes: ['rsa_pkcs1_sha256', 'ed25519'] }),
    'rsa_pkcs1_sha256',
  )
})

test('a server that asks for one kind of key gets no other, whatever its schemes say', () => {
  const script = (types: readonly number[]) =>
    editWith(messageType.certificateRequest, certificateRequest12, (message) => ({
      ...message,
      certificateTypes: Uint8Array.from(types),
    }))
  const all = [rsaClientCredential, clientCredential]
  const scheme = (types: readonly number[]) => {
    const { pair } = connectToScript12(script(types), { credentials: all }, request)
    expectEstablished(pair.run())
    return pair.server.info?.signatureScheme?.name
  }
  assert.is(scheme([64]), 'ed25519')
  assert.is(scheme([1]), 'rsa_pss_rsae_sha256')
  // Fixed Diffie-Hellman, DSS: nothing that we have.
  assert.is(scheme([2, 3, 4, 66]), undefined)
})

test('the credential is asked for with what the server said', () => {
  const authorities = [Uint8Array.of(0x30, 0)]
  const questions: unknown[] = []
  const pair = connect12(
    {
      credentials(question) {
        questions.push(question)
        return clientCredential
      },
    },
    { ...require, certificateAuthorities: authorities, signatureSchemes: ['ed25519'] },
  ).run()
  expectEstablished(pair)
  assert.equal(questions, [
    {
      kind: 'credential',
      role: 'client',
      serverName: 'server.example',
      signatureSchemes: [0x0807],
      certificateSignatureSchemes: [0x0807],
      certificateAuthorities: authorities,
      keyKinds: ['ecdsa'],
    },
  ])
})

test('a credential that does not suit the server, chosen by a policy, ends the connection', () => {
  const pair = connect12(
    { credentials: () => rsaClientCredential },
    { ...require, signatureSchemes: ['ed25519'] },
  ).run()
  expectRefusal(pair, 'client', 'noCommonSignature', 'handshakeFailure')
})

test('signatures can be made elsewhere, on both sides', () => {
  const away = ({ chain }: typeof serverCredential) => [{ chain, key: 'decide' as const }]
  const pair = connect12(
    { credentials: away(clientCredential) },
    { ...require, credentials: away(serverCredential) },
  ).run()
  for (const [side, credential] of [
    [pair.server, serverCredential],
    [pair.client, clientCredential],
  ] as const) {
    assert.is(side.decisions[0]?.kind, 'sign')
    const [decision] = side.decisions
    if (decision?.kind !== 'sign' || credential.key === 'decide') return assert.unreachable()
    const { sign } = credential.key
    side.answer(
      'sign',
      sign('ed25519', decision.message, () => new Uint8Array(0)),
    )
    pair.run()
  }
  expectEstablished(pair)
})

test('a signature that cannot be made ends the connection', () => {
  const server = connect12({}, { credentials: [{ ...serverCredential, key: 'decide' }] }).run()
  server.server.answer('sign', undefined)
  expectRefusal(server.run(), 'server', 'signingFailed', 'internalError')
  const client = connect12({ credentials: [{ ...clientCredential, key: 'decide' }] }, require).run()
  client.client.answer('sign', new Uint8Array(0))
  expectRefusal(client.run(), 'client', 'signingFailed', 'internalError')
})

test('as many certificates as the limit, on either side', () => {
  const [leaf = new Uint8Array(0)] = clientCredential.chain
  const chain = (length: number) => new Array(length).fill(leaf)
  const limits = { limits: { chain: 3 } }
  const asked = (length: number) =>
    connect12(
      { credentials: [{ ...clientCredential, chain: chain(length) }] },
      { ...require, ...limits },
    ).run()
  expectEstablished(asked(3))
  expectRefusal(asked(4), 'server', 'certificateRejected', 'badCertificate')
  const own = (length: number) => [
    { ...serverCredential, chain: new Array(length).fill(serverCredential.chain[0]) },
  ]
  expectEstablished(connect12(limits, { credentials: own(3) }).run())
  const long = connect12(limits, { credentials: own(4) }).run()
  expectRefusal(long, 'client', 'certificateRejected', 'badCertificate')
})

test('no certificate is asked for under a PSK, or of whom it is not wanted', () => {
  const psk = { identity: text('me'), key: new Uint8Array(32), version: 'tls12' } as const
  for (const suite of ['TLS_RSA_PSK_WITH_AES_128_GCM_SHA256', 'TLS_PSK_WITH_AES_128_GCM_SHA256']) {
    const options = { suites: [suite], psks: [psk] }
    const { names, observe } = watch()
    const pair = connect12(
      { ...options, credentials, observe },
      { ...request, ...options, credentials: [rsaCredential] },
    ).run()
    expectEstablished(pair)
    assert.not(names.includes('received CertificateRequest'))
    assert.is(pair.server.info?.peer, undefined)
  }
})

function verifyQuestion(side: Side): Parameters<typeof trustEveryone>[0] {
  const found = side.decisions.find((decision) => decision.kind === 'verify')
  return demand(found?.kind === 'verify' ? found : undefined)
}

test.run()
