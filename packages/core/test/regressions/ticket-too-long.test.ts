/** A server that gives a ticket so long that no ClientHello has room for it must not spoil the client's next connection. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OptionError } from '#src/fault.js'
import { tls12 } from '#src/handshake/tls12.js'
import { tls13 } from '#src/handshake/tls13.js'
import { longestTicket, type Session } from '#src/session.js'
import { editWith } from '#src/testing.js'
import { newSessionTicket } from '#src/wire/message.js'
import { newSessionTicket12 } from '#src/wire/message12.js'
import { messageType } from '#src/wire/registry.js'
import { connect, connectToScript, demand } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { ticketKeys } from '../support/tls12.js'

const tickets = { keys: ticketKeys, count: 1 }

for (const version of [tls12, tls13]) {
  const options = { versions: [version] }

  /** The sessions of a client whose server gives a ticket of this length. */
  const sessionsWith = (length: number): readonly Session[] => {
    const ticket = new Uint8Array(length).fill(7)
    const type = messageType.newSessionTicket
    const script =
      version === tls12
        ? editWith(type, newSessionTicket12, (message) => ({ ...message, ticket }))
        : editWith(type, newSessionTicket, (message) => ({ ...message, ticket }))
    const { pair } = connectToScript(script, options, { ...options, tickets })
    expectEstablished(pair.run())
    return pair.client.sessions
  }

  test(`${version.name}: it is ignored`, () => {
    assert.is(sessionsWith(longestTicket + 1).length, 0)
    assert.is(sessionsWith(65_000).length, 0)
  })

  test(`${version.name}: the longest that is not can be offered`, () => {
    const session = demand(sessionsWith(longestTicket)[0])
    expectEstablished(connect({ ...options, session }, { ...options, tickets }).run())
    // Who kept a longer one is told when the connection is made.
    const longer = { ...session, ticket: new Uint8Array(longestTicket + 1) }
    assert.throws(
      () => connect({ ...options, session: longer }),
      (error: unknown) => error instanceof OptionError && error.option === 'session.ticket',
    )
  })
}

test.run()
