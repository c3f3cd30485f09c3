// RSA key transport and Diffie-Hellman over finite fields: who may decrypt where, and under which parameters.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { CryptoProvider, NamedGroup } from '#src/crypto/provider.js'
import { editExtension, nullCryptoTls12, nullKey, type Pair, seededRandom } from '#src/testing.js'
import { extensionTable } from '#src/wire/extension.js'
import { dhParams } from '#src/wire/message12.js'
import { Reader } from '#src/wire/reader.js'
import { messageType } from '#src/wire/registry.js'
import { demand, text } from '../support/connect.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'
import { plainMessages } from '../support/records.js'
import { connect12, psk12, rsaCredential, scriptConnects12 } from '../support/tls12.js'

const rsa = { suites: ['TLS_RSA_WITH_AES_128_GCM_SHA256'] }
const away = { chain: rsaCredential.chain, key: 'decide' as const }
const { decrypt } = nullKey('rsa', 'server.example')

test('a premaster secret is decrypted elsewhere, now or later', () => {
  for (const options of [rsa, { suites: ['TLS_RSA_PSK_WITH_AES_128_GCM_SHA256'], psks: [psk12] }]) {
    const pair = connect12(options, { ...options, credentials: [away] }).run()
    const [decision] = pair.server.decisions
    assert.is(decision?.kind, 'decrypt')
    if (decision?.kind !== 'decrypt') return
    assert.equal(decision.credential, away)
    pair.client.send(text('sent meanwhile'))
    pair.advance(1_000)
    assert.is(pair.server.data.length, 0)
    const message = decrypt?.(decision.ciphertext, new Uint8Array(48), seededRandom(1))
    // RFC 5246 7.4.7.1: the version that the client offered, and 46 random bytes.
    assert.equal(message?.subarray(0, 2), Uint8Array.of(3, 3))
    pair.server.answer('decrypt', message)
    pair.run()
    expectEstablished(pair)
    assert.equal(pair.server.data, text('sent meanwhile'))
  }
})

test('a key that only signs serves no suite that encrypts to it', () => {
  if (rsaCredential.key === 'decide') return
  const { decrypt: _, ...signer } = rsaCredential.key
  const credentials = [{ ...rsaCredential, key: signer }]
  const pair = connect12(rsa, { ...rsa, credentials }).run()
  assert.ok(pair.server.fault)
  assert.is(pair.server.info, undefined)
  const both = { suites: [...rsa.suites, 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'] }
  const signed = connect12(both, { ...both, credentials }).run()
  expectEstablished(signed)
  assert.is(signed.client.info?.suite.name, 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256')
})

test('a key that nothing can be encrypted to ends the connection', () => {
  const rsaEncryption = { encrypt: () => undefined }
  const client = { ...rsa, crypto: { ...nullCryptoTls12, rsaEncryption } }
  const pair = connect12(client, { ...rsa, credentials: [rsaCredential] }).run()
  expectRefusal(pair, 'client', 'mismatchedCertificate', 'illegalParameter')
})

const dhe = { suites: ['TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'] }
const underDhe = { ...dhe, credentials: [rsaCredential] }

/** Odd, and of this many bits; the toy field asks for no more. */
function prime(bits: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits / 8)).fill(0xff)
  bytes[0] = 0xff >> (bytes.length * 8 - bits)
  return bytes
}

function parametersOf(pair: Pair): { readonly prime: Uint8Array; readonly share: Uint8Array } {
  const messages = plainMessages(pair.server.transmitted)
  const { body } = demand(messages.find(({ type }) => type === messageType.serverKeyExchange))
  const { dhP, dhYs } = dhParams.read(new Reader(body))
  return { prime: dhP, share: dhYs }
}

test('the parameters are those of a group of RFC 7919 that both sides name', () => {
  const pair = connect12(dhe, underDhe).run()
  expectEstablished(pair)
  assert.is(parametersOf(pair).prime.length, 256)
  assert.is(pair.server.info?.group?.name, 'ffdhe2048')
  // Who names them on the wire has no name for them.
  assert.is(pair.client.info?.group?.name, 'dhe')
})

test('key pairs are wiped when they have served', () => {
  const counts = { made: 0, wiped: 0 }
  const counted = (group: NamedGroup): NamedGroup => ({
    ...group,
    generate(random) {
      const pair = group.generate(random)
      counts.made++
      return { ...pair, wipe: () => counts.wiped++ }
    },
  })
  const { finiteField } = nullCryptoTls12
  const field = demand(finiteField)
  const crypto: CryptoProvider = {
    ...nullCryptoTls12,
    groups: nullCryptoTls12.groups.map(counted),
    finiteField: {
      ...field,
      group: (prime, generator) => counted(demand(field.group(prime, generator))),
    },
  }
  for (const suite of [
    'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  ]) {
    const both = { suites: [suite], crypto }
    counts.made = 0
    counts.wiped = 0
    expectEstablished(connect12(both, { ...both, credentials: [rsaCredential] }).run())
    assert.equal(counts, { made: 1, wiped: 1 }, suite)
  }
})

function naming(...ids: readonly number[]) {
  const list = ids.flatMap((id) => [id >> 8, id & 0xff])
  return editExtension(messageType.clientHello, extensionTable.supportedGroups.type, () =>
    concat(Uint8Array.of(0, list.length), Uint8Array.from(list)),
  )
}

test('a client that names fields gets one of those, or none; one that names none, any (RFC 7919 section 4)', () => {
  const none = scriptConnects12(naming(29, 0x0101), dhe, underDhe).pair.run()
  expectRefusal(none, 'server', 'noCommonGroup', 'handshakeFailure')
  expectEstablished(scriptConnects12(naming(29), dhe, underDhe).pair.run())
  const lacking = connect12(dhe, { ...underDhe, groups: ['x25519'] }).run()
  expectRefusal(lacking, 'server', 'noCommonGroup', 'handshakeFailure')
})

/** A client that names no field, and so gets whatever the server has. */
const unnamed: Partial<ClientConfig> = { ...dhe, groups: ['x25519'] }

test('parameters of one’s own are for clients that name no field (RFC 7919 section 4)', () => {
  const dhParameters = { prime: prime(3072), generator: Uint8Array.of(5) }
  const pair = connect12(dhe, { ...underDhe, dhParameters }).run()
  expectEstablished(pair)
  assert.is(pair.server.info?.group?.name, 'ffdhe2048')
})

test('parameters of one’s own', () => {
  for (const bits of [2048, 2049, 3072, 8192]) {
    const dhParameters = { prime: prime(bits), generator: Uint8Array.of(5) }
    const pair = connect12(unnamed, { ...underDhe, dhParameters }).run()
    expectEstablished(pair)
    assert.equal(parametersOf(pair).prime, dhParameters.prime)
    pair.client.send(text('x'))
    assert.equal(pair.run().server.data, text('x'))
  }
})

test('a prime that is too short for the client is refused: 2048 bits, unless it says otherwise', () => {
  const under = (client: Partial<ClientConfig>, bits: number) => {
    const dhParameters = { prime: prime(bits), generator: Uint8Array.of(2) }
    const server: Partial<ServerConfig> = { ...underDhe, dhParameters }
    return connect12({ ...unnamed, ...client }, server).run()
  }
  expectEstablished(under({}, 2048))
  const refused = under({ minDhBits: 2049 }, 2048)
  expectRefusal(refused, 'client', 'weakParameters', 'insufficientSecurity')
  expectEstablished(under({ minDhBits: 3072 }, 3072))
  expectRefusal(
    under({ minDhBits: 8192 }, 8191),
    'client',
    'weakParameters',
    'insufficientSecurity',
  )
})

test.run()
