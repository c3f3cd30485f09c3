/** Early data: accepted, and rejected in each of the ways in which it can be. */
import * as assert from 'uvu/assert'
import { authority, identity, serverName, temporaryFile } from '../support/authority.js'
import type { Case, Setting } from '../support/live.js'
import { cookie, dial, exchange, read, send, serve } from '../support/ours.js'
import { firstSession, tickets } from '../support/sessions.js'

const early = '1 early data, which may be replayed\n'

export function earlyData(setting: Setting): readonly Case[] {
  return [...earlyDataToPeers(setting), ...earlyDataFromPeers(setting)]
}

function earlyDataToPeers(setting: Setting): readonly Case[] {
  const { peer, crypto } = setting
  if (!peer.server.features.has('earlyData')) return []
  const area = 'early data'
  const ours = 'client'
  const options = { identity: identity(), acceptEarlyData: true }
  const earlyDataToSend = new Uint8Array(Buffer.from(early))
  const cases: Case[] = [
    {
      area,
      item: 'accepted',
      ours,
      async run(scope) {
        const server = await peer.serve(scope, options)
        const session = await firstSession(setting, scope, server)
        assert.ok(session.maxEarlyData > 0)
        const connection = await dial(scope, server.port, crypto, { session, earlyDataToSend })
        assert.is(connection.info.earlyData, 'accepted')
        if (peer.server.features.has('showsEarlyData')) await server.receives(early)
        await exchange(connection, server)
      },
    },
    {
      area,
      item: 'as much as the ticket allows',
      ours,
      async run(scope) {
        const server = await peer.serve(scope, options)
        const session = await firstSession(setting, scope, server)
        const digits = '0123456789'.repeat(session.maxEarlyData / 10 + 1)
        const most = digits.slice(0, session.maxEarlyData)
        const connection = await dial(scope, server.port, crypto, {
          session,
          earlyDataToSend: new Uint8Array(Buffer.from(most)),
        })
        assert.is(connection.info.earlyData, 'accepted')
        if (peer.server.features.has('showsEarlyData')) await server.receives(most)
        await exchange(connection, server)
      },
    },
  ]
  if (peer.server.features.has('singleUseTickets'))
    cases.push({
      area,
      item: 'rejected with a used ticket',
      ours,
      async run(scope) {
        const server = await peer.serve(scope, options)
        const session = await firstSession(setting, scope, server)
        const first = await dial(scope, server.port, crypto, { session, earlyDataToSend })
        assert.is(first.info.earlyData, 'accepted')
        await exchange(first, server)
        await first.close()
        const second = await dial(scope, server.port, crypto, { session, earlyDataToSend })
        assert.is(second.info.earlyData, 'rejected')
        await exchange(second, server)
      },
    })
  cases.push({
    area,
    item: 'rejected with the ticket',
    ours,
    async run(scope) {
      const issuer = await peer.serve(scope, options)
      const session = await firstSession(setting, scope, issuer)
      const server = await peer.serve(scope, options)
      const connection = await dial(scope, server.port, crypto, { session, earlyDataToSend })
      assert.is(connection.info.earlyData, 'rejected')
      assert.is(connection.info.resumed, false)
      await exchange(connection, server)
    },
  })
  if (!peer.server.features.has('earlyDataAndRetry')) return cases
  return [
    ...cases,
    {
      area,
      item: 'rejected by a HelloRetryRequest',
      ours,
      async run(scope) {
        const server = await peer.serve(scope, { ...options, groups: ['secp384r1'] })
        const session = await firstSession(setting, scope, server, { groups: ['secp384r1'] })
        const connection = await dial(scope, server.port, crypto, {
          session,
          earlyDataToSend,
          groups: ['x25519', 'secp384r1'],
        })
        assert.is(connection.info.earlyData, 'rejected')
        assert.is(connection.info.helloRetried, true)
        await exchange(connection, server)
      },
    },
  ]
}

function earlyDataFromPeers({ peer, crypto }: Setting): readonly Case[] {
  const { reconnect } = peer
  if (reconnect === undefined || !peer.client.features.has('earlyData')) return []
  const outcomes = [
    { item: 'accepted', replay: () => true, more: () => ({}), outcome: 'accepted' },
    { item: 'rejected as a replay', replay: () => false, more: () => ({}), outcome: 'rejected' },
    {
      item: 'rejected by a HelloRetryRequest',
      replay: () => true,
      more: cookie,
      outcome: 'rejected',
    },
  ] as const
  const able = (item: string) =>
    !item.includes('Retry') || peer.client.features.has('earlyDataAndRetry')
  return outcomes
    .filter(({ item }) => able(item))
    .map(
      ({ item, replay, more, outcome }): Case => ({
        area: 'early data',
        item,
        ours: 'server',
        async run(scope) {
          const received: Uint8Array[] = []
          const server = await serve(scope, crypto, {
            ...tickets(),
            ...more(),
            earlyData: { maxBytes: 16_384, replay },
            onEarlyData: (bytes) => void received.push(bytes),
          })
          const earlyDataFile = temporaryFile(early, 'early')
          const client = reconnect(scope, server.port, {
            trust: authority,
            serverName,
            earlyDataFile,
          })
          const first = await server.accept()
          if (client.readsFirst) await send(first, client, '1 behind the tickets\n')
          const again = await client.second()
          const second = await server.accept()
          assert.is(second.info.resumed, true)
          assert.is(second.info.earlyData, outcome)
          assert.is(Buffer.concat(received).toString(), outcome === 'accepted' ? early : '')
          if (outcome === 'rejected' && peer.sendsRejectedEarlyDataAgain)
            assert.is((await read(second, early.length)).toString(), early)
          await exchange(second, again)
        },
      }),
    )
}
