import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { type Pair, type Side, trustEveryone } from '#src/testing.js'
import { clientCredential, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { connect12 } from '../support/tls12.js'
import type { Role } from './facing.js'

export const renegotiation = { peerMayStart: true }
export const meanwhile = { renegotiation: { ...renegotiation, sendMeanwhile: true } }

export function connected(
  client: Partial<ClientConfig> = {},
  server: Partial<ServerConfig> = {},
): Pair {
  const pair = connect12({ renegotiation, ...client }, { renegotiation, ...server }).run()
  expectEstablished(pair)
  return pair
}

export function count(side: Side, kind: string): number {
  return side.events.filter((event) => event.kind === kind).length
}

/** Data still goes both ways. */
export function expectAlive(pair: Pair): void {
  expectEstablished(pair)
  for (const [from, to] of [
    [pair.client, pair.server],
    [pair.server, pair.client],
  ] as const) {
    const had = to.data.length
    from.send(text('alive'))
    pair.run()
    assert.equal(to.data.subarray(had), text('alive'))
  }
}

export function expectRenegotiated(pair: Pair, times = 1): void {
  expectAlive(pair)
  for (const side of [pair.client, pair.server]) {
    assert.is(count(side, 'renegotiated'), times, side.connection.role)
    assert.is(count(side, 'established'), 1)
    assert.is(side.connection.state, 'connected')
  }
}

/** A server that waits for the verification of the client's certificate: the client has sent its Finished. */
export function halfway(server: Partial<ServerConfig> = {}): Pair {
  const pair = connected({ credentials: [clientCredential] }, { verify: 'decide', ...server })
  pair.server.connection.renegotiate({ clientAuthentication: 'require' })
  pair.run()
  assert.is(pair.server.decisions[0]?.kind, 'verify')
  assert.is(pair.client.connection.state, 'waitFinished')
  return pair
}

export function answerVerify(pair: Pair, role: Role): void {
  const decision = pair[role].decisions.find(({ kind }) => kind === 'verify')
  if (decision?.kind !== 'verify') throw new Error('no verify decision is open')
  pair[role].answer('verify', trustEveryone(decision))
  pair.run()
}
