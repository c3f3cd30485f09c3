/** What follows the handshake: much data, padding, key updates, and the end. */
import { setTimeout as pause } from 'node:timers/promises'
import type { TlsConnection } from '@sanstls/transport-node'
import * as assert from 'uvu/assert'
import { both } from '../support/both.js'
import type { Case, Setting } from '../support/live.js'
import { exchange, receive, send } from '../support/ours.js'
import type { Feature, PeerEnd } from '../support/peer.js'
import { faultOf, watch } from '../support/watch.js'

const large = 1_048_576

/** Digits in lines, so that a gap shows and no peer takes a letter for a command. */
export function digits(length: number): Buffer {
  const lines: string[] = []
  for (let number = 0; lines.length * 100 < length; number++)
    lines.push(`${String(number).padStart(99, '0')}\n`)
  return Buffer.from(lines.join('').slice(0, length))
}

export function data(setting: Setting): readonly Case[] {
  return both(setting, {
    area: 'data',
    item: '1 MiB each way',
    async run(ours, theirs) {
      await send(ours, theirs, digits(large))
      if (!theirs.echoes) await receive(ours, theirs, digits(large))
    },
  })
}

export function paddedRecords(setting: Setting): readonly Case[] {
  return both(setting, {
    area: 'data',
    item: 'padded records',
    ours: () => ({ recordPadding: (length: number) => -length & 1023 }),
    async run(ours, theirs) {
      await exchange(ours, theirs)
      await send(ours, theirs, digits(100_000))
    },
  })
}

const updates = (seen: readonly string[], direction: string) =>
  seen.filter((message) => message === `${direction} KeyUpdate`).length

/** A program that reads a command and data at once takes both for the command, so the data waits. */
async function heard(messages: readonly string[]): Promise<void> {
  while (updates(messages, 'received') === 0) await pause(5)
}

export function keyUpdates(setting: Setting): readonly Case[] {
  const area = 'KeyUpdate'
  const add = (
    item: string,
    run: (ours: TlsConnection, theirs: PeerEnd, messages: readonly string[]) => Promise<void>,
    needs: readonly Feature[] = [],
  ) => {
    let seen = watch()
    return both(setting, {
      area,
      item,
      needs,
      ours() {
        seen = watch()
        return { observe: seen.observe }
      },
      run: (ours, theirs) => run(ours, theirs, seen.messages),
    })
  }
  const theirs: readonly Feature[] = ['keyUpdate']
  return [
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
    ...add('ours, amid data', async (ours, theirs) => {
      // More often, and some call it an attack.
      for (let time = 0; time < 5; time++) {
        const sending = send(ours, theirs, digits(100_000))
        ours.updateKeys(time % 2 === 0)
        await sending
      }
      await exchange(ours, theirs)
    }),
    ...add(
      'theirs',
      async (ours, theirs, messages) => {
        await exchange(ours, theirs)
        theirs.updateKeys?.(false)
        await heard(messages)
        await exchange(ours, theirs)
        assert.is(updates(messages, 'received'), 1)
        assert.is(updates(messages, 'sent'), 0)
      },
      theirs,
    ),
    ...add(
      'theirs, ours requested',
      async (ours, theirs, messages) => {
        await exchange(ours, theirs)
        theirs.updateKeys?.(true)
        await heard(messages)
        await exchange(ours, theirs)
        await exchange(ours, theirs)
        assert.is(updates(messages, 'received'), 1)
        assert.is(updates(messages, 'sent'), 1)
      },
      theirs,
    ),
  ]
}

export function closing(setting: Setting): readonly Case[] {
  const area = 'closing'
  const { truncation } = setting.peer
  return [
    ...both(setting, {
      area,
      item: 'close_notify from us, answered',
      needs: ['answersClose'],
      async run(ours, theirs) {
        await exchange(ours, theirs)
        await ours.end()
        assert.is(await ours.read(), undefined)
        await ours.closed
      },
    }),
    ...both(setting, {
      area,
      item: 'truncation by the peer',
      async run(ours, theirs) {
        await exchange(ours, theirs)
        theirs.kill()
        const fault = await faultOf(ours.read())
        assert.is(fault.code, 'truncated')
      },
    }),
    ...both(setting, {
      area,
      item: 'close_notify from the peer',
      needs: ['closes'],
      async run(ours, theirs) {
        await exchange(ours, theirs)
        theirs.close()
        assert.is(await ours.read(), undefined)
      },
    }),
    ...(truncation === undefined
      ? []
      : both(setting, {
          area,
          item: 'truncation by us',
          async run(ours, theirs) {
            await exchange(ours, theirs)
            ours.abort()
            await theirs.says(truncation)
          },
        })),
  ]
}
