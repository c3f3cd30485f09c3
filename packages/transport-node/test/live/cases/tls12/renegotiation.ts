/** Renegotiation (RFC 5746), started by either side, with data going on; and where one side does not want it. */
import { setImmediate as later, setTimeout as pause } from 'node:timers/promises'
import type { TlsConnection } from '@sanstls/transport-node'
import * as assert from 'uvu/assert'
import { authority, identity, trust } from '../../support/authority.js'
import { both } from '../../support/both.js'
import type { Case, Setting } from '../../support/live.js'
import { exchange, read } from '../../support/ours.js'
import type { PeerEnd, Prompted } from '../../support/peer.js'
import { faultOf, type Watch, watch } from '../../support/watch.js'

const area = 'renegotiation'
const noRenegotiation = 100
const cbc = 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256'
const renegotiation = { peerMayStart: true }

export function renegotiations(setting: Setting): readonly Case[] {
  return [...startedByUs(setting), ...startedByPeer(setting), ...forCertificates(setting)]
}

function startedByUs(setting: Setting): readonly Case[] {
  const needs = ['acceptsRenegotiation'] as const
  const theirs = { acceptRenegotiation: true }
  const ours = () => ({ renegotiation: { peerMayStart: false } })
  const crosses = setting.peer.client.features.has('takesCrossingData')
  return [
    ...both(setting, {
      area,
      item: 'ours, twice',
      needs,
      theirs,
      ours,
      async run(connection, end) {
        await exchange(connection, end)
        const bindings = [connection.channelBinding('tls-unique')]
        for (let time = 0; time < 2; time++) {
          const info = await connection.renegotiate()
          assert.is(info?.version.name, 'TLS 1.2')
          assert.is(info?.resumed, false)
          bindings.push(connection.channelBinding('tls-unique'))
          await exchange(connection, end)
        }
        assert.is(new Set(bindings.map((one) => Buffer.from(one ?? []).toString('hex'))).size, 3)
      },
    }),
    ...both(setting, {
      area,
      item: 'ours, amid data',
      needs,
      theirs,
      ours,
      async run(connection, end) {
        await exchange(connection, end)
        await amidLines(connection, end, async () => {
          assert.ok(await connection.renegotiate())
        })
        await exchange(connection, end)
      },
      // A client of ours sends nothing that could cross.
    }).filter(({ ours: role }) => role === 'client' || crosses),
    ...both(setting, {
      area,
      item: 'ours, under CBC',
      needs: [...needs, 'encryptThenMac'],
      theirs: { ...theirs, suites: [cbc] },
      ours: () => ({ ...ours(), suites: [cbc] }),
      async run(connection, end) {
        await exchange(connection, end)
        const info = await connection.renegotiate()
        assert.is(info?.tls12?.encryptThenMac, true)
        await exchange(connection, end)
      },
    }),
    ...both(setting, {
      area,
      item: 'ours, refused',
      needs: ['refusesRenegotiation'],
      theirs: { acceptRenegotiation: false },
      ours,
      async run(connection, end) {
        await exchange(connection, end)
        assert.is(await connection.renegotiate(), undefined)
        await exchange(connection, end)
        assert.is(await connection.renegotiate(), undefined)
        await exchange(connection, end)
      },
    }),
  ]
}

function startedByPeer(setting: Setting): readonly Case[] {
  const needs = ['renegotiates'] as const
  let seen = watch()
  const observing = () => {
    seen = watch()
    return { observe: seen.observe }
  }
  return [
    ...both(setting, {
      area,
      item: 'theirs, twice',
      needs,
      ours: () => ({ ...observing(), renegotiation }),
      async run(connection, end) {
        await exchange(connection, end)
        for (let time = 1; time <= 2; time++) {
          await prompt(connection, end.renegotiate?.())
          await renegotiated(seen, time)
          await exchange(connection, end)
        }
      },
    }),
    ...both(setting, {
      area,
      item: 'theirs, amid data',
      needs: [...needs, 'takesCrossingData'],
      ours: () => ({ ...observing(), renegotiation }),
      async run(connection, end) {
        await exchange(connection, end)
        await amidLines(connection, end, async () => {
          await prompt(connection, end.renegotiate?.())
          await renegotiated(seen, 1)
        })
        await exchange(connection, end)
      },
    }),
    ...both(setting, {
      area,
      item: 'theirs, refused',
      needs,
      ours: observing,
      async run(connection, end) {
        await exchange(connection, end)
        await prompt(connection, end.renegotiate?.())
        // We could go on. They hear it, and give up, each in its own way.
        await end.says(/no renegotiation|TLS warning alert/)
        assert.ok(seen.alerts.every((alert) => alert === noRenegotiation))
      },
    }),
    ...both(setting, {
      area,
      item: 'theirs, too often',
      needs,
      ours: () => ({ ...observing(), renegotiation: { ...renegotiation, limit: 1 } }),
      async run(connection, end) {
        await exchange(connection, end)
        await prompt(connection, end.renegotiate?.())
        await renegotiated(seen, 1)
        await exchange(connection, end)
        const failing = faultOf(connection.closed.then(() => undefined))
        await prompt(connection, end.renegotiate?.()).catch(() => {})
        assert.is((await failing).code, 'tooManyRenegotiations')
      },
    }),
  ]
}

function forCertificates(setting: Setting): readonly Case[] {
  const { crypto } = setting
  const item = 'to authenticate the client'
  const kind = 'ECDSA P-384'
  const cases: Case[] = []
  cases.push(
    ...both(setting, {
      area,
      item: `ours, ${item}`,
      needs: ['acceptsRenegotiation', 'clientCertificate'],
      theirs: { acceptRenegotiation: true, identity: identity(kind) },
      ours: () => ({ renegotiation, verify: trust(authority, crypto) }),
      async run(connection, end) {
        assert.is(connection.info.peer, undefined)
        await exchange(connection, end)
        const info = await connection.renegotiate({ clientAuthentication: 'require' })
        assert.equal(info?.peer?.chain[0], identity(kind).certificate.der)
        await exchange(connection, end)
      },
    }).filter(({ ours }) => ours === 'server'),
  )
  let seen = watch()
  cases.push(
    ...both(setting, {
      area,
      item: `theirs, ${item}`,
      needs: ['renegotiatesForCertificate'],
      theirs: {},
      ours() {
        seen = watch()
        const credentials = [identity(kind).credential(crypto)]
        return { observe: seen.observe, renegotiation, credentials }
      },
      async run(connection, end) {
        await exchange(connection, end)
        await prompt(connection, end.renegotiateForCertificate?.())
        await renegotiated(seen, 1)
        assert.ok(seen.messages.includes('sent CertificateVerify'))
        await exchange(connection, end)
      },
    }).filter(({ ours }) => ours === 'client'),
  )
  return cases
}

async function prompt(connection: TlsConnection, prompted: Prompted): Promise<void> {
  if (prompted === undefined) return
  await connection.write(new Uint8Array(Buffer.from(prompted.command)))
  assert.is((await read(connection, prompted.answer.length)).toString(), prompted.answer)
}

/**
 * Writes lines before, during and after something. Each goes by itself: programs that talk about a renegotiation do it in
 * the midst of what they have received.
 */
async function amidLines(
  connection: TlsConnection,
  end: PeerEnd,
  run: () => Promise<void>,
): Promise<void> {
  const lines: string[] = []
  const write = async () => {
    const line = `${1000 + lines.length} is the number of this line\n`
    lines.push(line)
    await connection.write(new Uint8Array(Buffer.from(line)))
    await later()
  }
  for (let line = 0; line < 20; line++) await write()
  let running = true
  const done = run().finally(() => {
    running = false
  })
  // Writing may fail first.
  done.catch(() => {})
  while (running || lines.length < 100) await write()
  await done
  if (end.echoes) {
    const text = lines.join('')
    assert.is((await read(connection, text.length)).toString(), text)
  } else for (const line of lines) await end.receives(line)
}

/** Both Finished of the handshake that came `times` handshakes after the first. */
async function renegotiated({ messages }: Watch, times: number): Promise<void> {
  const count = () => messages.filter((message) => message.endsWith(' Finished')).length
  while (count() < 2 * (times + 1)) await pause(5)
}
