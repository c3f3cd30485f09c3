/** Resumption with tickets, external PSKs, and early data. */
import { randomBytes } from 'node:crypto'
import { setImmediate as later } from 'node:timers/promises'
import { parseSession, type Session, serializeSession } from '@sanstls/core'
import * as assert from 'uvu/assert'
import { authority, identity, serverName, temporaryFile, trust } from '../support/authority.js'
import type { Case, Setting } from '../support/live.js'
import { cookie, dial, exchange, read, type ServerChanges, send, serve } from '../support/ours.js'
import type { PeerServer } from '../support/peer.js'
import type { Scope } from '../support/scope.js'
import { faultOf, once } from '../support/watch.js'

function tickets(): ServerChanges {
  const key = { name: new Uint8Array(randomBytes(16)), key: new Uint8Array(randomBytes(32)) }
  return { tickets: { keys: { keys: [key] } } }
}

/** A store for stateful tickets, which hands each state out once. */
function store(): ServerChanges {
  const states = new Map<string, Uint8Array>()
  const nameOf = (ticket: Uint8Array) => Buffer.from(ticket).toString('hex')
  return {
    tickets: {
      store: {
        save: (ticket, state) => void states.set(nameOf(ticket), state),
        take({ ticket }) {
          const state = states.get(nameOf(ticket))
          states.delete(nameOf(ticket))
          return state
        },
      },
    },
  }
}

/** Connects once for the sake of a ticket. */
async function firstSession(
  { crypto }: Setting,
  scope: Scope,
  server: PeerServer,
  changes: Parameters<typeof dial>[3] = {},
): Promise<Session> {
  const session = once<Session>()
  const connection = await dial(scope, server.port, crypto, { ...changes, onSession: session.give })
  assert.is(connection.info.resumed, false)
  await exchange(connection, server)
  const given = await session.given
  await connection.close()
  await connection.closed
  // As a client would keep it.
  const kept = parseSession(serializeSession(given))
  if (kept === undefined) throw new Error('the session cannot be read back')
  return kept
}

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
    ['stateful tickets', store],
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

export function externalPsk({ peer, crypto }: Setting): readonly Case[] {
  const area = 'external PSK'
  const cases: Case[] = []
  const psk = { identity: 'somebody', key: new Uint8Array(randomBytes(32)) }
  const wrong = { ...psk, key: new Uint8Array(randomBytes(32)) }
  const own = ({ identity, key }: typeof psk) => [
    { identity: new Uint8Array(Buffer.from(identity)), key },
  ]
  cases.push({
    area,
    item: 'not known there: a certificate instead',
    ours: 'client',
    async run(scope) {
      const server = await peer.serve(scope, { identity: identity() })
      const connection = await dial(scope, server.port, crypto, { psks: own(psk) })
      assert.is(connection.info.pskIdentity, undefined)
      assert.equal(connection.info.peer?.chain[0], identity().certificate.der)
      await exchange(connection, server)
    },
  })
  if (peer.server.features.has('psk')) {
    cases.push(
      {
        area,
        item: 'after a HelloRetryRequest',
        ours: 'client',
        async run(scope) {
          const server = await peer.serve(scope, { psk, groups: ['secp384r1'] })
          const connection = await dial(scope, server.port, crypto, {
            psks: own(psk),
            groups: ['x25519', 'secp384r1'],
          })
          assert.is(connection.info.helloRetried, true)
          assert.equal(connection.info.pskIdentity, own(psk)[0]?.identity)
          await exchange(connection, server)
        },
      },
      {
        area,
        item: 'psk_dhe_ke',
        ours: 'client',
        async run(scope) {
          const server = await peer.serve(scope, { psk })
          const connection = await dial(scope, server.port, crypto, { psks: own(psk) })
          assert.equal(connection.info.pskIdentity, own(psk)[0]?.identity)
          assert.is(connection.info.peer, undefined)
          assert.ok(connection.info.group)
          await exchange(connection, server)
        },
      },
      {
        area,
        item: 'wrong key',
        ours: 'client',
        async run(scope) {
          const server = await peer.serve(scope, { psk })
          const fault = await faultOf(dial(scope, server.port, crypto, { psks: own(wrong) }))
          assert.is(fault.code, 'alertReceived')
        },
      },
    )
  }
  if (peer.server.features.has('pskKe'))
    cases.push({
      area,
      item: 'psk_ke',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { psk, pskKe: true })
        const connection = await dial(scope, server.port, crypto, {
          psks: own(psk),
          pskWithoutDiffieHellman: true,
        })
        assert.is(connection.info.group, undefined)
        await exchange(connection, server)
      },
    })
  if (peer.client.features.has('pskKe'))
    cases.push({
      area,
      item: 'psk_ke',
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto, {
          credentials: [],
          psks: own(psk),
          pskWithoutDiffieHellman: true,
        })
        const client = peer.connect(scope, server.port, { psk, pskKe: true })
        const connection = await server.accept()
        assert.is(connection.info.group, undefined)
        await exchange(connection, client)
      },
    })
  if (peer.client.features.has('psk')) {
    const only = { credentials: [], psks: own(psk) }
    cases.push(
      {
        area,
        item: 'after a HelloRetryRequest',
        ours: 'server',
        async run(scope) {
          const server = await serve(scope, crypto, { ...only, groups: ['secp521r1'] })
          const client = peer.connect(scope, server.port, { psk })
          const connection = await server.accept()
          assert.is(connection.info.helloRetried, true)
          assert.equal(connection.info.pskIdentity, own(psk)[0]?.identity)
          await exchange(connection, client)
        },
      },
      {
        area,
        item: 'looked up, later',
        ours: 'server',
        async run(scope) {
          const server = await serve(scope, crypto, {
            credentials: [],
            lookupPsk: 'decide',
            decide: async (decision) => {
              await later()
              if (decision.kind !== 'psk') return undefined
              return Buffer.from(decision.identity).toString() === psk.identity
                ? own(psk)[0]
                : undefined
            },
          })
          const client = peer.connect(scope, server.port, { psk })
          const connection = await server.accept()
          assert.equal(connection.info.pskIdentity, own(psk)[0]?.identity)
          await exchange(connection, client)
        },
      },
      {
        area,
        item: 'psk_dhe_ke',
        ours: 'server',
        async run(scope) {
          const server = await serve(scope, crypto, only)
          const client = peer.connect(scope, server.port, { psk })
          const connection = await server.accept()
          assert.equal(connection.info.pskIdentity, own(psk)[0]?.identity)
          assert.is(connection.info.peer, undefined)
          await exchange(connection, client)
          await send(connection, client, '1 more\n')
        },
      },
      {
        area,
        item: 'wrong key',
        ours: 'server',
        async run(scope) {
          const server = await serve(scope, crypto, only)
          const client = peer.connect(scope, server.port, { psk: wrong })
          const fault = await faultOf(server.accept())
          assert.is(fault.code, 'badBinder')
          await client.says(peer.alert(51))
        },
      },
    )
  }
  return cases
}
