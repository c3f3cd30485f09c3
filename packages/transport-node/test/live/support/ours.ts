/** Our ends of live connections, with what every test would otherwise repeat. */
import type { ClientConfig, CryptoProvider, ServerConfig } from '@sanstls/core'
import {
  type ConnectOptions,
  connect,
  type ListenOptions,
  listen,
  type TlsConnection,
} from '../../support/pump.js'
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
  const connection = await connect({ port, crypto, serverName, verify, ...changes })
  scope.defer(() => connection.abort())
  return connection
}

export interface OurServer {
  readonly port: number
  /** The next connection. Rejects with the fault where its handshake fails. */
  accept(): Promise<TlsConnection>
}

export async function serve(
  scope: Scope,
  crypto: CryptoProvider,
  changes: ServerChanges = {},
): Promise<OurServer> {
  const credentials: ServerConfig['credentials'] = [identity().credential(crypto)]
  const server = await listen({ crypto, credentials, ...changes })
  scope.defer(() => void server.close())
  return {
    port: server.address.port,
    async accept() {
      const connection = await server.accept()
      scope.defer(() => connection.abort())
      return connection
    },
  }
}

/** Reads `length` bytes. */
export async function readExactly(ours: TlsConnection, length: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  while (size < length) {
    const chunk = await ours.read()
    if (chunk === undefined) throw new Error(`the peer closed after ${size} of ${length} bytes`)
    chunks.push(chunk)
    size += chunk.length
  }
  return Buffer.concat(chunks)
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
  const echoed = peer.echoes ? readExactly(ours, bytes.length) : undefined
  await ours.write(new Uint8Array(bytes))
  await peer.receives(bytes)
  if (echoed !== undefined && !bytes.equals(await echoed)) throw new Error('the echo differs')
}

export async function receive(
  ours: TlsConnection,
  peer: PeerEnd,
  data: string | Uint8Array,
): Promise<void> {
  const bytes = Buffer.from(data as string)
  peer.write(bytes)
  const received = await readExactly(ours, bytes.length)
  if (!bytes.equals(received))
    throw new Error(`received ${JSON.stringify(received.subarray(0, 100).toString('latin1'))}`)
}
