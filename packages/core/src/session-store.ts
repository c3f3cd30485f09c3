/** A server's sessions in memory, for `tickets.store`: bounded, and the oldest go first. */
import { copyBytes, hex, wipe } from './bytes.js'
import type { ServerTickets } from './config.js'
import { OptionError } from './fault.js'

export interface SessionStoreOptions {
  /** Most sessions that are kept. Default 10,000. */
  readonly size?: number
}

export interface SessionStore extends NonNullable<ServerTickets['store']> {
  /** Sessions that are kept, expired ones included. */
  readonly size: number
  /** Forgets all of them, or the one under this ticket or session id. */
  forget(ticket?: Uint8Array): void
}

/**
 * Keeps sessions for servers that share this memory. Each expires when its state says.
 * @throws {OptionError}
 */
export function createSessionStore({ size = 10_000 }: SessionStoreOptions = {}): SessionStore {
  if (!Number.isSafeInteger(size) || size < 1)
    throw new OptionError('size', size, 'Give a whole number above 0.')
  const sessions = new Map<string, { readonly state: Uint8Array; readonly expires: number }>()
  const drop = (key: string) => {
    wipe(sessions.get(key)?.state)
    sessions.delete(key)
  }
  return {
    get size() {
      return sessions.size
    },
    save(ticket, state, expires) {
      const key = hex(ticket)
      drop(key)
      sessions.set(key, { state: copyBytes(state), expires })
      for (const oldest of sessions.keys()) {
        if (sessions.size <= size) break
        drop(oldest)
      }
    },
    take({ ticket, once, time }) {
      const key = hex(ticket)
      const found = sessions.get(key)
      if (found === undefined) return undefined
      const state = found.expires > time ? copyBytes(found.state) : undefined
      if (once || state === undefined) drop(key)
      return state
    },
    forget(ticket) {
      if (ticket !== undefined) drop(hex(ticket))
      else for (const key of [...sessions.keys()]) drop(key)
    },
  }
}
