/**
 * A way into a state of the handshake: a scripted peer does everything right up to the message that the state waits for,
 * and something else in its place.
 */
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { HandshakeMessage } from '#src/layer/layer.js'
import type { Session } from '#src/session.js'
import { instead, type Pair, type Wire } from '#src/testing.js'
import { connect, connectToScript, demand, scriptConnects, text } from './connect.js'

/**
 * What the peer does in this state. `message` is what it would have sent, where the state waits for something. Returns
 * what the peer's transcript has of it.
 */
export type Act = (wire: Wire, message?: HandshakeMessage) => Uint8Array | undefined

export interface Station {
  readonly name: string
  readonly protocol: 'tls13' | 'tls12'
  readonly tested: 'client' | 'server'
  /** As in RFC 9846 appendix A. */
  readonly state: string
  /** The messages that are legal in it. */
  readonly accepts: readonly number[]
  /** The handshake is complete: data is delivered. */
  readonly established: boolean
  /** Goes there, acts, and runs until nothing more happens. */
  readonly visit: (act: Act) => Pair
}

export interface Options {
  readonly client?: Partial<ClientConfig>
  readonly server?: Partial<ServerConfig>
}

export interface Way extends Options {
  readonly name: string
  readonly state: string
  readonly accepts: readonly number[]
  /** The message that the state waits for. */
  readonly instead: number
  /** Only the nth message of this type. */
  readonly nth?: number
  /** Done when both have established. */
  readonly once?: (pair: Pair) => void
  readonly established?: boolean
  readonly resumes?: boolean
}

export interface Connected extends Options {
  readonly name: string
  readonly accepts: readonly number[]
}

export function station(
  protocol: Station['protocol'],
  tested: 'client' | 'server',
  way: Way,
): Station {
  const session = way.resumes ? once(() => firstSession(way)) : undefined
  return {
    name: `${tested}: ${way.name}`,
    protocol,
    tested,
    state: way.state,
    accepts: way.accepts,
    established: way.established ?? false,
    visit(act) {
      const script = instead(way.instead, (wire, message) => act(wire, message), way.nth)
      const client = { ...way.client, ...(session === undefined ? {} : { session: session() }) }
      const open = tested === 'client' ? connectToScript : scriptConnects
      const { pair } = open(script, client, way.server)
      if (way.client?.earlyData) pair.client.connection.sendEarly(text('early'))
      pair.run()
      if (way.once !== undefined && !pair[tested].over) {
        way.once(pair)
        pair.run()
      }
      return pair
    },
  }
}

export function connectedStation(
  protocol: Station['protocol'],
  tested: 'client' | 'server',
  { name, accepts, client, server }: Connected,
): Station {
  return {
    name: `${tested}: ${name}`,
    protocol,
    tested,
    state: 'connected',
    accepts,
    established: true,
    visit(act) {
      const open = tested === 'client' ? connectToScript : scriptConnects
      const { pair, peer } = open({}, client, server)
      pair.run()
      act(peer.wire)
      return pair.run()
    },
  }
}

function firstSession({ client, server }: Options): Session {
  const { earlyData: _, ...others } = client ?? {}
  return demand(connect(others, server).run().client.sessions[0])
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
