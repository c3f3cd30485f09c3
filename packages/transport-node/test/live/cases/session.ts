/** Resumption, with tickets of theirs and of ours. */
import { createSessionStore } from '@sanstls/core'
import * as assert from 'uvu/assert'
import { authority, identity, serverName, trust } from '../support/authority.js'
import type { Case, Setting } from '../support/live.js'
import { cookie, dial, exchange, type ServerChanges, send, serve } from '../support/ours.js'
import { firstSession, tickets } from '../support/sessions.js'

export function resumption(setting: Setting): readonly Case[] {
  const { peer, crypto } = setting
  const area = 'resumption'
  const cases: Case[] = []
  const suites = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384']
  if (peer.server.features.has('resumption')) {
    for (const suite of suites)
      cases.push({
        area,
        item: suite,
        ours: 'client',
        async run(scope) {
          const server = await peer.serve(scope, { identity: identity() })
          const session = await firstSession(setting, scope, server, { suites: [suite] })
          const connection = await dial(scope, server.port, crypto, { session, suites: [suite] })
          assert.is(connection.info.resumed, true)
          assert.equal(connection.info.peer?.chain[0], identity().certificate.der)
          await exchange(connection, server)
        },
      })
    if (peer.server.features.has('groups'))
      cases.push({
        area,
        item: 'after a HelloRetryRequest',
        ours: 'client',
        async run(scope) {
          const options = { identity: identity(), groups: ['secp384r1'] }
          const server = await peer.serve(scope, options)
          const session = await firstSession(setting, scope, server, { groups: ['secp384r1'] })
          const connection = await dial(scope, server.port, crypto, {
            session,
            groups: ['x25519', 'secp384r1'],
          })
          assert.is(connection.info.resumed, true)
          assert.is(connection.info.helloRetried, true)
          await exchange(connection, server)
        },
      })
    cases.push({
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
    })
  }
  const { reconnect } = peer
  if (reconnect === undefined) return cases
  const kinds: readonly [string, () => ServerChanges][] = [
    ...suites.map((suite): [string, () => ServerChanges] => [
      suite,
      () => ({ ...tickets(), suites: [suite] }),
    ]),
    ['stateful tickets', () => ({ tickets: { store: createSessionStore() } })],
    // P-521 is in nobody's first ClientHello.
    ['after a HelloRetryRequest', () => ({ ...tickets(), ...cookie(), groups: ['secp521r1'] })],
    ['under psk_ke or psk_dhe_ke', () => ({ ...tickets(), pskWithoutDiffieHellman: true })],
  ]
  for (const [item, changes] of kinds)
    cases.push({
      area,
      item,
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto, changes())
        const client = reconnect(scope, server.port, { trust: authority, serverName })
        const first = await server.accept()
        assert.is(first.info.resumed, false)
        if (client.readsFirst) await send(first, client, '1 behind the tickets\n')
        const again = await client.second()
        const second = await server.accept()
        assert.is(second.info.resumed, true)
        await exchange(second, again)
      },
    })
  if (peer.client.features.has('clientCertificate'))
    cases.push({
      area,
      item: 'with the client certificate of the first handshake',
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto, {
          ...tickets(),
          clientAuthentication: 'require',
          verify: trust(authority, crypto),
        })
        const options = { trust: authority, serverName, identity: identity('Ed25519') }
        const client = reconnect(scope, server.port, options)
        const first = await server.accept()
        if (client.readsFirst) await send(first, client, '1 behind the tickets\n')
        const again = await client.second()
        const second = await server.accept()
        assert.is(second.info.resumed, true)
        assert.equal(second.info.peer?.chain[0], identity('Ed25519').certificate.der)
        await exchange(second, again)
      },
    })
  return cases
}
