// What can be wrong with the options of TLS 1.2.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createClient } from '#src/client.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { createDtlsClient } from '#src/dtls.js'
import { OptionError } from '#src/fault.js'
import { createQuicClient } from '#src/quic.js'
import { createServer } from '#src/server.js'
import { nullCrypto } from '#src/testing.js'
import { clientConfig, serverConfig, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { connect12, only12, psk12 } from '../support/tls12.js'

const now = { monotonic: 0, unix: 1_800_000_000_000 }

/** Whatever a caller without types may pass. */
function client(options: Record<string, unknown>): void {
  createClient({ ...clientConfig(only12({})), ...options } as ClientConfig, now)
}

function server(options: Record<string, unknown>): void {
  createServer({ ...serverConfig(only12({})), ...options } as ServerConfig, now)
}

function refused(make: () => void, option: string): void {
  assert.throws(make, (error: unknown) => error instanceof OptionError && error.option === option)
}

type Case = readonly [option: string, options: Record<string, unknown>]

const pskSuites = ['TLS_PSK_WITH_AES_128_GCM_SHA256']
const odd = new Uint8Array(256).fill(0xff)
const generator = Uint8Array.of(2)

const common: readonly Case[] = [
  ['extendedMainSecret', { extendedMainSecret: true }],
  ['extendedMainSecret', { extendedMainSecret: 'required' }],
  ['encryptThenMac', { encryptThenMac: 'no' }],
  ['renegotiation.peerMayStart', { renegotiation: true }],
  ['renegotiation.peerMayStart', { renegotiation: {} }],
  ['renegotiation.limit', { renegotiation: { peerMayStart: true, limit: -1 } }],
  ['renegotiation.limit', { renegotiation: { peerMayStart: true, limit: 2.5 } }],
  ['renegotiation.sendMeanwhile', { renegotiation: { peerMayStart: true, sendMeanwhile: 1 } }],
  ['renegotiation.window', { renegotiation: { peerMayStart: true, window: 0 } }],
  ['signingSchemes', { signingSchemes: [] }],
  ['signingSchemes', { signingSchemes: ['rsa'] }],
  ['signingSchemes', { signingSchemes: ['ed25519', 'ed25519'] }],
  ['suites', { suites: ['TLS_AES_128_GCM_SHA256'] }],
  ['suites', { suites: ['TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'], crypto: nullCrypto }],
  ['psks.version', { psks: [{ ...psk12, version: 'dtls12' }], suites: pskSuites }],
  ['psks.key', { psks: [{ ...psk12, key: new Uint8Array(15) }], suites: pskSuites }],
  ['psks.dangerouslyShort', { psks: [{ ...psk12, dangerouslyShort: 'yes' }], suites: pskSuites }],
]

const clientOnly: readonly Case[] = [
  ['minDhBits', { minDhBits: 1023 }],
  ['minDhBits', { minDhBits: 8193 }],
  ['requireRenegotiationInfo', { requireRenegotiationInfo: 'no' }],
  ['fallbackScsv', { fallbackScsv: 1 }],
  ['choosePsk', { choosePsk: {}, suites: pskSuites }],
  ['choosePsk', { choosePsk: () => psk12 }],
  ['psks', { psks: [psk12] }],
  ['suites', { suites: pskSuites }],
  ['pskHint', { pskHint: text('hint') }],
  ['dhParameters', { dhParameters: { prime: odd, generator } }],
  ['tickets', { tickets: {} }],
]

const serverOnly: readonly Case[] = [
  ['pskHint', { pskHint: 'hint' }],
  ['pskHint', { pskHint: new Uint8Array(65_536) }],
  ['dhParameters.prime', { dhParameters: { prime: odd.subarray(1), generator } }],
  ['dhParameters.prime', { dhParameters: { prime: new Uint8Array(1025).fill(255), generator } }],
  ['dhParameters.prime', { dhParameters: { prime: odd.map((byte) => byte - 1), generator } }],
  ['dhParameters.prime', { dhParameters: { prime: 'ffdhe2048', generator } }],
  ['dhParameters.generator', { dhParameters: { prime: odd, generator: 2 } }],
  ['dhParameters.generator', { dhParameters: { prime: odd, generator: new Uint8Array(257) } }],
  ['dhParameters.generator', { dhParameters: { prime: odd, generator: new Uint8Array(0) } }],
  ['dhParameters.generator', { dhParameters: { prime: odd, generator: Uint8Array.of(0, 1) } }],
  ['dhParameters', { dhParameters: { prime: odd, generator }, crypto: nullCrypto }],
  ['minDhBits', { minDhBits: 2048 }],
  ['fallbackScsv', { fallbackScsv: true }],
  ['requireRenegotiationInfo', { requireRenegotiationInfo: false }],
  ['choosePsk', { choosePsk: () => psk12 }],
]

for (const [option, options] of [...common, ...clientOnly])
  test(`client: ${option} in ${JSON.stringify(options).slice(0, 80)}`, () =>
    refused(() => client(options), option))

for (const [option, options] of [...common, ...serverOnly])
  test(`server: ${option} in ${JSON.stringify(options).slice(0, 80)}`, () =>
    refused(() => server(options), option))

test('a profile may not set what TLS 1.2 needs, nor what options say', () => {
  for (const type of [0xff01, 23, 22, 35, 11])
    refused(
      () => client({ profile: { extraExtensions: [{ type, data: new Uint8Array(0) }] } }),
      'profile.extraExtensions',
    )
})

test('groups of which TLS 1.2 knows none leave supported_groups out', () => {
  const hybrid = nullCrypto.groups.map((group) => ({ ...group, id: 0x11ec, name: 'hybrid' }))
  const crypto = { ...nullCrypto, groups: hybrid.slice(0, 1) }
  const psk = { suites: pskSuites, psks: [psk12] }
  const pair = connect12({ ...psk, crypto }, { ...psk, credentials: [] }).run()
  expectEstablished(pair)
})

test('transports that speak TLS 1.3 only refuse the older version', () => {
  refused(() => createDtlsClient(clientConfig(only12({})), now), 'versions')
  const parameters = { transportParameters: text('x'), alpn: ['h3'] }
  refused(() => createQuicClient({ ...clientConfig(only12({})), ...parameters }, now), 'versions')
})

test.run()
