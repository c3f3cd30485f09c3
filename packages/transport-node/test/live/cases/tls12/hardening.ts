/** What older peers lack: extended main secret, encrypt-then-MAC, renegotiation_info. Demanded by default. */
import * as assert from 'uvu/assert'
import { both, refusedByEither } from '../../support/both.js'
import type { Case, Setting } from '../../support/live.js'
import { exchange } from '../../support/ours.js'

const handshakeFailure = 40
const cbc = 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256'

export function extendedMainSecret(setting: Setting): readonly Case[] {
  const area = 'extended main secret'
  const needs = ['withoutExtendedMainSecret'] as const
  const theirs = { withoutExtendedMainSecret: true }
  return [
    ...both(setting, {
      area,
      item: 'missing, accepted',
      needs,
      theirs,
      ours: () => ({ extendedMainSecret: 'prefer' }),
      async run(ours, end) {
        assert.is(ours.info.tls12?.extendedMainSecret, false)
        // Neither would be unique (RFC 7627 section 1, RFC 9266 section 3).
        assert.is(ours.channelBinding('tls-unique'), undefined)
        assert.is(ours.channelBinding('tls-exporter'), undefined)
        await exchange(ours, end)
      },
    }),
    ...refusedByEither(setting, {
      area,
      item: 'missing, refused',
      needs,
      theirs,
      code: 'extendedMainSecretMissing',
      alert: handshakeFailure,
    }),
  ]
}

export function encryptThenMac(setting: Setting): readonly Case[] {
  return refusedByEither(setting, {
    area: 'CBC, MAC before encryption',
    item: 'refused',
    needs: ['withoutEncryptThenMac'],
    ours: () => ({ suites: [cbc] }),
    theirs: { withoutEncryptThenMac: true, suites: [cbc] },
    code: 'encryptThenMacMissing',
    alert: handshakeFailure,
  })
}

export function renegotiationInfo(setting: Setting): readonly Case[] {
  const area = 'renegotiation_info'
  const needs = ['withoutRenegotiationInfo'] as const
  const theirs = { withoutRenegotiationInfo: true }
  const accepted = both(setting, {
    area,
    item: 'missing, accepted',
    needs,
    theirs,
    ours: (role) => ({
      renegotiation: { peerMayStart: true },
      ...(role === 'client' ? { requireRenegotiationInfo: false } : {}),
    }),
    async run(ours, end) {
      assert.is(ours.info.tls12?.secureRenegotiation, false)
      await exchange(ours, end)
      // It would not be secure.
      const refusal = await ours.renegotiate().catch((error: unknown) => error)
      assert.match(String(refusal), 'the peer has no renegotiation_info')
      await exchange(ours, end)
    },
  })
  const refused = refusedByEither(setting, {
    area,
    item: 'missing, refused',
    needs,
    theirs,
    code: 'renegotiationInfoMissing',
    alert: handshakeFailure,
  })
  // A server cannot tell whether somebody else began the connection, and has nothing to lose (RFC 5746 section 4.3).
  return [...accepted, ...refused.filter(({ ours }) => ours === 'client')]
}
