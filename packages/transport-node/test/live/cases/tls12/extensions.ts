/** What TLS 1.2 carries elsewhere than TLS 1.3 does: SCTs in ServerHello; and a key that decrypts elsewhere. */
import { setImmediate as later } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { authority, identity, serverName, trust } from '../../support/authority.js'
import type { Case, Setting } from '../../support/live.js'
import { dial, exchange, serve } from '../../support/ours.js'

/** RFC 6962 3.2: version, log, time, no extensions, ecdsa_sha256 and a signature. Nobody here knows the log. */
const sct = Uint8Array.from([
  ...[0, ...Array(32).fill(7), 0, 0, 1, 0x90, 0, 0, 0, 0, 0, 0, 4, 3],
  ...[0, 8, 0x30, 6, 2, 1, 1, 2, 1, 1],
])

export function certificateTimestamps({ peer, crypto }: Setting): readonly Case[] {
  const area = 'SCTs'
  const item = 'carried'
  const cases: Case[] = []
  if (peer.server.features.has('scts'))
    cases.push({
      area,
      item,
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity(), sct })
        const policy = trust(authority, crypto)
        let seen: readonly Uint8Array[] = []
        const connection = await dial(scope, server.port, crypto, {
          requestScts: true,
          verify(question) {
            seen = question.scts
            return policy(question)
          },
        })
        assert.equal(seen, [sct])
        await exchange(connection, server)
      },
    })
  if (peer.client.features.has('scts'))
    cases.push({
      area,
      item,
      ours: 'server',
      async run(scope) {
        const credentials = [{ ...identity().credential(crypto), scts: [sct] }]
        const server = await serve(scope, crypto, { credentials })
        const options = { trust: authority, serverName, requestScts: true }
        const client = peer.connect(scope, server.port, options)
        await exchange(await server.accept(), client)
        assert.is(await client.fact('scts'), '1')
      },
    })
  return cases
}

/** RSA key exchange with a key that the core does not hold. */
export function lateDecryption({ peer, crypto }: Setting): readonly Case[] {
  const suite = 'TLS_RSA_WITH_AES_128_GCM_SHA256'
  if (!peer.client.suites.includes(suite)) return []
  return [
    {
      area: 'late decisions',
      item: 'decryption',
      ours: 'server',
      async run(scope) {
        const { chain, key } = identity('RSA 2048').credential(crypto)
        const asked: string[] = []
        const server = await serve(scope, crypto, {
          suites: [suite],
          credentials: [{ chain, key: 'decide' }],
          async decide(decision) {
            asked.push(decision.kind)
            await later()
            if (decision.kind !== 'decrypt' || key === 'decide') return undefined
            const random = (length: number) =>
              globalThis.crypto.getRandomValues(new Uint8Array(length))
            return key.decrypt?.(decision.ciphertext, random(48), random)
          },
        })
        const options = { trust: authority, serverName, suites: [suite] }
        const client = peer.connect(scope, server.port, options)
        const connection = await server.accept()
        assert.is(connection.info.suite.name, suite)
        assert.equal(asked, ['decrypt'])
        await exchange(connection, client)
      },
    },
  ]
}
