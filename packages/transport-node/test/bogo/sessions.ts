/** How a server of the shim resumes: as BoringSSL's does by default, by tickets, and by session ids where there are none. */
import type { ConfigureQuestion, ServerConfig, SessionAnswer, SessionQuestion } from '@sanstls/core'
import { hex } from './bytes.js'
import type { Seen } from './choose.js'
import type { Flags } from './flags.js'

/** What outlives the connections of one invocation. */
export interface Shared {
  readonly ticketKey: { readonly name: Uint8Array; readonly key: Uint8Array }
  readonly tickets: Map<string, Uint8Array>
}

type Tickets = NonNullable<ServerConfig['tickets']>

const tls13 = 0x0304
const sessionTicket = 35

/** For a client, where its hello is known. */
export function ticketsFor(
  hello: ConfigureQuestion | undefined,
  flags: Flags,
  shared: Shared,
  seen: Seen,
): Pick<ServerConfig, 'tickets'> {
  const byId = { tickets: { store: store(flags, shared, seen) } }
  const byTicket = { tickets: { keys: { keys: [shared.ticketKey] } } }
  const noTickets = flags['no-ticket'] || flags['skip-ticket']
  if (hello === undefined || hello.versions.includes(tls13))
    return noTickets ? {} : flags.async ? byId : byTicket
  const offered = hello.clientHello.extensions?.some(({ type }) => type === sessionTicket)
  // A session id that we gave is resumed, whatever else the client has.
  const isKnown = shared.tickets.has(hex(hello.clientHello.legacySessionId))
  if (!offered || flags['no-ticket'] || isKnown) return byId
  return noTickets ? {} : byTicket
}

function store(flags: Flags, { tickets }: Shared, seen: Seen): NonNullable<Tickets['store']> {
  return {
    save(ticket, state) {
      seen.saved++
      tickets.set(hex(ticket), state)
    },
    take: flags.async ? 'decide' : (question) => take(question, tickets),
  }
}

export function take(
  { ticket, once }: SessionQuestion,
  tickets: Map<string, Uint8Array>,
): SessionAnswer {
  const key = hex(ticket)
  const state = tickets.get(key)
  if (once) tickets.delete(key)
  return state
}
