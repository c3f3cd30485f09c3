/** What must not come about, and how both sides hear of it. */
import { tls13 } from '@sanstls/core'
import * as assert from 'uvu/assert'
import { authority, identity, otherAuthority, serverName, trust } from '../support/authority.js'
import type { Case, Setting } from '../support/live.js'
import { dial, serve } from '../support/ours.js'
import { faultOf } from '../support/watch.js'

const alerts = {
  handshakeFailure: 40,
  badCertificate: 42,
  unknownCa: 48,
  protocolVersion: 70,
  certificateRequired: 116,
  noApplicationProtocol: 120,
} as const

export function refusedCertificates({ peer, crypto, protocol }: Setting): readonly Case[] {
  const area = 'certificates refused'
  const noCertificate =
    protocol === 'TLS 1.3' ? alerts.certificateRequired : alerts.handshakeFailure
  const cases: Case[] = [
    {
      area,
      item: 'another name',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity() })
        const dialing = dial(scope, server.port, crypto, { serverName: 'other.example' })
        const fault = await faultOf(dialing)
        assert.is(fault.code, 'certificateRejected')
        assert.match(fault.message, 'other.example')
        await server.says(peer.alert(fault.alert ?? 0))
      },
    },
    {
      area,
      item: 'unknown authority',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity() })
        const verify = trust(otherAuthority, crypto)
        const fault = await faultOf(dial(scope, server.port, crypto, { verify }))
        assert.is(fault.code, 'certificateRejected')
        assert.is(fault.alert, alerts.unknownCa)
        await server.says(peer.alert(alerts.unknownCa))
      },
    },
  ]
  const refusals = [
    { item: 'another name', options: { trust: authority, serverName: 'other.example' } },
    { item: 'unknown authority', options: { trust: otherAuthority, serverName } },
  ]
  for (const { item, options } of refusals)
    cases.push({
      area,
      item,
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto)
        peer.connect(scope, server.port, options)
        // Some only look at the certificate after their Finished.
        const fault = await faultOf(server.accept().then((connection) => connection.read()))
        assert.ok(['alertReceived', 'transport'].includes(fault.class), fault.message)
      },
    })
  if (peer.client.features.has('clientCertificate'))
    cases.push(
      {
        area,
        item: 'no client certificate',
        ours: 'server',
        async run(scope) {
          const server = await serve(scope, crypto, {
            clientAuthentication: 'require',
            verify: trust(authority, crypto),
          })
          const client = peer.connect(scope, server.port, { trust: authority, serverName })
          const fault = await faultOf(server.accept())
          assert.is(fault.code, 'noPeerCertificate')
          await client.says(peer.alert(noCertificate))
        },
      },
      {
        area,
        item: 'client certificate of an unknown authority',
        ours: 'server',
        async run(scope) {
          const server = await serve(scope, crypto, {
            clientAuthentication: 'require',
            verify: trust(otherAuthority, crypto),
          })
          const options = { trust: authority, serverName, identity: identity('Ed25519') }
          const client = peer.connect(scope, server.port, options)
          const fault = await faultOf(server.accept())
          assert.is(fault.code, 'certificateRejected')
          await client.says(peer.alert(alerts.unknownCa))
        },
      },
    )
  if (peer.server.features.has('clientCertificate'))
    cases.push({
      area,
      item: 'no client certificate',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity(), trust: authority })
        // In TLS 1.3 a client is done before the server has looked at its certificate.
        const reading = dial(scope, server.port, crypto).then((connection) => connection.read())
        const fault = await faultOf(reading)
        assert.is(fault.code, 'alertReceived')
        assert.is(fault.alert, peer.noCertificate)
      },
    })
  return cases
}

const suitePairs = {
  'TLS 1.3': ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'],
  'TLS 1.2': ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'],
} as const

export function refusedNegotiations({ peer, crypto, protocol }: Setting): readonly Case[] {
  const area = 'nothing in common'
  const [ours, theirs] = suitePairs[protocol]
  const cases: Case[] = []
  const verified = { trust: authority, serverName }
  if (peer.server.features.has('suites'))
    cases.push({
      area,
      item: 'suites',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity(), suites: [theirs] })
        const dialing = dial(scope, server.port, crypto, { suites: [ours] })
        const fault = await faultOf(dialing)
        assert.is(fault.code, 'alertReceived')
        assert.is(fault.alert, alerts.handshakeFailure)
      },
    })
  if (peer.client.features.has('suites'))
    cases.push({
      area,
      item: 'suites',
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto, { suites: [ours] })
        const options = { ...verified, suites: [theirs] }
        const client = peer.connect(scope, server.port, options)
        const fault = await faultOf(server.accept())
        assert.is(fault.code, 'noCommonSuite')
        await client.says(peer.alert(alerts.handshakeFailure))
      },
    })
  if (peer.server.features.has('groups'))
    cases.push({
      area,
      item: 'groups',
      ours: 'client',
      async run(scope) {
        const options = { identity: identity(), groups: ['secp384r1'] }
        const server = await peer.serve(scope, options)
        const fault = await faultOf(dial(scope, server.port, crypto, { groups: ['x25519'] }))
        assert.is(fault.code, 'alertReceived')
      },
    })
  if (peer.client.features.has('groups'))
    cases.push({
      area,
      item: 'groups',
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto, { groups: ['x25519'] })
        const options = { ...verified, groups: ['secp384r1'] }
        const client = peer.connect(scope, server.port, options)
        const fault = await faultOf(server.accept())
        assert.is(fault.code, 'noCommonGroup')
        await client.says(peer.alert(alerts.handshakeFailure))
      },
    })
  if (peer.server.features.has('alpn') && peer.refusesOtherProtocols)
    cases.push({
      area,
      item: 'application protocols',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity(), alpn: ['h2'] })
        const fault = await faultOf(dial(scope, server.port, crypto, { alpn: ['xmpp-client'] }))
        assert.is(fault.alert, alerts.noApplicationProtocol)
      },
    })
  if (peer.client.features.has('alpn'))
    cases.push({
      area,
      item: 'application protocols',
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto, { alpn: ['xmpp-client'] })
        const client = peer.connect(scope, server.port, { ...verified, alpn: ['h2'] })
        const fault = await faultOf(server.accept())
        assert.is(fault.code, 'noCommonProtocol')
        await client.says(peer.alert(alerts.noApplicationProtocol))
      },
    })
  return cases
}

export function olderVersions({ peer, crypto }: Setting): readonly Case[] {
  const area = 'older version refused'
  return [
    {
      area,
      item: 'the peer speaks TLS 1.2 only',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity(), versions: ['TLS 1.2'] })
        const fault = await faultOf(dial(scope, server.port, crypto, { versions: [tls13] }))
        assert.is(fault.code, 'alertReceived')
        // GnuTLS finds no suite before it looks at the version.
        const expected = [alerts.protocolVersion, alerts.handshakeFailure]
        assert.ok(
          expected.some((alert) => alert === fault.alert),
          fault.message,
        )
      },
    },
    {
      area,
      item: 'the peer speaks TLS 1.2 only',
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto, { versions: [tls13] })
        const options = { trust: authority, serverName, versions: ['TLS 1.2'] as const }
        const client = peer.connect(scope, server.port, options)
        const fault = await faultOf(server.accept())
        assert.is(fault.code, 'noCommonVersion')
        assert.is(fault.alert, alerts.protocolVersion)
        await client.says(peer.alert(alerts.protocolVersion))
      },
    },
  ]
}
