/** Which connections share sessions: those that trust the same, and are the same to the server. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientOptions } from '#src/base/options.js'
import { sessionKey } from '#src/base/sessions.js'

const sessions = suite('sessions')

const psk = (first: number) => ({ identity: Uint8Array.of(first), key: new Uint8Array(32) })

sessions('options that decide who is trusted, or who one is, tell sessions apart', () => {
  const differing: readonly ClientOptions[] = [
    {},
    { serverName: 'a.example' },
    { sessionContext: 'b' },
    { verify: 'decide' },
    { ca: 'c' },
    { cert: 'd' },
    { credentials: 'decide' },
    // A session that began with a PSK stands for its owner, and says nothing where there are no PSKs.
    { psks: [psk(1)] },
    { psks: [psk(2)] },
    { choosePsk: 'decide' },
    { choosePsk: () => psk(1) },
  ]
  const keys = differing.map((options) => sessionKey('peer', options))
  assert.is(new Set(keys).size, keys.length)
  for (const options of differing) {
    assert.is(sessionKey('peer', { ...options }), sessionKey('peer', options))
    assert.is.not(sessionKey('another', options), sessionKey('peer', options))
  }
})

sessions.run()
