import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ServerConfig } from '#src/config.js'
import type { ExternalPsk } from '#src/decision.js'
import { OptionError } from '#src/fault.js'
import type { Session } from '#src/session.js'
import { nullCrypto } from '#src/testing.js'
import { clientCredential, connect, demand, text } from '../support/connect.js'
import { expectRefusal } from '../support/outcome.js'

const identity = text('nobody')

// RFC 9846 7.1: without a PSK the schedule begins with zeros, which is a key that everybody has.
test('a looked-up PSK without a key is not a PSK of zeros', () => {
  const zeros = { identity, key: new Uint8Array(nullCrypto.hashes[0]?.outputLength ?? 32) }
  for (const key of [undefined, null, new Uint8Array(0), new Uint8Array(15)]) {
    const found = { identity, key } as unknown as ExternalPsk
    for (const lookupPsk of [() => found, 'decide'] as const) {
      const pair = connect({ psks: [zeros] }, { lookupPsk, requirePsk: true })
      pair.runAnswering((_, side) => side.answer('psk', found))
      expectRefusal(pair, 'server', 'policyFailed', 'internalError')
    }
  }
})

// The same at a client: an attacker on the way could finish a handshake under zeros.
test('a session without its key is refused', () => {
  const tickets = {
    keys: { keys: [{ name: new Uint8Array(16).fill(1), key: new Uint8Array(32).fill(2) }] },
  }
  const session = demand(connect({}, { tickets }).run().client.sessions[0])
  const damaged: Readonly<Record<string, unknown>> = {
    secret: JSON.parse(JSON.stringify(session.secret)),
    ticket: new Uint8Array(0),
    ageAdd: -1,
    received: Number.NaN,
    expires: undefined,
    maxEarlyData: '0',
  }
  for (const name in damaged)
    assert.throws(
      () => connect({ session: { ...session, [name]: damaged[name] } as Session }),
      (error: unknown) => error instanceof OptionError && error.option === `session.${name}`,
    )
  assert.throws(() => connect({ session: { ...session, secret: undefined } as never }))
})

test('a promise is no answer, at once or later', () => {
  const promise = Promise.resolve({}) as never
  const inline = connect({}, { configure: () => promise }).run()
  expectRefusal(inline, 'server', 'policyFailed', 'internalError')
  const late = connect({}, { configure: 'decide' }).run()
  late.server.answer('configure', promise)
  late.run()
  expectRefusal(late, 'server', 'policyFailed', 'internalError')
})

test('answers of a wrong form end the connection, naming what is wrong', () => {
  const wrongAnswers: readonly (readonly [string, Parameters<typeof connect>])[] = [
    ['verify', [{ verify: () => undefined as never }]],
    ['verify', [{ verify: () => ({ ok: false, code: '', message: '', alert: 0 }) }]],
    [
      'verify',
      [{ verify: () => ({ ok: true, publicKey: text('x'), expires: Number.POSITIVE_INFINITY }) }],
    ],
    ['configure', [{}, { configure: () => undefined as never }]],
    ['configure', [{}, { configure: () => ({ refuse: '', alert: 256 }) }]],
    ['credential', [{}, { credentials: () => ({ ...clientCredential, key: {} as never }) }]],
  ]
  for (const [kind, options] of wrongAnswers) {
    const pair = connect(...options).run()
    const side = options[1] === undefined ? pair.client : pair.server
    assert.is(side.fault?.code, 'policyFailed')
    assert.match(side.fault?.detail ?? '', new RegExp(`^${kind}: `))
  }
})

test('a decision of another kind is not the one that is open', () => {
  const server: Partial<ServerConfig> = { configure: 'decide', credentials: 'decide' }
  const pair = connect({}, server).run()
  const [decision] = pair.server.decisions
  if (decision === undefined) return assert.unreachable()
  const other = { ...decision, kind: 'replay' as const }
  assert.throws(() => pair.server.connection.answer(other as never, true as never), /not open/)
})

test.run()
