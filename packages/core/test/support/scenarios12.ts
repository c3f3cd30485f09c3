/** Connections of TLS 1.2 of every kind that correct peers have. */
import { tls12 } from '#src/handshake/tls12.js'
import { nullCredential, nullCryptoTls12, trustEveryone } from '#src/testing.js'
import { clientCredential, serverCredential, text } from './connect.js'
import { bulk, closing, exchange, type Scenario, type Stage, ticketStore } from './perform.js'
import { meanwhile, renegotiation } from './renegotiation.js'
import { bothVersions, psk12, rsaCredential, ticketKeys } from './tls12.js'

const crypto = nullCryptoTls12
const alpn = ['h2', 'http/1.1']
const psks = { psks: [psk12] }
const authentication = { clientAuthentication: 'require', verify: trustEveryone } as const

/** Data is on its way in both directions all the time. */
function busily(act: (stage: Stage) => void): (stage: Stage) => void {
  return (stage) => {
    const { pair, run } = stage
    pair.client.send(text('before'))
    act(stage)
    pair.client.send(new Uint8Array(2_000).fill(1))
    pair.server.send(new Uint8Array(2_000).fill(2))
    run()
    exchange(stage)
  }
}

const byClient = busily(({ pair }) => pair.client.connection.renegotiate())
const byServer = busily(({ pair }) => pair.server.connection.renegotiate())

const list: readonly Scenario[] = [
  { name: 'plain', play: exchange },
  { name: 'bulk', play: bulk },
  { name: 'closing', play: closing },
  { name: 'a server that has both versions', server: () => bothVersions, play: exchange },
  { name: 'a client that has both versions', client: bothVersions, play: exchange },
  {
    name: 'another suite and key',
    client: { suites: ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'] },
    server: () => ({ credentials: [nullCredential({ type: 'secp256r1' })] }),
    play: exchange,
  },
  {
    name: 'another hash',
    client: { suites: ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'] },
    play: exchange,
  },
  ...(['require', 'prefer'] as const).map((encryptThenMac) => ({
    name: `CBC, encrypt-then-MAC: ${encryptThenMac}`,
    client: {
      suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA'],
      encryptThenMac,
      ...(encryptThenMac === 'prefer' ? { profile: { omitExtensions: [22] } } : {}),
    },
    server: () => ({ suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA'], encryptThenMac }),
    play: bulk,
  })),
  {
    name: 'no extended main secret',
    client: { extendedMainSecret: 'prefer', profile: { omitExtensions: [23] } },
    server: () => ({ extendedMainSecret: 'prefer' }),
    play: exchange,
  },
  ...['TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_RSA_WITH_AES_128_GCM_SHA256'].map((suite) => ({
    name: suite,
    client: { suites: [suite] },
    server: () => ({ suites: [suite], credentials: [rsaCredential] }),
    play: exchange,
  })),
  ...[
    'TLS_PSK_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256',
    'TLS_DHE_PSK_WITH_AES_128_GCM_SHA256',
  ].map((suite) => ({
    name: suite,
    client: { suites: [suite], ...psks },
    server: () => ({ suites: [suite], ...psks }),
    play: exchange,
  })),
  {
    name: 'RSA and a PSK, by hint, looked up',
    client: { suites: ['TLS_RSA_PSK_WITH_AES_128_GCM_SHA256'], choosePsk: () => psk12 },
    server: () => ({
      suites: ['TLS_RSA_PSK_WITH_AES_128_GCM_SHA256'],
      credentials: [rsaCredential],
      pskHint: text('hint'),
      lookupPsk: () => psk12,
    }),
    play: exchange,
  },
  {
    name: 'configured for the client',
    client: { alpn },
    server: () => ({
      credentials: [],
      configure: ({ alpn: [first = ''] }) => ({ alpn: [first], credentials: [serverCredential] }),
    }),
    play: exchange,
  },
  {
    name: 'chosen credential, staple and timestamps',
    client: { requestStaple: true, requestScts: true },
    server: () => ({
      credentials: () => ({ ...serverCredential, staple: text('staple'), scts: [text('sct')] }),
    }),
  },
  {
    name: 'client certificate',
    client: { credentials: [clientCredential] },
    server: () => authentication,
    play: exchange,
  },
  {
    name: 'no client certificate',
    server: () => ({ clientAuthentication: 'request', verify: trustEveryone }),
    play: exchange,
  },
  { name: 'ticket', client: { alpn }, server: () => ({ tickets: { keys: ticketKeys }, alpn }) },
  {
    name: 'resumption by ticket',
    resumes: true,
    client: { alpn },
    server: () => ({ tickets: { keys: ticketKeys }, alpn }),
    play: exchange,
  },
  {
    name: 'resumption by session id',
    resumes: true,
    server: () => ({ tickets: { store: ticketStore() } }),
    play: exchange,
  },
  {
    name: 'record_size_limit',
    client: { recordSizeLimit: 100 },
    server: () => ({ recordSizeLimit: 200 }),
    play: exchange,
  },
  { name: 'max_fragment_length', client: { maxFragmentLength: 512 }, play: exchange },
  {
    name: 'GREASE, padding of the hello',
    client: { profile: { grease: true, padTo: 600 } },
    play: exchange,
  },
  {
    name: 'data before anything',
    prepare(pair) {
      pair.client.send(new Uint8Array(2_000).fill(1))
      pair.server.send(new Uint8Array(2_000).fill(2))
    },
  },
  {
    name: 'renegotiation by the client',
    client: { renegotiation },
    server: () => ({ renegotiation, tickets: { keys: ticketKeys } }),
    play: byClient,
  },
  {
    name: 'renegotiation by the server',
    client: { renegotiation },
    server: () => ({ renegotiation }),
    play: byServer,
  },
  {
    name: 'renegotiation without holding data',
    client: meanwhile,
    server: () => meanwhile,
    play: byClient,
  },
  {
    name: 'renegotiation refused',
    client: { renegotiation },
    server: () => ({ renegotiation: { peerMayStart: false } }),
    play: byClient,
  },
  {
    name: 'renegotiation refused by the client',
    server: () => ({ renegotiation }),
    play: byServer,
  },
  {
    name: 'a client certificate in a renegotiation',
    client: { renegotiation, credentials: [clientCredential] },
    server: () => ({ renegotiation, verify: trustEveryone }),
    play: busily(({ pair }) =>
      pair.server.connection.renegotiate({ clientAuthentication: 'require' }),
    ),
  },
  {
    name: 'renegotiation of a resumed connection',
    resumes: true,
    client: { renegotiation, credentials: [clientCredential] },
    server: () => ({ renegotiation, tickets: { keys: ticketKeys }, ...authentication }),
    play: byClient,
  },
]

export const scenarios12: readonly Scenario[] = list.map(({ name, client, server, ...rest }) => ({
  ...rest,
  name: `TLS 1.2: ${name}`,
  client: { versions: [tls12], crypto, ...client },
  server: () => ({ versions: [tls12], crypto, ...server?.() }),
}))
