/** What can be decided from outside, decided later; and pins in the place of a verifier. */
import { setImmediate as later } from 'node:timers/promises'
import type { Answers, Decision } from '@sanstls/core'
import * as assert from 'uvu/assert'
import { authority, identity, serverName, trust } from '../support/authority.js'
import type { Case, Setting } from '../support/live.js'
import { dial, exchange, serve } from '../support/ours.js'
import { faultOf } from '../support/watch.js'

/** TLS signature schemes of ECDSA keys (RFC 9846 4.2.3), by number. */
const ecdsaNames = { 1027: 'ecdsa_sha256', 1283: 'ecdsa_sha384', 1539: 'ecdsa_sha512' } as const

/** Answers as a verifier, a credential store and an HSM elsewhere would: not at once. */
function deciding({ crypto }: Setting) {
  const asked: string[] = []
  const own = identity('ECDSA P-384').credential(crypto)
  const decide = async (decision: Decision): Promise<Answers[keyof Answers]> => {
    asked.push(decision.kind)
    await later()
    switch (decision.kind) {
      case 'verify':
        return trust(authority, crypto)(decision)
      case 'credential':
        return { ...own, key: 'decide' }
      case 'sign': {
        const { key } = own
        const name = ecdsaNames[decision.scheme as keyof typeof ecdsaNames]
        if (key === 'decide') return undefined
        const random = (length: number) => globalThis.crypto.getRandomValues(new Uint8Array(length))
        return key.sign(name, decision.message, random)
      }
      case 'configure':
        return { alpn: ['chosen'] }
      default:
        return undefined
    }
  }
  return { asked, decide }
}

export function lateDecisions(setting: Setting): readonly Case[] {
  const { peer, crypto } = setting
  const area = 'late decisions'
  const cases: Case[] = []
  if (peer.server.features.has('clientCertificate'))
    cases.push({
      area,
      item: 'verification, credential, signature',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity(), trust: authority })
        const { asked, decide } = deciding(setting)
        const connection = await dial(scope, server.port, crypto, {
          verify: 'decide',
          credentials: 'decide',
          decide,
        })
        await exchange(connection, server)
        assert.equal(asked, ['verify', 'credential', 'sign'])
      },
    })
  if (peer.client.features.has('clientCertificate') && peer.client.features.has('alpn'))
    cases.push({
      area,
      item: 'configuration, credential, signature, verification',
      ours: 'server',
      async run(scope) {
        const { asked, decide } = deciding(setting)
        const server = await serve(scope, crypto, {
          configure: 'decide',
          credentials: 'decide',
          clientAuthentication: 'require',
          verify: 'decide',
          decide,
        })
        const client = peer.connect(scope, server.port, {
          trust: authority,
          serverName,
          identity: identity(),
          alpn: ['chosen'],
        })
        const connection = await server.accept()
        assert.is(connection.info.alpn, 'chosen')
        assert.equal(connection.info.peer?.chain[0], identity().certificate.der)
        await exchange(connection, client)
        assert.equal(asked, ['configure', 'credential', 'sign', 'verify'])
      },
    })
  return cases
}

export function pins({ peer, crypto }: Setting): readonly Case[] {
  const area = 'pinned keys'
  const spki = (kind: Parameters<typeof identity>[0]) => identity(kind).certificate.publicKey.spki
  return [
    {
      area,
      item: 'the key',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity() })
        const verify = { pinnedKeys: [spki('RSA 2048'), spki('ECDSA P-256')] }
        await exchange(await dial(scope, server.port, crypto, { verify }), server)
      },
    },
    {
      area,
      item: 'another key',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity() })
        const verify = { pinnedKeys: [spki('RSA 2048')] }
        const fault = await faultOf(dial(scope, server.port, crypto, { verify }))
        assert.is(fault.code, 'certificateRejected')
        await server.says(peer.alert(fault.alert ?? 0))
      },
    },
  ]
}
