/** Sessions that go on: by ticket and by session id, of theirs and of ours. */
import { setImmediate as later } from 'node:timers/promises'
import { createSessionStore, tls12, type Version } from '@sanstls/core'
import * as assert from 'uvu/assert'
import { authority, identity, serverName, trust } from '../../support/authority.js'
import type { Case, Setting } from '../../support/live.js'
import {
  type ClientChanges,
  dial,
  exchange,
  type ServerChanges,
  send,
  serve,
} from '../../support/ours.js'
import type { Feature, PeerOptions } from '../../support/peer.js'
import { firstSession, tickets } from '../../support/sessions.js'

const area = 'resumption'
const cbc = 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384'
const sha384 = 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'

interface Kind {
  readonly item: string
  readonly needs: readonly Feature[]
  /** What both of our roles are configured with. */
  readonly ours?: Pick<ClientChanges, 'suites' | 'extendedMainSecret'> & {
    readonly versions?: readonly Version[]
  }
  readonly theirs?: PeerOptions
}

const kinds: readonly Kind[] = [
  { item: 'SHA-256', needs: ['resumption'] },
  { item: 'SHA-384', needs: ['resumption', 'suites'], ours: { suites: [sha384] } },
  {
    item: 'CBC',
    needs: ['resumption', 'encryptThenMac', 'suites'],
    ours: { suites: [cbc] },
    theirs: { suites: [cbc] },
  },
  {
    item: 'without extended main secret',
    needs: ['resumption', 'withoutExtendedMainSecret'],
    ours: { extendedMainSecret: 'prefer' },
    theirs: { withoutExtendedMainSecret: true },
  },
  { item: 'TLS 1.3 not offered', needs: ['resumption'], ours: { versions: [tls12] } },
]

export function resumption12(setting: Setting): readonly Case[] {
  return [...theirSessions(setting), ...ourSessions(setting)]
}

function theirSessions(setting: Setting): readonly Case[] {
  const { peer, crypto } = setting
  const able = ({ needs }: Kind) => needs.every((need) => peer.server.features.has(need))
  const cases = kinds.filter(able).flatMap(({ item, needs, ours = {}, theirs = {} }) =>
    [false, true].flatMap((byId): Case[] => {
      if (byId && !peer.server.features.has('sessionIds')) return []
      return [
        {
          area,
          item: byId ? `by id, ${item}` : `by ticket, ${item}`,
          ours: 'client',
          async run(scope) {
            const options = { identity: identity(), withoutTickets: byId, ...theirs }
            const server = await peer.serve(scope, options)
            const session = await firstSession(setting, scope, server, ours)
            assert.is(session.ticket.length > 0, !byId)
            assert.is(session.sessionId.length > 0, byId)
            // It serves more than once.
            for (let time = 0; time < 2; time++) {
              const connection = await dial(scope, server.port, crypto, { session, ...ours })
              const { info } = connection
              assert.is(info.resumed, true)
              assert.equal(info.peer?.chain[0], identity().certificate.der)
              const without = needs.includes('withoutExtendedMainSecret')
              assert.is(info.tls12?.extendedMainSecret, !without)
              await exchange(connection, server)
              await connection.close()
            }
          },
        },
      ]
    }),
  )
  if (!peer.server.features.has('resumption')) return cases
  return [
    ...cases,
    {
      area,
      item: 'a ticket that the server does not know',
      ours: 'client',
      async run(scope) {
        const issuer = await peer.serve(scope, { identity: identity() })
        const session = await firstSession(setting, scope, issuer)
        const server = await peer.serve(scope, { identity: identity() })
        const connection = await dial(scope, server.port, crypto, { session })
        assert.is(connection.info.resumed, false)
        await exchange(connection, server)
      },
    },
    ...(['TLS 1.2', 'TLS 1.3'] as const).map(
      (first): Case => ({
        area,
        item: `a session of ${first}, and a server that has changed to the other`,
        ours: 'client',
        async run(scope) {
          const second = first === 'TLS 1.2' ? 'TLS 1.3' : 'TLS 1.2'
          const issuer = await peer.serve(scope, { identity: identity(), versions: [first] })
          const session = await firstSession(setting, scope, issuer)
          const server = await peer.serve(scope, { identity: identity(), versions: [second] })
          const connection = await dial(scope, server.port, crypto, { session })
          assert.is(connection.info.version.name, second)
          assert.is(connection.info.resumed, false)
          await exchange(connection, server)
        },
      }),
    ),
  ]
}

/** As a store elsewhere would be asked. */
function deciding(): ServerChanges {
  const { save, take } = createSessionStore()
  return {
    tickets: { store: { save, take: 'decide' } },
    async decide(decision) {
      await later()
      return decision.kind === 'session' && take !== 'decide' ? take(decision) : undefined
    },
  }
}

function ourSessions(setting: Setting): readonly Case[] {
  const { peer, crypto } = setting
  const { reconnect } = peer
  if (reconnect === undefined) return []
  const { features } = peer.client
  /** Connects twice; `resumes`: whether the second goes on from the first. */
  const twice = (
    item: string,
    changes: () => ServerChanges,
    options: PeerOptions = {},
    resumes = true,
  ): Case => ({
    area,
    item,
    ours: 'server',
    async run(scope) {
      const server = await serve(scope, crypto, changes())
      const client = reconnect(scope, server.port, { trust: authority, serverName, ...options })
      const first = await server.accept()
      assert.is(first.info.resumed, false)
      if (client.readsFirst) await send(first, client, '1 behind the tickets\n')
      const again = await client.second()
      const second = await server.accept()
      assert.is(second.info.resumed, resumes)
      assert.equal(second.info.peer?.chain[0], first.info.peer?.chain[0])
      await exchange(second, again)
    },
  })
  const cases = kinds
    .filter(({ needs }) => needs.every((need) => features.has(need)))
    .flatMap(({ item, ours, theirs }) => {
      const byTicket = twice(`by ticket, ${item}`, () => ({ ...tickets(), ...ours }), theirs)
      const store = () => ({ tickets: { store: createSessionStore() }, ...ours })
      const without = { ...theirs, withoutTickets: true }
      const byId = twice(`by id, ${item}`, store, without)
      return features.has('sessionIds') ? [byTicket, byId] : [byTicket]
    })
  if (features.has('sessionIds')) {
    cases.push(
      twice('by id, though tickets are offered', () => ({
        tickets: { store: createSessionStore() },
      })),
      twice('by id, looked up later', deciding),
      twice(
        'by id, not accepted',
        () => ({ tickets: { store: createSessionStore(), accept: () => false } }),
        { withoutTickets: true },
        false,
      ),
    )
  }
  // Every connection has keys of its own.
  const rotating = () => ({ configure: () => tickets() })
  cases.push(twice('by ticket, of a key that is gone', rotating, {}, false))
  if (features.has('clientCertificate'))
    cases.push(
      twice(
        'with the client certificate of the first handshake',
        () => ({
          ...tickets(),
          clientAuthentication: 'require',
          verify: trust(authority, crypto),
        }),
        { identity: identity('Ed25519') },
      ),
    )
  return cases
}
