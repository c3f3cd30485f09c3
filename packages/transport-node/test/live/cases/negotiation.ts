/** Suites, groups and HelloRetryRequests: each that both sides have, in both roles. */
import type { CryptoProvider } from '@sanstls/core'
import { TLS_AES_128_CCM_8_SHA256 } from '@sanstls/core/noble'
import * as assert from 'uvu/assert'
import { authority, identity, serverName } from '../support/authority.js'
import type { Case, Setting } from '../support/live.js'
import { cookie, dial, exchange, serve } from '../support/ours.js'

export function suites({ peer, crypto }: Setting): readonly Case[] {
  // The short tag is in no default; who wants it names it.
  const ours: CryptoProvider = { ...crypto, suites: [...crypto.suites, TLS_AES_128_CCM_8_SHA256] }
  return ours.suites.flatMap(({ name }): Case[] => {
    const cases: Case[] = []
    const area = 'cipher suites'
    if (peer.server.suites.includes(name))
      cases.push({
        area,
        item: name,
        ours: 'client',
        async run(scope) {
          const server = await peer.serve(scope, { identity: identity(), suites: [name] })
          const connection = await dial(scope, server.port, ours, { suites: [name] })
          assert.is(connection.info.suite.name, name)
          await exchange(connection, server)
        },
      })
    if (peer.client.suites.includes(name))
      cases.push({
        area,
        item: name,
        ours: 'server',
        async run(scope) {
          const server = await serve(scope, ours, { suites: [name] })
          const options = { trust: authority, serverName, suites: [name] }
          const client = peer.connect(scope, server.port, options)
          const connection = await server.accept()
          assert.is(connection.info.suite.name, name)
          await exchange(connection, client)
        },
      })
    return cases
  })
}

export function groups({ peer, crypto }: Setting): readonly Case[] {
  return crypto.groups.flatMap(({ name }): Case[] => {
    const cases: Case[] = []
    const area = 'groups'
    if (peer.server.groups.includes(name))
      cases.push({
        area,
        item: name,
        ours: 'client',
        async run(scope) {
          const server = await peer.serve(scope, { identity: identity(), groups: [name] })
          const connection = await dial(scope, server.port, crypto, { groups: [name] })
          assert.is(connection.info.group?.name, name)
          await exchange(connection, server)
        },
      })
    if (peer.client.groups.includes(name))
      cases.push({
        area,
        item: name,
        ours: 'server',
        async run(scope) {
          const server = await serve(scope, crypto, { groups: [name] })
          const options = { trust: authority, serverName, groups: [name] }
          const client = peer.connect(scope, server.port, options)
          const connection = await server.accept()
          assert.is(connection.info.group?.name, name)
          await exchange(connection, client)
        },
      })
    return cases
  })
}

export function retries({ peer, crypto }: Setting): readonly Case[] {
  const area = 'HelloRetryRequest'
  const cases: Case[] = []
  const sharing = ['x25519', 'secp256r1']
  for (const wanted of ['secp384r1', 'secp521r1', 'ffdhe2048', 'SecP384r1MLKEM1024']) {
    if (!crypto.groups.some(({ name }) => name === wanted)) continue
    if (peer.server.groups.includes(wanted))
      cases.push({
        area,
        item: `for ${wanted}`,
        ours: 'client',
        async run(scope) {
          const server = await peer.serve(scope, { identity: identity(), groups: [wanted] })
          const connection = await dial(scope, server.port, crypto, {
            groups: [...sharing, wanted],
            keyShares: sharing,
          })
          assert.is(connection.info.helloRetried, true)
          assert.is(connection.info.group?.name, wanted)
          await exchange(connection, server)
        },
      })
    // Go's client sends a share of each hybrid that it offers.
    if (peer.client.groups.includes(wanted) && !wanted.includes('MLKEM'))
      cases.push({
        area,
        item: `for ${wanted}`,
        ours: 'server',
        async run(scope) {
          const server = await serve(scope, crypto, { groups: [wanted] })
          const options = { trust: authority, serverName, groups: ['x25519', wanted] }
          const client = peer.connect(scope, server.port, options)
          const connection = await server.accept()
          assert.is(connection.info.helloRetried, true)
          assert.is(connection.info.group?.name, wanted)
          await exchange(connection, client)
        },
      })
  }
  cases.push({
    area,
    item: 'with a cookie and a group',
    ours: 'server',
    async run(scope) {
      const server = await serve(scope, crypto, { ...cookie(), groups: ['secp521r1'] })
      const client = peer.connect(scope, server.port, { trust: authority, serverName })
      const connection = await server.accept()
      assert.is(connection.info.helloRetried, true)
      await exchange(connection, client)
    },
  })
  if (!peer.client.features.has('cookieAlone')) return cases
  cases.push({
    area,
    item: 'with a cookie alone',
    ours: 'server',
    async run(scope) {
      const server = await serve(scope, crypto, cookie())
      const client = peer.connect(scope, server.port, { trust: authority, serverName })
      const connection = await server.accept()
      assert.is(connection.info.helloRetried, true)
      await exchange(connection, client)
    },
  })
  return cases
}
