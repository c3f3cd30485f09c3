/** Configurations and pairs for tests of the connection: toy cryptography, seeded randomness, virtual time. */
import { createClient } from '#src/client.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { tls13 } from '#src/handshake/tls13.js'
import { createServer } from '#src/server.js'
import {
  nullCredential,
  nullCrypto,
  Pair,
  type PairOptions,
  type Script,
  type ScriptedPeer,
  scriptedClient,
  scriptedServer,
  seededRandom,
  trustEveryone,
} from '#src/testing.js'

export const serverCredential = nullCredential({ name: 'server.example' })
export const clientCredential = nullCredential({ name: 'client.example' })

export function clientConfig(overrides: Partial<ClientConfig> = {}): ClientConfig {
  return {
    versions: [tls13],
    crypto: nullCrypto,
    random: seededRandom('client'),
    serverName: 'server.example',
    verify: trustEveryone,
    ...overrides,
  }
}

export function serverConfig(overrides: Partial<ServerConfig> = {}): ServerConfig {
  return {
    versions: [tls13],
    crypto: nullCrypto,
    random: seededRandom('server'),
    credentials: [serverCredential],
    ...overrides,
  }
}

/** Two real connections. */
export function connect(
  client: Partial<ClientConfig> = {},
  server: Partial<ServerConfig> = {},
  options: PairOptions = {},
): Pair {
  return new Pair(
    (now) => createClient(clientConfig(client), now),
    (now) => createServer(serverConfig(server), now),
    options,
  )
}

export interface Scripted {
  readonly pair: Pair
  readonly peer: ScriptedPeer
}

/** A real client against a scripted server. */
export function connectToScript(
  script: Script,
  client: Partial<ClientConfig> = {},
  server: Partial<ServerConfig> = {},
  options: PairOptions = {},
): Scripted {
  let peer: ScriptedPeer | undefined
  const pair = new Pair(
    (now) => createClient(clientConfig(client), now),
    (now) => {
      peer = scriptedServer(serverConfig(server), script, now)
      return peer.connection
    },
    options,
  )
  return { pair, peer: demand(peer) }
}

/** A scripted client against a real server. */
export function scriptConnects(
  script: Script,
  client: Partial<ClientConfig> = {},
  server: Partial<ServerConfig> = {},
  options: PairOptions = {},
): Scripted {
  let peer: ScriptedPeer | undefined
  const pair = new Pair(
    (now) => {
      peer = scriptedClient(clientConfig(client), script, now)
      return peer.connection
    },
    (now) => createServer(serverConfig(server), now),
    options,
  )
  return { pair, peer: demand(peer) }
}

export function demand<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing')
  return value
}

/** Bytes of text, one each. */
export function text(characters: string): Uint8Array {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0))
}
