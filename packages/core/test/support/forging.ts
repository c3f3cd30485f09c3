/** A DTLS end that does everything right, and lets a test seal records of its own under its keys. */
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { createDtlsClient, createDtlsServer } from '#src/dtls.js'
import { Engine } from '#src/engine.js'
import { startClient } from '#src/handshake/client/hello.js'
import { startServer } from '#src/handshake/server/hello.js'
import { WriteEpoch } from '#src/layer/datagram/epochs.js'
import { type Fragment, writeFragment } from '#src/layer/datagram/fragment.js'
import { DatagramLayer } from '#src/layer/datagram.js'
import type { Level, TrafficKeys } from '#src/layer/layer.js'
import { clientSettings, type Settings, serverSettings } from '#src/options.js'
import { DatagramLink, Pair, type Side, seededRandom } from '#src/testing.js'
import { clientConfig, demand, serverConfig } from './connect.js'
import type { ClientOverrides, ServerOverrides } from './datagrams.js'

class ForgingLayer extends DatagramLayer {
  readonly epochs = new Map<number, WriteEpoch>([[0, farAhead(new WriteEpoch(0, 'initial'))]])

  override installWrite(level: Level, keys: TrafficKeys): void {
    const first = { initial: 0, earlyData: 1, handshake: 2, application: 3 }[level]
    const epoch = level === 'application' ? Math.max(first, ...this.#next()) : first
    this.epochs.set(epoch, farAhead(new WriteEpoch(epoch, level, keys)))
    super.installWrite(level, keys)
  }

  #next(): readonly number[] {
    return [...this.epochs.keys()].filter((epoch) => epoch >= 3).map((epoch) => epoch + 1)
  }
}

/** Numbers that the connection itself does not come to. */
function farAhead(epoch: WriteEpoch): WriteEpoch {
  epoch.skipTo(1000)
  return epoch
}

export interface Forged {
  readonly pair: Pair
  readonly toServer: DatagramLink
  readonly toClient: DatagramLink
  /** The honest side. */
  readonly victim: Side
  readonly discards: string[]
  /** A datagram with one record of the forging side, under its keys of that epoch. */
  seal(epoch: number, type: number, content: Uint8Array): Uint8Array
  /** Gives the honest side a datagram, and lets both react. */
  inject(...datagrams: readonly Uint8Array[]): void
}

/** @param forger the side whose keys the test has. */
export function forge(
  forger: 'client' | 'server',
  client: ClientOverrides = {},
  server: ServerOverrides = {},
): Forged {
  const toServer = new DatagramLink({ random: seededRandom('to server') })
  const toClient = new DatagramLink({ random: seededRandom('to client') })
  const discards: string[] = []
  const observe: ClientConfig['observe'] = (observation) => {
    if (observation.kind === 'discard') discards.push(observation.reason)
  }
  let layer: ForgingLayer | undefined
  const pair = new Pair(
    (now) => {
      const { mtu, firstTimeout, ...config } = clientConfig(client) as ClientConfig &
        ClientOverrides
      if (forger === 'server') return createDtlsClient({ ...clientConfig(client), observe }, now)
      const settings = clientSettings(config)
      layer = forgingLayer(settings, mtu)
      return new Engine(settings, layer, now, (effects) => startClient(settings, effects))
    },
    (now) => {
      const { mtu, firstTimeout, ...config } = serverConfig(server) as ServerConfig &
        ServerOverrides
      if (forger === 'client') return createDtlsServer({ ...serverConfig(server), observe }, now)
      const settings = serverSettings(config)
      layer = forgingLayer(settings, mtu)
      return new Engine(settings, layer, now, () => startServer(settings))
    },
    { toServer, toClient },
  )
  const { epochs } = demand(layer)
  const victim = forger === 'client' ? pair.server : pair.client
  return {
    pair,
    toServer,
    toClient,
    victim,
    discards,
    seal(epoch, type, content) {
      const out = new Uint8Array(20_000)
      const { length } = demand(epochs.get(epoch)).seal(type, content, 0, out, 0)
      return out.slice(0, length)
    },
    inject(...datagrams) {
      for (const datagram of datagrams) victim.connection.receive(datagram, pair.now)
      pair.run()
    },
  }
}

function forgingLayer({ role, limits, config }: Settings, mtu = 1200): ForgingLayer {
  const { recordPadding, cookie } = config as ServerConfig
  return new ForgingLayer({
    role,
    ...limits,
    recordPadding,
    mtu,
    firstTimeout: 1000,
    forgets: cookie !== undefined,
    discarded: () => undefined,
  })
}

/** A fragment of a handshake message, whole by default. */
export function fragment(
  type: number,
  messageSequence: number,
  data: Uint8Array,
  change: Partial<Fragment> = {},
): Uint8Array {
  return writeFragment({ type, length: data.length, messageSequence, offset: 0, data, ...change })
}
