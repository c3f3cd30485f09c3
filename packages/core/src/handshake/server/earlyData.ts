/** Whether early data is taken (RFC 9846 4.3.10, section 8). Whatever is in doubt is refused. */
import { ask, type Context, type Step } from '../context.js'
import type { Negotiated } from './hello13.js'

const defaultWindow = 10_000

export function decideEarlyData(
  negotiated: Negotiated,
  context: Context,
  then: (accepted: boolean) => Step,
): Step {
  const { settings, psk } = negotiated
  const { earlyData } = settings.config
  if (earlyData === undefined || psk === undefined || !mayAccept(negotiated, context))
    return then(false)
  return ask(
    {
      kind: 'replay',
      identifier: psk.binder,
      expires: context.time.unix + (earlyData.window ?? defaultWindow) * 2,
    },
    earlyData.replay,
    // Anything but true, undefined included, is a refusal: the store may be down.
    (accepted: boolean) => then(accepted === true),
  )
}

function mayAccept(negotiated: Negotiated, context: Context): boolean {
  const { received, psk, suite, helloRetried, alpn, settings } = negotiated
  const session = psk?.session
  if (received.extensions.earlyData === undefined || helloRetried) return false
  // Only the first PSK, and only what the ticket allowed.
  if (psk?.index !== 0 || session === undefined || session.maxEarlyData === 0) return false
  if (session.suite !== suite.id || session.alpn !== alpn) return false
  if ((settings.config.clientAuthentication ?? 'none') === 'require' && session.peer === undefined)
    return false
  // RFC 9846 8.3: the client's view of the ticket's age must agree with ours.
  const claimed = (psk.obfuscatedTicketAge - session.ageAdd + 2 ** 32) % 2 ** 32
  const actual = context.time.unix - session.issued
  return Math.abs(actual - claimed) <= (settings.config.earlyData?.window ?? defaultWindow)
}
