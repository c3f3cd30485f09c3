/** A client's sessions, kept for its next connections. */
import type { Session } from '@sanstls/core'
import { OptionError } from '@sanstls/core'
import type { ClientOptions } from './options.js'

export interface SessionCacheOptions {
  /** Servers to remember. Default 256. */
  readonly servers?: number
  /** Sessions to keep of each, the newest. Default 4. */
  readonly perServer?: number
}

/**
 * Keeps sessions by server, trust and credentials, PSKs among them: a session never serves a connection that verifies in
 * another way than the one it comes from, or that authenticates as someone else. Each serves once (RFC 9846 C.4), so that
 * connections cannot be linked by it.
 */
export class SessionCache {
  readonly #servers: number
  readonly #perServer: number
  readonly #sessions = new Map<string, Session[]>()

  constructor(options: SessionCacheOptions = {}) {
    this.#servers = positive('servers', options.servers ?? 256)
    this.#perServer = positive('perServer', options.perServer ?? 4)
  }

  /** The newest session that has not expired at `now` (unix ms). It is forgotten. */
  take(key: string, now: number): Session | undefined {
    const sessions = this.#sessions.get(key)
    for (let session = sessions?.pop(); session !== undefined; session = sessions?.pop()) {
      if (session.expires > now) return session
    }
    this.#sessions.delete(key)
    return undefined
  }

  put(key: string, session: Session): void {
    const sessions = this.#sessions.get(key) ?? []
    this.#sessions.delete(key)
    this.#sessions.set(key, sessions)
    sessions.push(session)
    if (sessions.length > this.#perServer) sessions.shift()
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= this.#servers) break
      this.#sessions.delete(oldest)
    }
  }
}

/** What must be equal for a session to be used: see `SessionCache`. `peer` says which server, such as host and port. */
export function sessionKey(peer: string, options: ClientOptions): string {
  const { serverName, sessionContext, verify, ca, credentials, cert, psks, choosePsk } = options
  const trust = [verify, ca, credentials, cert, psks, choosePsk]
  return [peer, serverName, sessionContext, ...trust].map(identify).join(' ')
}

let identities = 0
const identified = new WeakMap<object, number>()

function identify(value: unknown): string {
  if (typeof value !== 'function' && (typeof value !== 'object' || value === null)) {
    return JSON.stringify(value) ?? ''
  }
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return JSON.stringify(value)
  }
  let identity = identified.get(value)
  if (identity === undefined) {
    identity = identities++
    identified.set(value, identity)
  }
  return `#${identity}`
}

function positive(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new OptionError(option, value, 'Give a whole number above 0.')
}
