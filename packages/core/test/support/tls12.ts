/** As connect.ts, where TLS 1.2 alone is spoken, by all its key exchanges. */
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { tls12 } from '#src/handshake/tls12.js'
import { tls13 } from '#src/handshake/tls13.js'
import {
  nullCredential,
  nullCryptoTls12,
  type Pair,
  type PairOptions,
  type Script,
  seededRandom,
} from '#src/testing.js'
import { connect, connectToScript, type Scripted, scriptConnects, text } from './connect.js'

export const bothVersions = { versions: [tls13, tls12] } as const

export const rsaCredential = nullCredential({ name: 'server.example', type: 'rsa' })
export const rsaClientCredential = nullCredential({ name: 'client.example', type: 'rsa' })

export const psk12 = {
  identity: text('identity'),
  key: new Uint8Array(32).fill(7),
  version: 'tls12',
} as const

export const ticketKeys = {
  keys: [{ name: new Uint8Array(16).fill(1), key: new Uint8Array(32).fill(2) }],
}

export function only12<T extends Partial<ClientConfig> | Partial<ServerConfig>>(options: T) {
  return { versions: [tls12], crypto: nullCryptoTls12, ...options }
}

export function connect12(
  client: Partial<ClientConfig> = {},
  server: Partial<ServerConfig> = {},
  options: PairOptions = {},
): Pair {
  return connect(only12(client), only12(server), options)
}

/** A real client against a scripted server. */
export function connectToScript12(
  script: Script,
  client: Partial<ClientConfig> = {},
  server: Partial<ServerConfig> = {},
): Scripted {
  return connectToScript(script, only12(client), only12(server))
}

/** A scripted client against a real server. */
export function scriptConnects12(
  script: Script,
  client: Partial<ClientConfig> = {},
  server: Partial<ServerConfig> = {},
): Scripted {
  return scriptConnects(script, only12(client), only12(server))
}

/** Other random numbers than those of a first connection. */
export function again<T extends object>(
  options: T,
): T & { readonly random: ServerConfig['random'] } {
  return { ...options, random: seededRandom('again') }
}

/** The names of the messages that a side sees, in order. */
export function watch(): {
  readonly observe: NonNullable<ClientConfig['observe']>
  readonly names: string[]
} {
  const names: string[] = []
  return {
    names,
    observe(observation) {
      if (observation.kind === 'message') names.push(`${observation.direction} ${observation.name}`)
    },
  }
}
