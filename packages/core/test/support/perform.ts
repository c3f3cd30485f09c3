/** What a scenario is, and how it is played. */
import { concat } from '#src/bytes.js'
import { createClient } from '#src/client.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { createServer } from '#src/server.js'
import type { Session } from '#src/session.js'
import { type Event, Pair, type PairOptions, seededRandom } from '#src/testing.js'
import { clientConfig, demand, serverConfig, text } from './connect.js'
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

/** A store as a server keeps it: a ticket serves once, a session id of TLS 1.2 until it expires. */
export function ticketStore(): NonNullable<NonNullable<ServerConfig['tickets']>['store']> {
  const saved = new Map<string, Uint8Array>()
  return {
    save: (ticket, state) => saved.set(ticket.join(), state),
    take({ ticket, once }) {
      const state = saved.get(ticket.join())
      if (once) saved.delete(ticket.join())
      return state
    },
  }
}

export function exchange({ pair, run }: Stage): void {
  pair.client.send(text('a question'))
  run()
  pair.server.send(new Uint8Array(700).fill(5))
  run()
}

/** More than a record. */
export function bulk({ pair, run }: Stage): void {
  pair.client.send(new Uint8Array(20_000).fill(4))
  pair.server.send(new Uint8Array(40_000).fill(5))
  run()
}

export function closing({ pair, run }: Stage): void {
  pair.client.send(text('last words'))
  pair.client.connection.close()
  run()
  pair.server.send(text('an answer'))
  pair.server.connection.close()
  run()
}

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
  if (scenario.resumes && !stage.pair.server.info?.resumed)
    throw new Error(`${scenario.name}: it was not resumed`)
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
