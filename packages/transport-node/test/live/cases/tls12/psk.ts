/** PSKs of TLS 1.2 (RFC 4279, RFC 5489) in each kind of key exchange, with a hint and without. */
import { randomBytes } from 'node:crypto'
import { setImmediate as later } from 'node:timers/promises'
import type { ExternalPsk } from '@sanstls/core'
import * as assert from 'uvu/assert'
import { identity } from '../../support/authority.js'
import { both, type Changes, refusedByEither } from '../../support/both.js'
import { parametersFile } from '../../support/dh.js'
import type { Case, Setting } from '../../support/live.js'
import { exchange } from '../../support/ours.js'
import type { PeerOptions } from '../../support/peer.js'

const area = 'PSK'
const kinds: readonly [string, string][] = [
  ['PSK', 'TLS_PSK_WITH_AES_128_GCM_SHA256'],
  ['DHE_PSK', 'TLS_DHE_PSK_WITH_AES_128_GCM_SHA256'],
  ['ECDHE_PSK', 'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256'],
  ['RSA_PSK', 'TLS_RSA_PSK_WITH_AES_128_GCM_SHA256'],
]
const alone = 'TLS_PSK_WITH_AES_128_GCM_SHA256'
const alerts = { badRecordMac: 20, decryptError: 51, unknownPskIdentity: 115 } as const

const psk = { identity: 'somebody', key: new Uint8Array(randomBytes(32)) }
const own: ExternalPsk = {
  identity: new Uint8Array(Buffer.from(psk.identity)),
  key: psk.key,
  version: 'tls12',
}

export function psks12(setting: Setting): readonly Case[] {
  const { peer } = setting
  if (!peer.client.features.has('psk') || !peer.server.features.has('psk')) return []
  return [
    ...kinds.flatMap(([kind, suite]) =>
      [undefined, 'try somebody'].flatMap((hint) => oneKind(setting, kind, suite, hint)),
    ),
    ...refusals(setting),
  ]
}

function oneKind(
  setting: Setting,
  kind: string,
  suite: string,
  hint: string | undefined,
): readonly Case[] {
  const { peer, crypto } = setting
  let hinted: string | undefined = 'not asked'
  const ours = (role: Case['ours']): Changes => {
    const common = { suites: [suite] }
    if (role === 'client')
      return {
        ...common,
        choosePsk(question) {
          hinted = question.hint && Buffer.from(question.hint).toString()
          return own
        },
      }
    return {
      ...common,
      credentials: [identity('RSA 2048').credential(crypto)],
      ...(hint === undefined ? {} : { pskHint: new Uint8Array(Buffer.from(hint)) }),
      lookupPsk: 'decide',
      async decide(decision) {
        await later()
        if (decision.kind !== 'psk' || decision.version !== 'tls12') return undefined
        return Buffer.from(decision.identity).toString() === psk.identity ? own : undefined
      },
    }
  }
  return both(setting, {
    area,
    item: hint === undefined ? kind : `${kind} with a hint`,
    ours,
    theirs: { ...withPsk(suite), ...(hint === undefined ? {} : { pskHint: hint }) },
    async run(connection, end, role) {
      const { info } = connection
      assert.is(info.suite.name, suite)
      assert.equal(info.pskIdentity, own.identity)
      assert.is(info.peer !== undefined, kind === 'RSA_PSK' && role === 'client')
      if (role === 'client') assert.is(hinted, hint)
      else if (peer.client.features.has('pskHint'))
        assert.is(await end.says(/^hint: (.*)$/m), String(hint ?? null))
      await exchange(connection, end)
    },
  }).filter(({ ours: role }) =>
    peer[role === 'client' ? 'server' : 'client'].suites.includes(suite),
  )
}

function refusals(setting: Setting): readonly Case[] {
  const wrongKey: ExternalPsk = { ...own, key: new Uint8Array(randomBytes(32)) }
  const stranger: ExternalPsk = { ...own, identity: new Uint8Array(Buffer.from('stranger')) }
  const one = (
    item: string,
    psks: ExternalPsk,
    code: string,
    alert: number,
    theirs: readonly number[],
  ): readonly Case[] => {
    const about = { area, item, theirs: withPsk(alone) }
    const ours = () => ({ suites: [alone], psks: [psks] })
    const refused = refusedByEither(setting, { ...about, ours, code, alert })
    const toldOff = refusedByEither(setting, { ...about, ours, code: undefined, alert: theirs })
    return [
      ...toldOff.filter(({ ours: role }) => role === 'client'),
      ...refused.filter(({ ours: role }) => role === 'server'),
    ]
  }
  const { badRecordMac, decryptError, unknownPskIdentity } = alerts
  const looksAtIdentities = setting.peer.server.features.has('pskIdentity')
  return [
    // Who does not want it known goes on with another key (RFC 4279 section 2).
    ...one('unknown identity', stranger, 'unknownPskIdentity', unknownPskIdentity, [
      unknownPskIdentity,
      badRecordMac,
    ]).filter(({ ours }) => ours === 'server' || looksAtIdentities),
    ...one('wrong key', wrongKey, 'badRecordMac', badRecordMac, [badRecordMac, decryptError]),
  ]
}

function withPsk(suite: string): PeerOptions {
  return {
    psk,
    suites: [suite],
    identity: identity('RSA 2048'),
    dhParametersFile: parametersFile('ffdhe2048'),
  }
}
