/** Connections of every kind that correct peers have, for properties that hold for all of them. */
import { concat } from '#src/bytes.js'
import { createClient } from '#src/client.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { createServer } from '#src/server.js'
import type { Session } from '#src/session.js'
import {
  type Event,
  nullCredential,
  nullCrypto,
  Pair,
  type PairOptions,
  seededRandom,
  trustEveryone,
} from '#src/testing.js'
import {
  clientConfig,
  clientCredential,
  demand,
  serverConfig,
  serverCredential,
  text,
} from './connect.js'
import { answerLate, lateClient, lateServer } from './late.js'

export interface Stage {
  readonly pair: Pair
  /** Until nothing more happens, with all decisions answered. */
  readonly run: () => void
}

export interface Scenario {
  readonly name: string
  readonly client?: Partial<ClientConfig>
  readonly server?: () => Partial<ServerConfig>
  /** The session of a first connection is offered. */
  readonly resumes?: boolean
  /** Before the first poll. */
  readonly prepare?: (pair: Pair) => void
  /** When both have established. */
  readonly play?: (stage: Stage) => void
}

const psk = { identity: text('identity'), key: new Uint8Array(32).fill(7) }
const ticketKeys = { keys: [{ name: new Uint8Array(16).fill(1), key: new Uint8Array(32).fill(2) }] }
const cookie = { keys: [new Uint8Array(32).fill(3)], peer: text('192.0.2.1') }
const alpn = ['h2', 'http/1.1']

/** A store as a server keeps it: a ticket serves once. */
export function ticketStore(): NonNullable<NonNullable<ServerConfig['tickets']>['store']> {
  const saved = new Map<string, Uint8Array>()
  return {
    save: (ticket, state) => saved.set(ticket.join(), state),
    take({ ticket }) {
      const state = saved.get(ticket.join())
      saved.delete(ticket.join())
      return state
    },
  }
}

function exchange({ pair, run }: Stage): void {
  pair.client.send(text('a question'))
  run()
  pair.server.send(new Uint8Array(700).fill(5))
  run()
}

/** More than a record. */
function bulk({ pair, run }: Stage): void {
  pair.client.send(new Uint8Array(20_000).fill(4))
  pair.server.send(new Uint8Array(40_000).fill(5))
  run()
}

function closing({ pair, run }: Stage): void {
  pair.client.send(text('last words'))
  pair.client.connection.close()
  run()
  pair.server.send(text('an answer'))
  pair.server.connection.close()
  run()
}

const earlyData = { maxBytes: 16_384, replay: () => true }

export const scenarios: readonly Scenario[] = [
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

export interface PerformOptions {
  readonly links?: PairOptions
  /** All policies become `'decide'`, and are answered after everything else has come to rest. */
  readonly late?: boolean
  readonly seed?: string
}

/** Plays a scenario to its end; both sides must have established. */
export function perform(scenario: Scenario, options: PerformOptions = {}): Pair {
  const server = scenario.server?.() ?? {}
  const session = scenario.resumes ? firstSession(scenario, server, options) : undefined
  const stage = open(scenario, server, session, 'second', options)
  scenario.prepare?.(stage.pair)
  stage.run()
  check(stage.pair, scenario)
  scenario.play?.(stage)
  return stage.pair
}

function firstSession(
  scenario: Scenario,
  server: Partial<ServerConfig>,
  options: PerformOptions,
): Session {
  const { links: _, ...rest } = options
  const { pair, run } = open(scenario, server, undefined, 'first', rest)
  run()
  check(pair, scenario)
  return demand(pair.client.sessions[0])
}

function open(
  { client = {}, name }: Scenario,
  server: Partial<ServerConfig>,
  session: Session | undefined,
  which: string,
  { links, late, seed = '' }: PerformOptions,
): Stage {
  const { earlyData, ...others } = client
  const clientOptions = clientConfig({
    ...(session === undefined ? others : { ...client, session }),
    random: seededRandom(`${seed} ${name} ${which} client`),
    crypto: nullCrypto,
  })
  const serverOptions = serverConfig({
    ...server,
    random: seededRandom(`${seed} ${name} ${which} server`),
  })
  const pair = new Pair(
    (now) => createClient(late ? lateClient(clientOptions) : clientOptions, now),
    (now) => createServer(late ? lateServer(serverOptions) : serverOptions, now),
    links,
  )
  const answer = late ? answerLate(clientOptions, serverOptions) : undefined
  const run = () => (answer === undefined ? pair.run() : pair.runAnswering(answer))
  return { pair, run }
}

function check({ client, server }: Pair, { name }: Scenario): void {
  for (const side of [client, server])
    if (side.info === undefined)
      throw new Error(`${name}: the ${side.connection.role} has not established: ${side.fault}`)
}

/** What a side put out, with adjacent bytes joined; decisions left out, as `late` alone has them. */
export function normalized(events: readonly Event[]): readonly unknown[] {
  const list: Event[] = []
  for (const event of events) {
    if (event.kind === 'decide') continue
    const last = list[list.length - 1]
    if ((event.kind === 'transmit' || event.kind === 'data') && last?.kind === event.kind)
      list[list.length - 1] = { ...event, bytes: concat(last.bytes, event.bytes) }
    else list.push(event)
  }
  return list.map((event) =>
    'bytes' in event ? { ...event, bytes: Buffer.from(event.bytes).toString('hex') } : event,
  )
}
