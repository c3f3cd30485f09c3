/**
 * A protocol version is a value that carries its code, so that a bundle holds only the versions that are named.
 * The hello stage is common to all of them: it builds and reads hellos, then hands over to the version chosen.
 */

import type { ExportedConnection } from '../exported.js'
import type { Settings } from '../options.js'
import type { ClientVersion } from './client/hello.js'
import type { Context, State } from './context.js'
import type { ServerVersion } from './server/hello.js'

/** A version as its layer has it on the wire and calls it. */
export function spokenVersion(
  { id, name }: Version,
  { layer: { traits } }: Context,
): { readonly id: number; readonly name: string } {
  return { id: traits.wireVersion(id), name: traits.namePrefix + name }
}

export interface Version {
  /** The IANA number for TLS; layers map it to their wire. */
  readonly id: number
  readonly name: string
  readonly client: ClientVersion
  readonly server: ServerVersion
  /** Goes on with an exported connection: installs its keys, and returns the state after the handshake. */
  restore(exported: ExportedConnection, settings: Settings, context: Context): State
}
