/** Switches of one peer's own that change what we see: records cut or padded otherwise, other tickets, other schemes. */
import type { Session } from '@sanstls/core'
import * as assert from 'uvu/assert'
import { authority, type IdentityKind, identity, serverName } from '../support/authority.js'
import type { Case, CaseBuilder } from '../support/live.js'
import { type ClientChanges, dial, exchange, receive, send, serve } from '../support/ours.js'
import type { PeerOptions } from '../support/peer.js'

export interface Switches {
  /** What is told apart by them. */
  readonly item: string
  readonly args?: readonly string[]
  /** Options that it shares with others. */
  readonly theirs?: PeerOptions
  /** Our key, where its kind matters. */
  readonly kind?: IdentityKind
  /** What we must do then. */
  readonly ours?: ClientChanges
  readonly retries?: boolean
  /** What the peer must then say. */
  readonly says?: RegExp
}

const area = "the peer's own options"
const text = `${'0123456789'.repeat(4_000)}\n`

/** Our client against a server with these switches, twice: the second time with a ticket, where one came. */
export const serverOptions =
  (all: readonly Switches[]): CaseBuilder =>
  ({ peer, crypto }) =>
    all.map(
      ({ item, args = [], theirs, ours = {}, retries = false }): Case => ({
        area,
        item,
        ours: 'client',
        async run(scope) {
          const options = { identity: identity(), extra: args, ...theirs }
          const server = await peer.serve(scope, options)
          const sessions: Session[] = []
          const connection = await dial(scope, server.port, crypto, {
            ...ours,
            onSession: (session) => sessions.push(session),
          })
          assert.is(connection.info.helloRetried, retries)
          await send(connection, server, text)
          if (!server.echoes) await receive(connection, server, text)
          await connection.close()
          const [session] = sessions
          if (session === undefined) return
          const again = await dial(scope, server.port, crypto, { ...ours, session })
          assert.is(again.info.resumed, true)
          await exchange(again, server)
        },
      }),
    )

/** Our server against a client with these switches. */
export const clientOptions =
  (all: readonly Switches[]): CaseBuilder =>
  ({ peer, crypto }) =>
    all.map(
      ({ item, args = [], theirs, kind, says }): Case => ({
        area,
        item,
        ours: 'server',
        async run(scope) {
          const credentials = [identity(kind).credential(crypto)]
          const server = await serve(scope, crypto, { credentials })
          const options = { trust: authority, serverName, extra: args, ...theirs }
          const client = peer.connect(scope, server.port, options)
          const connection = await server.accept()
          await send(connection, client, text)
          await receive(connection, client, text)
          if (says !== undefined) await client.says(says)
        },
      }),
    )
