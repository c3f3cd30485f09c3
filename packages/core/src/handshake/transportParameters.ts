/** QUIC transport parameters go along in ClientHello and EncryptedExtensions (RFC 9001 8.2). */
import { copyBytes } from '../bytes.js'
import { Fault } from '../fault.js'
import type { Context } from './context.js'

/** @throws {Fault} where they are missing over QUIC, or present elsewhere. */
export function takeParameters(received: Uint8Array | undefined, context: Context): void {
  const expected = context.layer.transportParameters !== undefined
  if (received === undefined) {
    if (expected) throw new Fault('missingExtension', 'quic_transport_parameters')
    return
  }
  if (!expected) throw new Fault('unsolicitedExtension', 'quic_transport_parameters without QUIC')
  context.emit({ kind: 'transportParameters', bytes: copyBytes(received) })
}
