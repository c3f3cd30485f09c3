/** The store in memory that servers may use for sessions of either version. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { OptionError } from '#src/fault.js'
import { tls12 } from '#src/handshake/tls12.js'
import { tls13 } from '#src/handshake/tls13.js'
import { createSessionStore } from '#src/session-store.js'
import { seededRandom } from '#src/testing.js'
import { connect, demand } from '../support/connect.js'

const test = suite('session store')

/** Each connection has randomness of its own, or session ids would repeat. */
let connections = 0
const fresh = () => ({ random: seededRandom(`server ${connections++}`) })

for (const version of [tls12, tls13]) {
  const versions = [version]

  test(`${version.name}: a session goes on; how often is up to the version`, () => {
    const store = createSessionStore()
    const tickets = { store, count: 1 }
    const first = connect({ versions }, { versions, tickets, ...fresh() }).run()
    const session = demand(first.client.sessions[0])
    assert.is(store.size, 1)
    const again = () => connect({ versions, session }, { versions, tickets, ...fresh() }).run()
    assert.is(again().server.info?.resumed, true)
    assert.is(again().server.info?.resumed, version === tls12)
  })

  test(`${version.name}: a session that was forgotten does not`, () => {
    const store = createSessionStore()
    const tickets = { store, count: 1 }
    const session = demand(
      connect({ versions }, { versions, tickets, ...fresh() }).run().client.sessions[0],
    )
    store.forget()
    const pair = connect({ versions, session }, { versions, tickets, ...fresh() }).run()
    assert.is(pair.server.info?.resumed, false)
    assert.is(pair.client.info?.resumed, false)
  })
}

test('no more are kept than there is room for, the newest', () => {
  const store = createSessionStore({ size: 2 })
  const take = (id: number) =>
    store.take !== 'decide' &&
    store.take({ kind: 'session', ticket: Uint8Array.of(id), once: false, time: 5 })
  for (const id of [1, 2, 3]) store.save(Uint8Array.of(id), Uint8Array.of(id, id), 10)
  assert.is(store.size, 2)
  assert.equal([take(1), take(2), take(3)], [undefined, Uint8Array.of(2, 2), Uint8Array.of(3, 3)])
})

test('one that has expired is forgotten at the look-up', () => {
  const store = createSessionStore()
  const ticket = Uint8Array.of(1)
  const at = (time: number) =>
    store.take !== 'decide' && store.take({ kind: 'session', ticket, once: false, time })
  store.save(ticket, Uint8Array.of(7), 10)
  assert.equal(at(9), Uint8Array.of(7))
  assert.is(at(10), undefined)
  assert.is(store.size, 0)
})

test('a size that is none is refused', () => {
  for (const size of [0, 1.5, Number.NaN])
    assert.throws(
      () => createSessionStore({ size }),
      (error: unknown) => error instanceof OptionError && error.option === 'size',
    )
})

test.run()
