/** Our ends of live connections, with what every test would otherwise repeat. */
import { randomBytes } from 'node:crypto'
import type { ClientConfig, CryptoProvider, ServerConfig } from '@sanstls/core'
import {
  type ConnectOptions,
  connect,
  type ListenOptions,
  listen,
  type TlsConnection,
} from '@sanstls/transport-node'
import { authority, identity, serverName, trust } from './authority.js'
import type { PeerEnd } from './peer.js'
import type { Scope } from './scope.js'

export type ClientChanges = Partial<ConnectOptions>
export type ServerChanges = Partial<ListenOptions>

/** Connects to the peer at `port`, whom the test's authority vouches for. Rejects with the fault. */
export async function dial(
  scope: Scope,
  port: number,
  crypto: CryptoProvider,
  changes: ClientChanges = {},
): Promise<TlsConnection> {
  const verify: ClientConfig['verify'] = trust(authority, crypto)
  const host = '127.0.0.1'
  const connection = await connect({ host, port, crypto, serverName, verify, ...changes })
  scope.defer(() => connection.abort())
  return connection
}

export interface OurServer {
  readonly port: number
  /** The next connection. Rejects where its handshake fails. */
  accept(): Promise<TlsConnection>
}

export async function serve(
  scope: Scope,
  crypto: CryptoProvider,
  changes: ServerChanges = {},
): Promise<OurServer> {
  const credentials: ServerConfig['credentials'] = [identity().credential(crypto)]
  const outcomes: Promise<TlsConnection>[] = []
  const waiting: ((outcome: Promise<TlsConnection>) => void)[] = []
  const settle = (outcome: Promise<TlsConnection>) => {
    outcome.catch(() => {})
    const take = waiting.shift()
    if (take === undefined) outcomes.push(outcome)
    else take(outcome)
  }
  const server = await listen({
    host: '127.0.0.1',
    crypto,
    credentials,
    ...changes,
    onConnection(connection) {
      scope.defer(() => connection.abort())
      settle(Promise.resolve(connection))
    },
    onHandshakeError: (error) => settle(Promise.reject(error)),
  })
  scope.defer(() => void server.close())
  return {
    port: server.address?.port ?? 0,
    accept: () => outcomes.shift() ?? new Promise((resolve) => waiting.push(resolve)),
  }
}

/** Answers each first ClientHello with a HelloRetryRequest. */
export function cookie(): ServerChanges {
  return { cookie: { keys: [new Uint8Array(randomBytes(32))], peer: new Uint8Array(4) } }
}

let exchanges = 0

/** Data in both directions. */
export async function exchange(ours: TlsConnection, peer: PeerEnd): Promise<void> {
  exchanges++
  // Digits first: some peers take a letter at the beginning for a command.
  await send(ours, peer, `${exchanges} from us\n`)
  if (!peer.echoes) await receive(ours, peer, `${exchanges} from the peer\n`)
}

export async function send(
  ours: TlsConnection,
  peer: PeerEnd,
  data: string | Uint8Array,
): Promise<void> {
  const bytes = Buffer.from(data as string)
  const echoed = peer.echoes ? read(ours, bytes.length) : undefined
  await ours.write(new Uint8Array(bytes))
  await peer.receives(bytes)
  if (echoed !== undefined) expectEqual(await echoed, bytes)
}

export async function receive(
  ours: TlsConnection,
  peer: PeerEnd,
  data: string | Uint8Array,
): Promise<void> {
  const bytes = Buffer.from(data as string)
  peer.write(bytes)
  expectEqual(await read(ours, bytes.length), bytes)
}

export async function read(ours: TlsConnection, length: number): Promise<Buffer> {
  const bytes = await ours.readExactly(length)
  if (bytes === undefined) throw new Error('the peer has closed')
  return Buffer.from(bytes)
}

function expectEqual(received: Buffer, expected: Buffer): void {
  if (!expected.equals(received))
    throw new Error(`received ${JSON.stringify(received.subarray(0, 100).toString('latin1'))}`)
}
