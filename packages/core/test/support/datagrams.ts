/** DTLS pairs for tests: toy cryptography, links that lose, duplicate and reorder, virtual time. */
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { createDtlsClient, createDtlsServer, type DatagramConfig } from '#src/dtls.js'
import type { FaultCode } from '#src/fault.js'
import type { Observation } from '#src/observe.js'
import { DatagramLink, type DatagramLinkOptions, Pair, seededRandom } from '#src/testing.js'
import { type AlertName, alert, nameOf } from '#src/wire/registry.js'
import { clientConfig, serverConfig } from './connect.js'

export interface DatagramPair {
  readonly pair: Pair
  readonly toServer: DatagramLink
  readonly toClient: DatagramLink
  /** Why datagrams or records were dropped, in order. */
  readonly discards: { readonly client: string[]; readonly server: string[] }
}

export type ClientOverrides = Partial<ClientConfig & DatagramConfig>
export type ServerOverrides = Partial<ServerConfig & DatagramConfig>

export function connectDatagrams(
  client: ClientOverrides = {},
  server: ServerOverrides = {},
  link: Partial<DatagramLinkOptions> & { readonly seed?: string | number } = {},
): DatagramPair {
  const { seed = 0, ...faults } = link
  const toServer = new DatagramLink({ random: seededRandom(`to server ${seed}`), ...faults })
  const toClient = new DatagramLink({ random: seededRandom(`to client ${seed}`), ...faults })
  const discards = { client: [] as string[], server: [] as string[] }
  const watch =
    (side: 'client' | 'server', also: ((observation: Observation) => void) | undefined) =>
    (observation: Observation) => {
      if (observation.kind === 'discard') discards[side].push(observation.reason)
      also?.(observation)
    }
  const pair = new Pair(
    (now) => {
      const config = clientConfig({ random: seededRandom(`client ${seed}`), ...client })
      return createDtlsClient({ ...config, observe: watch('client', client.observe) }, now)
    },
    (now) => {
      const config = serverConfig({ random: seededRandom(`server ${seed}`), ...server })
      return createDtlsServer({ ...config, observe: watch('server', server.observe) }, now)
    },
    { toServer, toClient },
  )
  return { pair, toServer, toClient, discards }
}

/** A key and an address for HelloRetryRequests with a cookie. */
export const cookie = {
  keys: [new Uint8Array(32).fill(7)],
  peer: Uint8Array.of(192, 0, 2, 1, 0x12, 0x34),
}

/** This side failed with this code, and has told the other one by this alert. */
export function expectDatagramFault(
  pair: Pair,
  role: 'client' | 'server',
  code: FaultCode,
  alertName: AlertName,
): void {
  pair.settle()
  const side = pair[role]
  const { fault } = side
  assert.is(fault?.code, code, `${role}: ${fault?.code} (${fault?.detail}), not ${code}`)
  assert.is(fault?.alert, alert[alertName])
  const other = role === 'client' ? pair.server : pair.client
  assert.is(other.fault?.code, 'alertReceived', `${other.fault?.message}`)
  assert.is(nameOf(alert, other.fault?.alert ?? -1), alertName)
}
