/** Pre-shared keys from outside (RFC 9257). */
import { randomBytes } from 'node:crypto'
import { setImmediate as later } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { identity } from '../support/authority.js'
import type { Case, Setting } from '../support/live.js'
import { dial, exchange, send, serve } from '../support/ours.js'
import { faultOf } from '../support/watch.js'

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
