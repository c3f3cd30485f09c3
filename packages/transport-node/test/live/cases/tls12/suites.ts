/** Each cipher suite of TLS 1.2 that both sides have, in both roles; those with CBC in either order of MAC and encryption. */
import { randomBytes } from 'node:crypto'
import type { CipherSuite12 } from '@sanstls/core'
import type { TlsConnection } from '@sanstls/transport-node'
import * as assert from 'uvu/assert'
import { authority, identity, serverName } from '../../support/authority.js'
import { parametersFile } from '../../support/dh.js'
import type { Case, Setting } from '../../support/live.js'
import { dial, exchange, receive, send, serve } from '../../support/ours.js'
import type { PeerEnd, PeerOptions } from '../../support/peer.js'
import { sharedServer } from '../../support/shared.js'
import { isCbc } from '../../support/suite-names.js'
import { digits } from '../established.js'

export function suites12(setting: Setting): readonly Case[] {
  return (setting.crypto.suites12 ?? []).flatMap((suite) => oneSuite(setting, suite, true))
}

/** What peers without encrypt-then-MAC (RFC 7366) speak. */
export function macThenEncrypt(setting: Setting): readonly Case[] {
  return (setting.crypto.suites12 ?? [])
    .filter(({ name }) => isCbc(name))
    .flatMap((suite) => oneSuite(setting, suite, false))
}

const psk = { identity: 'somebody', key: new Uint8Array(randomBytes(32)) }
const ourPsk = {
  ...psk,
  identity: new Uint8Array(Buffer.from(psk.identity)),
  version: 'tls12',
} as const

function oneSuite(setting: Setting, suite: CipherSuite12, encryptThenMac: boolean): Case[] {
  const { peer, crypto } = setting
  const { name } = suite
  const macFeature = encryptThenMac ? 'encryptThenMac' : 'withoutEncryptThenMac'
  const able = (role: 'client' | 'server') =>
    peer[role].suites.includes(name) && (!isCbc(name) || peer[role].features.has(macFeature))
  const usesPsk = suite.keyExchange.toLowerCase().endsWith('psk')
  const ours = {
    suites: [name],
    ...(encryptThenMac ? {} : { encryptThenMac: 'prefer' as const }),
    ...(usesPsk ? { psks: [ourPsk] } : {}),
  }
  const theirs: PeerOptions = {
    ...(encryptThenMac ? {} : { withoutEncryptThenMac: true }),
    ...(usesPsk ? { psk } : {}),
  }
  const check = async (connection: TlsConnection, end: PeerEnd): Promise<void> => {
    const { info } = connection
    assert.is(info.version.name, 'TLS 1.2')
    assert.is(info.suite.name, name)
    assert.is(info.tls12?.extendedMainSecret, true)
    assert.is(info.tls12?.encryptThenMac, isCbc(name) && encryptThenMac)
    assert.is(info.pskIdentity !== undefined, usesPsk)
    await exchange(connection, end)
    // In two records at least.
    await send(connection, end, digits(20_000))
    if (!end.echoes) await receive(connection, end, digits(20_000))
  }
  const area = encryptThenMac ? 'cipher suites' : 'CBC, MAC before encryption'
  const cases: Case[] = []
  if (able('server'))
    cases.push({
      area,
      item: name,
      ours: 'client',
      async run(scope) {
        const server = await everySuite(setting, theirs)
        await check(await dial(scope, server.port, crypto, ours), server)
      },
    })
  if (able('client'))
    cases.push({
      area,
      item: name,
      ours: 'server',
      async run(scope) {
        const credentials = [
          identity('ECDSA P-256').credential(crypto),
          identity('RSA 2048').credential(crypto),
        ]
        const server = await serve(scope, crypto, { ...ours, credentials })
        const options = { ...theirs, trust: authority, serverName, suites: [name] }
        const client = peer.connect(scope, server.port, options)
        await check(await server.accept(), client)
      },
    })
  return cases
}

/** A server that leaves the choice to us. */
function everySuite({ peer }: Setting, options: PeerOptions) {
  const { withoutEncryptThenMac: without, psk } = options
  return sharedServer(peer, `suites ${without} ${psk?.identity}`, () => ({
    ...options,
    identity: identity('RSA 2048'),
    otherIdentity: identity('ECDSA P-256'),
    suites: peer.server.suites,
    ...(peer.server.features.has('dhParameters')
      ? { dhParametersFile: parametersFile('ffdhe2048') }
      : {}),
  }))
}

/** Whose order of suites decides, where a server may follow either. */
export function suiteOrder({ peer, crypto }: Setting): readonly Case[] {
  if (!peer.client.features.has('suiteOrder')) return []
  const ours = [
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
    'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  ]
  const theirs = [...ours].reverse()
  return (['server', 'client'] as const).map(
    (preference): Case => ({
      area: 'order of suites',
      item: `the ${preference}'s`,
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto, { suites: ours, preference })
        const options = { trust: authority, serverName, suites: theirs }
        const client = peer.connect(scope, server.port, options)
        const connection = await server.accept()
        assert.is(connection.info.suite.name, (preference === 'server' ? ours : theirs)[0])
        await exchange(connection, client)
      },
    }),
  )
}
