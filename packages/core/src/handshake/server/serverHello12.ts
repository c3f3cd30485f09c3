/** TLS 1.2, server: what full and abbreviated handshakes answer alike in ServerHello. */
import { ascii } from '../../bytes.js'
import type { Context } from '../context.js'
import type { Settled } from './hello12.js'
import { recordSizes } from './recordSizes.js'

export function answerAlpn({ alpn }: Settled): { readonly alpn?: readonly Uint8Array[] } {
  return alpn === undefined ? {} : { alpn: [ascii(alpn)] }
}

/** Also sets the limits, which hold from ServerHello on (RFC 8449 section 4, RFC 6066 section 4). */
export function answerRecordSizes(
  { received, settings }: Settled,
  { layer }: Context,
): { readonly recordSizeLimit?: number; readonly maxFragmentLength?: number } {
  const sizes = recordSizes(received.extensions, settings.config.recordSizeLimit, 0)
  const { send, receive, ...answers } = sizes
  if (send !== undefined) layer.setSendLimit(send)
  if (receive !== undefined) layer.setReceiveLimit(receive)
  return answers
}
