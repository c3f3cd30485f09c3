/** A ticket of a store serves once, and was spent on the ClientHello that got a HelloRetryRequest. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { connect, demand } from '../support/connect.js'
import { ticketStore } from '../support/scenarios.js'

test('a session out of a store resumes behind a HelloRetryRequest', () => {
  const tickets = { store: ticketStore() }
  const [session] = connect({}, { tickets }).run().client.sessions
  const pair = connect({ session: demand(session), keyShares: [] }, { tickets }).run()
  assert.is(pair.server.info?.helloRetried, true)
  assert.is(pair.server.info?.resumed, true)
  assert.is(pair.client.info?.resumed, true)
})

test.run()
