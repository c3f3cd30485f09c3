/** Lines of SSLKEYLOGFILE (RFC 9850), made only where somebody looks. */
import { hex } from '../bytes.js'
import type { Context } from './context.js'

export type KeylogLabel =
  | 'CLIENT_EARLY_TRAFFIC_SECRET'
  | 'EARLY_EXPORTER_SECRET'
  | 'CLIENT_HANDSHAKE_TRAFFIC_SECRET'
  | 'SERVER_HANDSHAKE_TRAFFIC_SECRET'
  | 'CLIENT_TRAFFIC_SECRET_0'
  | 'SERVER_TRAFFIC_SECRET_0'
  | 'EXPORTER_SECRET'
  | 'CLIENT_RANDOM'

export function keylog(
  context: Context,
  label: KeylogLabel,
  clientRandom: Uint8Array,
  secret: Uint8Array,
): void {
  if (!context.observed) return
  context.observe({ kind: 'keylog', line: `${label} ${hex(clientRandom)} ${hex(secret)}` })
}
