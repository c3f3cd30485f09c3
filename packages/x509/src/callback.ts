/** The verification callback, after Erlang's verify_fun: it sees every certificate, and what was found. */
import type { Certificate } from './certificate.js'
import type { UnknownExtension } from './extension.js'
import type { CertificateFault } from './fault.js'

/** What the callback is told. The first certificates are those next to the anchor, the peer's comes last. */
export type CertificateEvent =
  /** A rule is broken. `accept` overlooks it, and the other rules are still checked; anything else fails. */
  | {
      readonly kind: 'badCertificate'
      readonly certificate: Certificate
      readonly depth: number
      readonly fault: CertificateFault
    }
  /** An extension is not understood here. `unknown` fails where it is critical, and else goes on. */
  | {
      readonly kind: 'extension'
      readonly certificate: Certificate
      readonly depth: number
      readonly extension: UnknownExtension
    }
  /** The certificate of an authority has passed every rule. `accept` and `unknown` go on. */
  | { readonly kind: 'valid'; readonly certificate: Certificate; readonly depth: number }
  /** The peer's certificate has passed every rule. `accept` and `unknown` go on. */
  | { readonly kind: 'validPeer'; readonly certificate: Certificate; readonly depth: number }

export interface Verdict<State = unknown> {
  readonly verdict: 'accept' | 'refuse' | 'unknown'
  /** The state from here on; left out, it stays as it is. */
  readonly state?: State
  /** For `refuse`: why, as part of the fault's message. */
  readonly reason?: string | undefined
}

export type VerifyCallback<State = unknown> = (
  event: CertificateEvent,
  state: State,
) => Verdict<State>
