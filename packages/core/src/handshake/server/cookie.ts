/**
 * A HelloRetryRequest's cookie that lets a server forget the first ClientHello (RFC 9846 4.3.2): it holds that message's
 * hash and what was chosen, under a MAC that covers the client's address too.
 */
import { concat, equalConstantTime } from '../../bytes.js'
import type { CookieConfig } from '../../config.js'
import type { HashAlgorithm } from '../../crypto/provider.js'
import { Fault } from '../../fault.js'
import { decode, encode, opaque, struct, uint16, uint32 } from '../../wire/codec.js'

const defaultLifetime = 60_000

const contents = struct({
  /** Unix seconds. */
  issued: uint32,
  suite: uint16,
  /** 0: the client's share was fine. */
  group: uint16,
  helloHash: opaque(1, 32, 64),
})

export interface CookieContents {
  readonly suite: number
  readonly group: number
  readonly helloHash: Uint8Array
}

export function sealCookie(
  config: CookieConfig,
  value: CookieContents,
  unix: number,
  hash: HashAlgorithm,
): Uint8Array {
  const body = encode(contents, { ...value, issued: Math.floor(unix / 1000) })
  const [key] = config.keys
  if (key === undefined) throw new Fault('internalError', 'no cookie key')
  return concat(body, mac(hash, key, body, config.peer))
}

/** @throws {Fault} badCookie */
export function openCookie(
  config: CookieConfig,
  cookie: Uint8Array,
  unix: number,
  hash: HashAlgorithm,
): CookieContents {
  const split = cookie.length - hash.outputLength
  if (split <= 0) throw new Fault('badCookie', `${cookie.length} bytes`)
  const body = cookie.subarray(0, split)
  const tag = cookie.subarray(split)
  if (!config.keys.some((key) => equalConstantTime(mac(hash, key, body, config.peer), tag)))
    throw new Fault('badCookie', 'it is not ours, or for another address')
  const { issued, ...value } = decode(contents, body)
  const age = unix - issued * 1000
  // A second of slack: issued is in whole seconds, and clocks of several servers differ.
  if (age > (config.lifetime ?? defaultLifetime) + 1000 || age < -1000)
    throw new Fault('badCookie', `it is ${Math.round(age / 1000)} s old`)
  return value
}

function mac(hash: HashAlgorithm, key: Uint8Array, body: Uint8Array, peer: Uint8Array): Uint8Array {
  return hash.hmac(key, concat(Uint8Array.of(body.length), body, peer))
}
