import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createClient } from '#src/client.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { OptionError } from '#src/fault.js'
import type { SigningKey } from '#src/index.js'
import { createServer } from '#src/server.js'
import { nullCredential } from '#src/testing.js'
import {
  clientConfig,
  clientCredential,
  connect,
  demand,
  serverConfig,
  serverCredential,
  text,
} from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'

const now = { monotonic: 0, unix: 1_800_000_000_000 }
const tickets = {
  keys: { keys: [{ name: new Uint8Array(16).fill(1), key: new Uint8Array(32).fill(2) }] },
}
const psk = { identity: text('identity'), key: new Uint8Array(32).fill(7) }

function spki({ key }: { readonly key: SigningKey | 'decide' }): Uint8Array {
  if (key === 'decide') throw new Error('a key is needed')
  return key.publicKey.spki
}

/** Whatever a caller without types may pass. */
function client(options: Record<string, unknown>): void {
  createClient({ ...clientConfig(), ...options } as ClientConfig, now)
}

// The mere presence of `dangerouslyAcceptAnyPeer` switched verification off, whatever its value.
test('a pin beside `dangerouslyAcceptAnyPeer: false` is refused, and does not accept anyone', () => {
  for (const dangerouslyAcceptAnyPeer of [false, undefined, true]) {
    const verify = { pinnedKeys: [spki(nullCredential({ name: 'x' }))], dangerouslyAcceptAnyPeer }
    assert.throws(
      () => client({ verify }),
      (error: unknown) => error instanceof OptionError && error.option === 'verify',
    )
    assert.throws(
      () => createServer({ ...serverConfig(), verify } as unknown as ServerConfig, now),
      (error: unknown) => error instanceof OptionError && error.option === 'verify',
    )
  }
})

test('a pin holds for a resumption too', () => {
  const session = demand(connect({}, { tickets }).run().client.sessions[0])
  const pinned = { pinnedKeys: [spki(serverCredential)] }
  const resumed = connect({ session, verify: pinned }, { tickets }).run()
  expectEstablished(resumed)
  assert.ok(resumed.client.info?.resumed)
  const other = { pinnedKeys: [spki(nullCredential({ name: 'other.example' }))] }
  assert.throws(
    () => client({ session, verify: other }),
    (error: unknown) => error instanceof OptionError && error.option === 'session',
  )
})

test("a server's pin holds for a resumption too: the client authenticates itself anew", () => {
  const pinned = (credential: typeof clientCredential) => ({
    tickets,
    clientAuthentication: 'require' as const,
    verify: { pinnedKeys: [spki(credential)] },
  })
  const options = { credentials: [clientCredential] }
  const first = connect(options, pinned(clientCredential)).run()
  const session = demand(first.client.sessions[0])
  assert.ok(connect({ ...options, session }, pinned(clientCredential)).run().server.info?.resumed)
  const later = connect({ ...options, session }, pinned(nullCredential({ name: 'x' }))).run()
  assert.is(later.server.info, undefined)
  assert.is(later.server.fault?.code, 'certificateRejected')
})

test('a session that a PSK began does not stand for a certificate', () => {
  const first = connect({ psks: [psk] }, { psks: [psk], tickets }).run()
  const session = demand(first.client.sessions[0])
  assert.is(session.peer, undefined)
  expectEstablished(connect({ psks: [psk], session }, { psks: [psk], tickets }).run())
  assert.throws(
    () => client({ session }),
    (error: unknown) => error instanceof OptionError && error.option === 'session',
  )
})

test.run()
