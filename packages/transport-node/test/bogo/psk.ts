/** The pre-shared keys of TLS 1.2 that tests name (RFC 4279). */
import type { ExternalPsk, PskHintQuestion } from '@sanstls/core'
import { latin1 } from './bytes.js'
import { expectSame } from './checks.js'
import type { Flags } from './flags.js'

export function knownPsk(flags: Flags): ExternalPsk | undefined {
  if (flags.psk === undefined) return undefined
  return {
    identity: latin1(flags['psk-identity']),
    key: latin1(flags.psk),
    version: 'tls12',
    dangerouslyShort: true,
  }
}

/** The runner's servers give the identity as their hint. */
export function pskFor({ hint }: PskHintQuestion, flags: Flags): ExternalPsk | undefined {
  const found = hint === undefined ? undefined : Buffer.from(hint).toString('latin1')
  expectSame(found, flags['psk-identity'], "the server's hint")
  return knownPsk(flags)
}
