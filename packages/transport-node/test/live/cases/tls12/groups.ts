/** The groups of key exchanges: curves, finite fields with and without a name, and fields that are too small. */
import * as assert from 'uvu/assert'
import { authority, identity, serverName } from '../../support/authority.js'
import { parametersFile, parametersOf } from '../../support/dh.js'
import type { Case, Setting } from '../../support/live.js'
import { dial, exchange, serve } from '../../support/ours.js'
import type { PeerOptions } from '../../support/peer.js'
import { faultOf } from '../../support/watch.js'

const curves = ['x25519', 'secp256r1', 'secp384r1', 'secp521r1', 'x448']
const fields = ['ffdhe2048', 'ffdhe3072', 'ffdhe4096', 'ffdhe6144', 'ffdhe8192']
const ecdhe = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'
const dhe = 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'

export function groups12(setting: Setting): readonly Case[] {
  return [
    ...curves.flatMap((name) => named(setting, name, ecdhe)),
    ...fields.flatMap((name) => field(setting, name)),
  ]
}

/** A group that both sides know by its number. */
function named({ peer, crypto }: Setting, name: string, suite: string): readonly Case[] {
  const area = 'groups'
  const ours = { groups: [name], suites: [suite] }
  const cases: Case[] = []
  if (peer.server.groups.includes(name))
    cases.push({
      area,
      item: name,
      ours: 'client',
      async run(scope) {
        const options = { identity: identity('RSA 2048'), ...ours }
        const server = await peer.serve(scope, options)
        const connection = await dial(scope, server.port, crypto, ours)
        assert.ok([name, 'dhe'].includes(connection.info.group?.name ?? ''))
        await exchange(connection, server)
      },
    })
  if (peer.client.groups.includes(name))
    cases.push({
      area,
      item: name,
      ours: 'server',
      async run(scope) {
        const credentials = [identity('RSA 2048').credential(crypto)]
        const server = await serve(scope, crypto, { ...ours, credentials })
        const client = peer.connect(scope, server.port, { trust: authority, serverName, ...ours })
        const connection = await server.accept()
        assert.is(connection.info.group?.name, name)
        await exchange(connection, client)
      },
    })
  return cases
}

/** Most peers know fields by their parameters only, as all did before RFC 7919. */
function field(setting: Setting, name: string): readonly Case[] {
  const byName = named(setting, name, dhe)
  if (byName.length > 0) return byName
  return [
    ...fromFile(setting, 'groups', name, name),
    ...toPeer(setting, 'groups', name, { groups: [name] }),
  ]
}

/** Parameters that have no name. */
export function ownParameters(setting: Setting): readonly Case[] {
  const area = 'Diffie-Hellman parameters'
  return [
    ...fromFile(setting, area, 'of 2048 bits', 'modp14'),
    ...toPeer(setting, area, 'of 2048 bits', { dhParameters: parametersOf('modp14') }),
    ...fromFile(setting, area, 'of 1024 bits, permitted', 'modp2', { minDhBits: 1024 }),
    ...tooShort(setting, area),
  ]
}

/** A server that is told to use these. Without the names of fields on offer it cannot take another. */
function fromFile(
  { peer, crypto }: Setting,
  area: string,
  item: string,
  parameters: string,
  changes: { readonly minDhBits?: number } = {},
): readonly Case[] {
  if (!usesFiles(peer.server)) return []
  return [
    {
      area,
      item,
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, serving(parameters))
        const ours = { suites: [dhe], groups: curves, ...changes }
        const connection = await dial(scope, server.port, crypto, ours)
        assert.is(connection.info.group?.name, 'dhe')
        await exchange(connection, server)
      },
    },
  ]
}

function toPeer(
  { peer, crypto }: Setting,
  area: string,
  item: string,
  parameters: Pick<Parameters<typeof serve>[2] & object, 'groups' | 'dhParameters'>,
): readonly Case[] {
  if (!peer.client.suites.includes(dhe)) return []
  return [
    {
      area,
      item,
      ours: 'server',
      async run(scope) {
        const credentials = [identity('RSA 2048').credential(crypto)]
        const server = await serve(scope, crypto, { suites: [dhe], credentials, ...parameters })
        const options = { trust: authority, serverName, suites: [dhe] }
        const client = peer.connect(scope, server.port, options)
        const connection = await server.accept()
        await exchange(connection, client)
      },
    },
  ]
}

function tooShort({ peer, crypto }: Setting, area: string): readonly Case[] {
  if (!usesFiles(peer.server)) return []
  return [
    {
      area,
      item: 'of 1024 bits, refused',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, serving('modp2'))
        const ours = { suites: [dhe], groups: curves }
        const fault = await faultOf(dial(scope, server.port, crypto, ours))
        assert.is(fault.code, 'weakParameters')
        await server.says(peer.alert(fault.alert ?? 0))
      },
    },
  ]
}

function serving(parameters: string): PeerOptions {
  const dhParametersFile = parametersFile(parameters)
  return { identity: identity('RSA 2048'), suites: [dhe], dhParametersFile }
}

function usesFiles({ suites, features }: Setting['peer']['server']): boolean {
  return suites.includes(dhe) && features.has('dhParameters')
}
