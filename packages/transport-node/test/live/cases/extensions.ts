/** Extensions that carry something: names, protocols, staples, record sizes; and what both sides derive alike. */
import { readFileSync } from 'node:fs'
import type { ServerConfig } from '@sanstls/core'
import type { TlsConnection } from '@sanstls/transport-node'
import * as assert from 'uvu/assert'
import {
  authority,
  identity,
  serverName,
  temporaryFile,
  trust,
  tryLater,
} from '../support/authority.js'
import type { Case, Setting } from '../support/live.js'
import { type ClientChanges, dial, exchange, send, serve } from '../support/ours.js'
import type { Fact, Feature, PeerOptions } from '../support/peer.js'
import type { Scope } from '../support/scope.js'
import { contentTypes, tap } from '../support/tap.js'
import { watch } from '../support/watch.js'

const verified = { trust: authority, serverName }

export function applicationProtocols({ peer, crypto }: Setting): readonly Case[] {
  const area = 'ALPN'
  const cases: Case[] = []
  if (peer.server.features.has('alpn'))
    cases.push({
      area,
      item: 'one of two',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity(), alpn: ['h2'] })
        const alpn = ['http/1.1', 'h2']
        const connection = await dial(scope, server.port, crypto, { alpn })
        assert.is(connection.info.alpn, 'h2')
        await exchange(connection, server)
        assert.is(await server.fact('alpn'), 'h2')
      },
    })
  if (peer.client.features.has('alpn'))
    cases.push({
      area,
      item: 'one of two',
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto, { alpn: ['h2', 'http/1.1'] })
        const options = { ...verified, alpn: ['http/1.1', 'h2'] }
        const client = peer.connect(scope, server.port, options)
        const connection = await server.accept()
        assert.is(connection.info.alpn, 'h2')
        await exchange(connection, client)
        assert.is(await client.fact('alpn'), 'h2')
      },
    })
  return cases
}

export function serverNames({ peer, crypto }: Setting): readonly Case[] {
  const area = 'server_name'
  const cases: Case[] = []
  if (peer.server.features.has('serverName'))
    cases.push({
      area,
      item: 'sent',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity() })
        const connection = await dial(scope, server.port, crypto)
        await exchange(connection, server)
        assert.is(await server.fact('serverName'), serverName)
      },
    })
  if (peer.client.features.has('serverName'))
    cases.push({
      area,
      item: 'chooses the credential',
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto, {
          credentials: ({ serverName: name }) =>
            identity(name === serverName ? 'Ed25519' : 'RSA 2048').credential(crypto),
        })
        const client = peer.connect(scope, server.port, verified)
        const connection = await server.accept()
        assert.is(connection.info.serverName, serverName)
        await exchange(connection, client)
      },
    })
  return cases
}

export function staples({ peer, crypto }: Setting): readonly Case[] {
  const area = 'OCSP staple'
  const cases: Case[] = []
  if (peer.server.features.has('staple'))
    cases.push({
      area,
      item: 'carried',
      ours: 'client',
      async run(scope) {
        const stapleFile = temporaryFile(tryLater, 'der')
        const server = await peer.serve(scope, { identity: identity(), stapleFile })
        const policy = trust(authority, crypto)
        let seen: Uint8Array | undefined
        const connection = await dial(scope, server.port, crypto, {
          verify(question) {
            seen = question.staple
            return policy(question)
          },
        })
        assert.equal(seen, tryLater)
        await exchange(connection, server)
      },
    })
  if (peer.client.features.has('staple'))
    cases.push({
      area,
      item: 'carried',
      ours: 'server',
      async run(scope) {
        const credentials: ServerConfig['credentials'] = [
          { ...identity().credential(crypto), staple: tryLater },
        ]
        const server = await serve(scope, crypto, { credentials })
        const client = peer.connect(scope, server.port, { ...verified, requestStaple: true })
        await exchange(await server.accept(), client)
        assert.is((await client.fact('staple')).toLowerCase(), 'trylater')
      },
    })
  return cases
}

const exportLabel = 'EXPORTER-sanstls-live'
const exportContext = new Uint8Array(Buffer.from('context'))

const exports: readonly (readonly [
  Feature,
  string,
  Fact,
  (ours: TlsConnection) => Uint8Array | undefined,
])[] = [
  ['exporter', 'equal', 'exported', (ours) => ours.exporter(exportLabel, undefined, 32)],
  [
    'exporterContext',
    'equal with a context',
    'exportedWithContext',
    (ours) => ours.exporter(exportLabel, exportContext, 32),
  ],
  [
    'channelBinding',
    'as a channel binding',
    'channelBinding',
    (ours) => ours.channelBinding('tls-exporter'),
  ],
  ['tlsUnique', 'tls-unique', 'tlsUnique', (ours) => ours.channelBinding('tls-unique')],
  [
    'serverEndPoint',
    'tls-server-end-point',
    'serverEndPoint',
    (ours) => ours.channelBinding('tls-server-end-point'),
  ],
]

/** Connected, with a peer that exports. */
async function connected(scope: Scope, ours: 'client' | 'server', { peer, crypto }: Setting) {
  if (ours === 'client') {
    const end = await peer.serve(scope, { identity: identity(), exportLabel })
    return { end, connection: await dial(scope, end.port, crypto) }
  }
  const server = await serve(scope, crypto)
  const end = peer.connect(scope, server.port, { ...verified, exportLabel })
  return { end, connection: await server.accept() }
}

export function secrets(setting: Setting): readonly Case[] {
  const { peer, crypto } = setting
  const cases: Case[] = []
  for (const ours of ['client', 'server'] as const) {
    const { features } = peer[ours === 'client' ? 'server' : 'client']
    for (const [feature, item, fact, derive] of exports)
      if (features.has(feature))
        cases.push({
          area: 'exporter',
          item,
          ours,
          async run(scope) {
            const { connection, end } = await connected(scope, ours, setting)
            await exchange(connection, end)
            const theirs = (await end.fact(fact)).toLowerCase()
            assert.is(Buffer.from(derive(connection) ?? []).toString('hex'), theirs)
          },
        })
  }
  if (peer.server.features.has('keylog'))
    cases.push({
      area: 'key log',
      item: 'equal',
      ours: 'client',
      async run(scope) {
        const keylogFile = temporaryFile('', 'keylog')
        const server = await peer.serve(scope, { identity: identity(), keylogFile })
        const seen = watch()
        const connection = await dial(scope, server.port, crypto, { observe: seen.observe })
        await exchange(connection, server)
        compareKeylogs(setting, seen.keylog, keylogFile)
      },
    })
  if (peer.client.features.has('keylog'))
    cases.push({
      area: 'key log',
      item: 'equal',
      ours: 'server',
      async run(scope) {
        const keylogFile = temporaryFile('', 'keylog')
        const seen = watch()
        const server = await serve(scope, crypto, { observe: seen.observe })
        const client = peer.connect(scope, server.port, { ...verified, keylogFile })
        await exchange(await server.accept(), client)
        compareKeylogs(setting, seen.keylog, keylogFile)
      },
    })
  return cases
}

/** Each line of theirs is one of ours, and the four traffic secrets, or the main secret, are among them. */
function compareKeylogs({ protocol }: Setting, ours: readonly string[], theirFile: string): void {
  const theirs = readFileSync(theirFile, 'latin1')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line))
    .map((line) => line.replace(/ .*/, (rest) => rest.toLowerCase()))
  const [needed, count] = protocol === 'TLS 1.3' ? ['TRAFFIC', 4] : ['CLIENT_RANDOM', 1]
  assert.is(theirs.filter((line) => line.includes(needed)).length, count)
  for (const line of theirs) assert.ok(ours.includes(line), `${line} is not one of ours`)
}

export function recordSizes({ peer, crypto, protocol }: Setting): readonly Case[] {
  const area = 'record sizes'
  // What protection adds to a record: the content type and the tag, or a nonce and the tag. Where TLS 1.3 was offered too,
  // the limit has a byte for the content type (RFC 8449 section 4).
  const overhead = protocol === 'TLS 1.3' ? 17 : 25
  const cases: Case[] = []
  const size = 512
  const text = `${'0123456789'.repeat(500)}\n`
  const toPeer = (item: string, changes: ClientChanges, bothWays: boolean): Case => ({
    area,
    item,
    ours: 'client',
    async run(scope) {
      const server = await peer.serve(scope, { identity: identity() })
      const { port, records } = await tap(scope, server.port)
      const connection = await dial(scope, port, crypto, changes)
      const before = records.length
      await send(connection, server, text)
      if (!server.echoes) server.write(text)
      const data = records.slice(before).filter(({ type }) => type === contentTypes.data)
      assert.ok(data.length > 0)
      for (const { from, length } of data)
        if (from === 'server' || bothWays) assert.ok(length <= size + overhead, `${length} bytes`)
    },
  })
  const fromPeer = (item: string, options: PeerOptions): Case => ({
    area,
    item,
    ours: 'server',
    async run(scope) {
      const server = await serve(scope, crypto)
      const { port, records } = await tap(scope, server.port)
      const client = peer.connect(scope, port, { ...verified, ...options })
      const connection = await server.accept()
      const before = records.length
      await send(connection, client, text)
      const data = records
        .slice(before)
        .filter(({ type, from }) => type === contentTypes.data && from === 'server')
      assert.ok(data.length >= 10, `${data.length} records`)
      for (const { length } of data) assert.ok(length <= size + overhead, `${length} bytes`)
      await exchange(connection, client)
    },
  })
  if (peer.server.features.has('maxFragmentLength'))
    cases.push(toPeer('max_fragment_length 512', { maxFragmentLength: size }, true))
  if (peer.server.features.has('recordSizeLimit'))
    cases.push(toPeer('record_size_limit 512', { recordSizeLimit: size }, false))
  if (peer.client.features.has('maxFragmentLength'))
    cases.push(fromPeer('max_fragment_length 512', { maxFragmentLength: size }))
  if (peer.client.features.has('recordSizeLimit'))
    cases.push(fromPeer('record_size_limit 512', { recordSizeLimit: size }))
  return cases
}

export function middleboxCompatibility({ peer, crypto }: Setting): readonly Case[] {
  const area = 'middlebox compatibility'
  const cases: Case[] = []
  const count = (records: Awaited<ReturnType<typeof tap>>['records']) => {
    const seen = records.filter(({ type }) => type === contentTypes.changeCipherSpec)
    return ['client', 'server'].map((role) => seen.filter(({ from }) => from === role).length)
  }
  for (const on of [true, false]) {
    const expected = on ? [1, 1] : [0, 0]
    cases.push({
      area,
      item: on ? 'on' : 'off',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity() })
        const { port, records } = await tap(scope, server.port)
        const connection = await dial(scope, port, crypto, { middleboxCompatibility: on })
        await exchange(connection, server)
        // Some servers send one to every client.
        assert.equal(count(records)[0], expected[0])
        if (on) assert.equal(count(records), expected)
      },
    })
    if (!on && !peer.client.features.has('withoutMiddleboxCompatibility')) continue
    cases.push({
      area,
      item: on ? 'on' : 'off',
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto)
        const { port, records } = await tap(scope, server.port)
        const options = on ? verified : { ...verified, withoutMiddleboxCompatibility: true }
        const client = peer.connect(scope, port, options)
        await exchange(await server.accept(), client)
        assert.equal(count(records), expected)
      },
    })
  }
  return cases
}
