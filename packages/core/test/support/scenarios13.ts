/** Connections of TLS 1.3 of every kind that correct peers have. */
import { nullCredential, trustEveryone } from '#src/testing.js'
import { clientCredential, serverCredential, text } from './connect.js'
import { bulk, closing, exchange, type Scenario, ticketStore } from './perform.js'

const psk = { identity: text('identity'), key: new Uint8Array(32).fill(7) }
const ticketKeys = { keys: [{ name: new Uint8Array(16).fill(1), key: new Uint8Array(32).fill(2) }] }
const cookie = { keys: [new Uint8Array(32).fill(3)], peer: text('192.0.2.1') }
const alpn = ['h2', 'http/1.1']

const earlyData = { maxBytes: 16_384, replay: () => true }

export const scenarios13: readonly Scenario[] = [
  { name: 'plain', play: exchange },
  { name: 'bulk', play: bulk },
  { name: 'closing', play: closing },
  {
    name: 'retry for a group',
    client: { keyShares: ['x25519'] },
    server: () => ({ groups: ['secp256r1'] }),
    play: exchange,
  },
  { name: 'retry with a cookie', server: () => ({ cookie }), play: exchange },
  {
    name: 'retry for both',
    client: { keyShares: ['x25519'] },
    server: () => ({ groups: ['secp256r1'], cookie }),
    play: exchange,
  },
  { name: 'no middlebox compatibility', client: { middleboxCompatibility: false }, play: exchange },
  {
    name: 'another suite and key',
    client: { suites: ['TLS_AES_256_GCM_SHA384'] },
    server: () => ({ credentials: [nullCredential({ type: 'secp256r1' })] }),
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
    server: () => ({ clientAuthentication: 'require', verify: trustEveryone }),
    play: exchange,
  },
  {
    name: 'no client certificate',
    server: () => ({ clientAuthentication: 'request', verify: trustEveryone }),
    play: exchange,
  },
  {
    name: 'client certificate after the handshake',
    client: { credentials: () => clientCredential, postHandshakeAuth: true },
    server: () => ({ verify: trustEveryone }),
    play({ pair, run }) {
      pair.server.connection.requestClientCertificate()
      run()
      exchange({ pair, run })
    },
  },
  { name: 'tickets', client: { alpn }, server: () => ({ tickets: { keys: ticketKeys }, alpn }) },
  {
    name: 'resumption',
    resumes: true,
    client: { alpn },
    server: () => ({ tickets: { keys: ticketKeys }, alpn }),
    play: exchange,
  },
  {
    name: 'resumption from a store',
    resumes: true,
    server: () => ({ tickets: { store: ticketStore() } }),
    play: exchange,
  },
  {
    name: 'resumption with a retry',
    resumes: true,
    server: () => ({ tickets: { keys: ticketKeys }, cookie }),
    play: exchange,
  },
  {
    name: 'early data',
    resumes: true,
    client: { earlyData: true },
    server: () => ({ tickets: { keys: ticketKeys }, earlyData }),
    prepare: (pair) => pair.client.connection.sendEarly(text('early')),
    play: exchange,
  },
  {
    name: 'early data refused',
    resumes: true,
    client: { earlyData: true },
    server: () => ({
      tickets: { keys: ticketKeys },
      earlyData: { ...earlyData, replay: () => false },
    }),
    prepare: (pair) => pair.client.connection.sendEarly(text('early')),
    play: exchange,
  },
  {
    name: 'early data before a retry',
    resumes: true,
    client: { earlyData: true },
    server: () => ({ tickets: { keys: ticketKeys }, earlyData, cookie }),
    prepare: (pair) => pair.client.connection.sendEarly(text('early')),
    play: exchange,
  },
  {
    name: 'external PSK',
    client: { psks: [psk] },
    server: () => ({ psks: [psk] }),
    play: exchange,
  },
  {
    name: 'external PSK, looked up',
    client: { psks: [psk] },
    server: () => ({ lookupPsk: () => psk }),
    play: exchange,
  },
  {
    name: 'psk_ke',
    client: { psks: [psk], pskWithoutDiffieHellman: true, groups: ['secp256r1'] },
    server: () => ({ psks: [psk], pskWithoutDiffieHellman: true, groups: ['x25519'] }),
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
    name: 'padding',
    client: { recordPadding: () => 100 },
    server: () => ({ recordPadding: (length) => -length & 63 }),
    play: exchange,
  },
  {
    name: 'GREASE, padding of the hello, ticket_request',
    client: {
      profile: { grease: true, padTo: 600 },
      ticketRequest: { newSession: 3, resumption: 1 },
    },
    server: () => ({ tickets: { keys: ticketKeys } }),
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
    name: 'half-RTT data',
    server: () => ({ halfRttData: true }),
    prepare: (pair) => pair.server.send(text('half a round trip')),
  },
  {
    name: 'key updates',
    play({ pair, run }) {
      pair.client.connection.updateKeys()
      exchange({ pair, run })
      pair.server.connection.updateKeys()
      exchange({ pair, run })
    },
  },
  {
    name: 'key updates, both ways',
    play({ pair, run }) {
      pair.client.connection.updateKeys(true)
      exchange({ pair, run })
      pair.server.connection.updateKeys(true)
      exchange({ pair, run })
    },
  },
]
