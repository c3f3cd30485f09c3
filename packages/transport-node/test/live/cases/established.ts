/** What follows the handshake: much data, padding, key updates, and the end. */
import { setTimeout as pause } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { authority, identity, serverName } from '../support/authority.js'
import type { Case, Setting } from '../support/live.js'
import {
  type ClientChanges,
  dial,
  exchange,
  receive,
  type ServerChanges,
  send,
  serve,
} from '../support/ours.js'
import type { Feature, PeerEnd } from '../support/peer.js'
import type { Scope } from '../support/scope.js'
import { faultOf, watch } from '../support/watch.js'

type Connected = Awaited<ReturnType<typeof dial>>

/** A case for each role, which begins with an established connection. */
function both(
  { peer, crypto }: Setting,
  area: string,
  item: string,
  run: (ours: Connected, theirs: PeerEnd) => Promise<void>,
  changes: () => ClientChanges & ServerChanges = () => ({}),
): readonly Case[] {
  return [
    {
      area,
      item,
      ours: 'client',
      async run(scope: Scope) {
        const server = await peer.serve(scope, { identity: identity() })
        await run(await dial(scope, server.port, crypto, changes()), server)
      },
    },
    {
      area,
      item,
      ours: 'server',
      async run(scope: Scope) {
        const server = await serve(scope, crypto, changes())
        const client = peer.connect(scope, server.port, { trust: authority, serverName })
        await run(await server.accept(), client)
      },
    },
  ]
}

const large = 1_048_576

/** Digits in lines, so that a gap shows and no peer takes a letter for a command. */
function digits(length: number): Buffer {
  const lines: string[] = []
  for (let number = 0; lines.length * 100 < length; number++)
    lines.push(`${String(number).padStart(99, '0')}\n`)
  return Buffer.from(lines.join('').slice(0, length))
}

export function data(setting: Setting): readonly Case[] {
  const area = 'data'
  return [
    ...both(setting, area, '1 MiB each way', async (ours, theirs) => {
      await send(ours, theirs, digits(large))
      if (!theirs.echoes) await receive(ours, theirs, digits(large))
    }),
    ...both(
      setting,
      area,
      'padded records',
      async (ours, theirs) => {
        await exchange(ours, theirs)
        await send(ours, theirs, digits(100_000))
      },
      () => ({ recordPadding: (length: number) => -length & 1023 }),
    ),
  ]
}

const updates = (seen: readonly string[], direction: string) =>
  seen.filter((message) => message === `${direction} KeyUpdate`).length

/** A program that reads a command and data at once takes both for the command, so the data waits. */
async function heard(messages: readonly string[]): Promise<void> {
  while (updates(messages, 'received') === 0) await pause(5)
}

export function keyUpdates(setting: Setting): readonly Case[] {
  const { peer } = setting
  const area = 'KeyUpdate'
  const cases: Case[] = []
  const add = (
    item: string,
    run: (ours: Connected, theirs: PeerEnd, messages: readonly string[]) => Promise<void>,
  ) => {
    let seen = watch()
    const changes = () => {
      seen = watch()
      return { observe: seen.observe }
    }
    return both(setting, area, item, (ours, theirs) => run(ours, theirs, seen.messages), changes)
  }
  cases.push(
    ...add('ours', async (ours, theirs) => {
      await exchange(ours, theirs)
      for (let time = 0; time < 3; time++) {
        ours.updateKeys()
        await exchange(ours, theirs)
      }
    }),
    ...add('ours, theirs requested', async (ours, theirs, messages) => {
      await exchange(ours, theirs)
      ours.updateKeys(true)
      await exchange(ours, theirs)
      // The answer may come only with what the peer sends next.
      await exchange(ours, theirs)
      assert.is(updates(messages, 'received'), 1)
    }),
  )
  cases.push(
    ...add('ours, amid data', async (ours, theirs) => {
      // More often, and some call it an attack.
      for (let time = 0; time < 5; time++) {
        const sending = send(ours, theirs, digits(100_000))
        ours.updateKeys(time % 2 === 0)
        await sending
      }
      await exchange(ours, theirs)
    }),
  )
  const initiated = [
    ...add('theirs', async (ours, theirs, messages) => {
      await exchange(ours, theirs)
      theirs.updateKeys?.(false)
      await heard(messages)
      await exchange(ours, theirs)
      assert.is(updates(messages, 'received'), 1)
      assert.is(updates(messages, 'sent'), 0)
    }),
    ...add('theirs, ours requested', async (ours, theirs, messages) => {
      await exchange(ours, theirs)
      theirs.updateKeys?.(true)
      await heard(messages)
      await exchange(ours, theirs)
      await exchange(ours, theirs)
      assert.is(updates(messages, 'received'), 1)
      assert.is(updates(messages, 'sent'), 1)
    }),
  ]
  const able = (role: 'client' | 'server') => peer[role].features.has('keyUpdate')
  cases.push(...initiated.filter(({ ours }) => able(ours === 'client' ? 'server' : 'client')))
  return cases
}

export function closing(setting: Setting): readonly Case[] {
  const { peer } = setting
  const area = 'closing'
  const able = ({ ours }: Case, feature: Feature) =>
    peer[ours === 'client' ? 'server' : 'client'].features.has(feature)
  const answered = both(setting, area, 'close_notify from us, answered', async (ours, theirs) => {
    await exchange(ours, theirs)
    await ours.end()
    assert.is(await ours.read(), undefined)
    await ours.closed
  })
  const cases: Case[] = [
    ...answered.filter((one) => able(one, 'answersClose')),
    ...both(setting, area, 'truncation by the peer', async (ours, theirs) => {
      await exchange(ours, theirs)
      theirs.kill()
      const fault = await faultOf(ours.read())
      assert.is(fault.code, 'truncated')
    }),
  ]
  const closed = both(setting, area, 'close_notify from the peer', async (ours, theirs) => {
    await exchange(ours, theirs)
    theirs.close()
    assert.is(await ours.read(), undefined)
  })
  cases.push(...closed.filter((one) => able(one, 'closes')))
  const { truncation } = peer
  if (truncation !== undefined)
    cases.push(
      ...both(setting, area, 'truncation by us', async (ours, theirs) => {
        await exchange(ours, theirs)
        ours.abort()
        await theirs.says(truncation)
      }),
    )
  return cases
}
