import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { noBytes } from '#src/bytes.js'
import type { ExternalPsk } from '#src/decision.js'
import { OptionError } from '#src/fault.js'
import { tls12 } from '#src/handshake/tls12.js'
import { connect } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'

const key = new Uint8Array(16).fill(7)
const psk: ExternalPsk = { identity: noBytes, key, version: 'tls12' }

test('a PSK of TLS 1.2 may have an empty identity (RFC 4279 section 2)', () => {
  for (const suite of [
    'TLS_PSK_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256',
  ]) {
    const common = { versions: [tls12], suites: [suite] }
    const pair = connect(
      { ...common, choosePsk: () => psk },
      { ...common, psks: [psk], credentials: [] },
    )
    expectEstablished(pair.run())
    assert.equal(pair.server.info?.pskIdentity, noBytes)
  }
})

test('one of TLS 1.3 may not (RFC 9846 4.3.11)', () => {
  for (const version of [{}, { version: 'tls13' }] as const)
    assert.throws(
      () => connect({ psks: [{ identity: noBytes, key, ...version }] }),
      (thrown: unknown) => thrown instanceof OptionError && thrown.option === 'psks.identity',
    )
})

test.run()
