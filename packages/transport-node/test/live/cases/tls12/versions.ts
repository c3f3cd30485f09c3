/** Which version is spoken, and that nobody can talk the two sides into an older one. */
import { tls12, tls13 } from '@sanstls/core'
import * as assert from 'uvu/assert'
import { authority, identity, serverName } from '../../support/authority.js'
import { both, refusedByEither } from '../../support/both.js'
import type { Case, Setting } from '../../support/live.js'
import { dial, exchange, serve } from '../../support/ours.js'
import type { ProtocolName } from '../../support/peer.js'
import { hideVersions, tap } from '../../support/tap.js'
import { faultOf } from '../../support/watch.js'

const area = 'versions'
const alerts = { handshakeFailure: 40, illegalParameter: 47, protocolVersion: 70, fallback: 86 }
const all: readonly ProtocolName[] = ['TLS 1.2', 'TLS 1.3']

export function versions12(setting: Setting): readonly Case[] {
  return [...agreed(setting), ...disturbed(setting), ...fallbacks(setting)]
}

function agreed(setting: Setting): readonly Case[] {
  const one = (item: string, ours: ProtocolName[], theirs: ProtocolName[], expected: string) =>
    both(setting, {
      area,
      item,
      ours: () => ({
        versions: [tls13, tls12].filter(({ name }) => ours.some((spoken) => spoken === name)),
      }),
      theirs: { versions: theirs },
      async run(connection, end) {
        assert.is(connection.info.version.name, expected)
        await exchange(connection, end)
      },
    })
  return [
    ...one('1.2 and 1.3 on both sides', ['TLS 1.2', 'TLS 1.3'], ['TLS 1.2', 'TLS 1.3'], 'TLS 1.3'),
    ...one('1.2 on our side', ['TLS 1.2'], ['TLS 1.2', 'TLS 1.3'], 'TLS 1.2'),
    ...one('1.2 on their side', ['TLS 1.2', 'TLS 1.3'], ['TLS 1.2'], 'TLS 1.2'),
    ...refusedByEither(setting, {
      area,
      item: '1.1 on their side',
      theirs: { versions: ['TLS 1.1'] },
      code: undefined,
      alert: [alerts.protocolVersion, alerts.handshakeFailure],
    }).filter(({ ours }) => ours === 'client'),
    ...refusedByEither(setting, {
      area,
      item: '1.1 on their side',
      theirs: { versions: ['TLS 1.1'] },
      code: 'noCommonVersion',
      alert: alerts.protocolVersion,
    }).filter(({ ours }) => ours === 'server'),
  ]
}

/** Somebody on the way hides that the client speaks TLS 1.3; the server's random gives it away (RFC 9846 4.2.3). */
function disturbed({ peer, crypto }: Setting): readonly Case[] {
  const item = 'TLS 1.3 hidden by somebody on the way'
  return [
    {
      area,
      item,
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity(), versions: all })
        const { port } = await tap(scope, server.port, hideVersions)
        const fault = await faultOf(dial(scope, port, crypto))
        assert.is(fault.code, 'downgradeDetected')
        await server.says(peer.alert(fault.alert ?? 0))
      },
    },
    {
      area,
      item,
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto)
        const { port } = await tap(scope, server.port, hideVersions)
        peer.connect(scope, port, { trust: authority, serverName, versions: all })
        const fault = await faultOf(server.accept())
        assert.is(fault.code, 'alertReceived')
        assert.is(fault.alert, alerts.illegalParameter)
      },
    },
  ]
}

/** A client that tries again with an older version says so (RFC 7507). */
function fallbacks(setting: Setting): readonly Case[] {
  const { peer, crypto } = setting
  const cases: Case[] = [
    ...both(setting, {
      area: 'fallback signal',
      item: 'to a server that speaks nothing newer',
      ours: (role) => (role === 'client' ? fallingBack : { versions: [tls12] }),
      theirs: { fallbackScsv: true },
      run: exchange,
    }).filter(({ ours }) => ours === 'client' || peer.client.features.has('fallbackScsv')),
    {
      area: 'fallback signal',
      item: 'to a server that speaks TLS 1.3',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity(), versions: all })
        const fault = await faultOf(dial(scope, server.port, crypto, fallingBack))
        assert.is(fault.code, 'alertReceived')
        assert.is(fault.alert, alerts.fallback)
      },
    },
  ]
  if (!peer.client.features.has('fallbackScsv')) return cases
  return [
    ...cases,
    {
      area: 'fallback signal',
      item: 'to a server that speaks TLS 1.3',
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto)
        const options = { trust: authority, serverName, fallbackScsv: true }
        const client = peer.connect(scope, server.port, options)
        const fault = await faultOf(server.accept())
        assert.is(fault.code, 'inappropriateFallback')
        await client.says(peer.alert(alerts.fallback))
      },
    },
  ]
}

const fallingBack = { versions: [tls12], fallbackScsv: true }
