/** A record changed on the way, under each kind of record protection: who receives it says bad_record_mac. */
import type { TlsConnection } from '@sanstls/transport-node'
import * as assert from 'uvu/assert'
import { authority, identity, serverName } from '../../support/authority.js'
import type { Case, Setting } from '../../support/live.js'
import { dial, exchange, serve } from '../../support/ours.js'
import type { Feature, PeerEnd } from '../../support/peer.js'
import type { Scope } from '../../support/scope.js'
import { damage, tap } from '../../support/tap.js'
import { faultOf } from '../../support/watch.js'

const badRecordMac = 20

interface Kind {
  readonly name: string
  readonly suite: string
  readonly needs?: Feature
  readonly without?: true
}

const kinds: readonly Kind[] = [
  { name: 'GCM', suite: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256' },
  { name: 'ChaCha20-Poly1305', suite: 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256' },
  { name: 'CCM', suite: 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM' },
  {
    name: 'CBC, encryption before MAC',
    suite: 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
    needs: 'encryptThenMac',
  },
  {
    name: 'CBC, MAC before encryption',
    suite: 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
    needs: 'withoutEncryptThenMac',
    without: true,
  },
]

export function damagedRecords(setting: Setting): readonly Case[] {
  return kinds.flatMap((kind) =>
    (['client', 'server'] as const).flatMap((ours): Case[] => {
      const { suites, features } = setting.peer[ours === 'client' ? 'server' : 'client']
      if (!suites.includes(kind.suite) || (kind.needs && !features.has(kind.needs))) return []
      const theirs = ours === 'client' ? 'server' : 'client'
      const area = 'damaged records'
      return [
        {
          area,
          item: `theirs, ${kind.name}`,
          ours,
          async run(scope) {
            const { connection, end } = await connected(scope, setting, ours, kind, theirs)
            end.write('1 that does not arrive\n')
            if (end.echoes) await connection.write(new Uint8Array(Buffer.from('1 back\n')))
            const fault = await faultOf(connection.read())
            assert.is(fault.code, 'badRecordMac')
            assert.is(fault.alert, badRecordMac)
            await end.says(setting.peer.alert(badRecordMac))
          },
        },
        {
          area,
          item: `ours, ${kind.name}`,
          ours,
          async run(scope) {
            const { connection, end } = await connected(scope, setting, ours, kind, ours)
            await connection.write(new Uint8Array(Buffer.from('1 that does not arrive\n')))
            const fault = await faultOf(connection.read())
            if (fault.code === 'truncated') {
              // gnutls-cli keeps it to itself.
              await end.says(/Decryption has failed/)
              return
            }
            assert.is(fault.code, 'alertReceived')
            assert.is(fault.alert, badRecordMac)
          },
        },
      ]
    }),
  )
}

/** Connected, with data in both directions; of the side that is named, the second record of data gets damaged. */
async function connected(
  scope: Scope,
  { peer, crypto }: Setting,
  ours: Case['ours'],
  { suite, without }: Kind,
  from: Case['ours'],
): Promise<{ readonly connection: TlsConnection; readonly end: PeerEnd }> {
  const changes = { suites: [suite], ...(without ? { encryptThenMac: 'prefer' as const } : {}) }
  const options = { suites: [suite], ...(without ? { withoutEncryptThenMac: true } : {}) }
  if (ours === 'client') {
    const end = await peer.serve(scope, { identity: identity(), ...options })
    const { port } = await tap(scope, end.port, damage(from, 1))
    const connection = await dial(scope, port, crypto, changes)
    await exchange(connection, end)
    return { connection, end }
  }
  const server = await serve(scope, crypto, changes)
  const { port } = await tap(scope, server.port, damage(from, 1))
  const end = peer.connect(scope, port, { trust: authority, serverName, ...options })
  const connection = await server.accept()
  await exchange(connection, end)
  return { connection, end }
}
