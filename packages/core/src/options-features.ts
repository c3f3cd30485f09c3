/** What can be wrong with a server's tickets, early data and cookies. */

import { bitLength, hex } from './bytes.js'
import type {
  CookieConfig,
  DhParameters,
  RenegotiationConfig,
  ServerConfig,
  ServerTickets,
} from './config.js'
import type { CryptoProvider } from './crypto/provider.js'
import { OptionError } from './fault.js'
import {
  checkBytes,
  checkFlag,
  checkFunction,
  checkPolicy,
  checkRange,
  demandRange,
} from './options-values.js'

const weekSeconds = 604_800

export function checkTickets(tickets: ServerTickets): void {
  const { keys: ring, store } = tickets
  if ((ring === undefined) === (store === undefined))
    throw new OptionError('tickets', tickets, 'Give either keys (stateless) or a store (stateful).')
  if (ring !== undefined) {
    if (!Array.isArray(ring.keys) || ring.keys.length === 0)
      throw new OptionError('tickets.keys', 'no keys', 'Give at least one ticket key.')
    for (const { name, key } of ring.keys) {
      checkBytes('tickets.keys.name', name, 16)
      checkBytes('tickets.keys.key', key, 32)
    }
    // Tickets are opened with the key of their name.
    const names = new Set(ring.keys.map(({ name }) => hex(name)))
    if (names.size !== ring.keys.length)
      throw new OptionError(
        'tickets.keys.name',
        'a name',
        'It stands twice; draw one for each key.',
      )
  }
  if (store !== undefined) {
    checkFunction('tickets.store.save', store.save)
    checkPolicy('tickets.store.take', store.take)
  }
  if (tickets.accept !== undefined) checkFunction('tickets.accept', tickets.accept)
  checkRange('tickets.count', tickets.count, 0, 8)
  checkRange('tickets.lifetime', tickets.lifetime, 1, weekSeconds)
}

export function checkEarlyData(
  { maxBytes, replay, window }: NonNullable<ServerConfig['earlyData']>,
  { tickets, configure }: ServerConfig,
): void {
  demandRange('earlyData.maxBytes', maxBytes, 1, 2 ** 32 - 1)
  checkRange('earlyData.window', window, 0, weekSeconds * 1000)
  if (typeof replay !== 'function' && replay !== 'decide')
    throw new OptionError(
      'earlyData.replay',
      replay,
      "Early data can be replayed by anyone: give a replay policy, or 'decide'.",
    )
  // External PSKs say nothing about early data.
  if (tickets === undefined && configure === undefined)
    throw new OptionError('earlyData', 'set', 'Early data needs tickets.')
}

export function checkRenegotiation(config: RenegotiationConfig): void {
  const { peerMayStart, limit, window, sendMeanwhile } = config
  if (typeof peerMayStart !== 'boolean')
    throw new OptionError('renegotiation.peerMayStart', peerMayStart, 'Give true or false.')
  checkRange('renegotiation.limit', limit, 0, 1000)
  checkRange('renegotiation.window', window, 1, 86_400_000)
  checkFlag('renegotiation.sendMeanwhile', sendMeanwhile)
}

export function checkDhParameters(
  { prime, generator }: DhParameters,
  { finiteField }: CryptoProvider,
): void {
  if (finiteField === undefined)
    throw new OptionError('dhParameters', 'set', 'The crypto provider lacks finiteField for them.')
  const bits = prime instanceof Uint8Array ? bitLength(prime) : 0
  if (bits < 2048 || bits > 8192 || ((prime.at(-1) ?? 0) & 1) === 0)
    throw new OptionError('dhParameters.prime', prime, 'Give an odd prime of 2048 to 8192 bits.')
  if (
    !(generator instanceof Uint8Array) ||
    generator.length > prime.length ||
    finiteField.group(prime, generator) === undefined
  )
    throw new OptionError(
      'dhParameters.generator',
      generator,
      'Give the generator, big-endian: from 2 to the prime minus 2.',
    )
}

export function checkCookie({ keys, peer, lifetime }: CookieConfig): void {
  if (!Array.isArray(keys) || keys.length === 0)
    throw new OptionError('cookie.keys', 'no keys', 'Give a key.')
  for (const key of keys) checkBytes('cookie.keys', key, 32)
  // A cookie that is bound to nothing proves nothing.
  if (!(peer instanceof Uint8Array) || peer.length === 0)
    throw new OptionError('cookie.peer', peer, "Give the client's address, as bytes.")
  checkRange('cookie.lifetime', lifetime, 1, 3_600_000)
}
