/**
 * A protocol version is a value that carries its code, so that a bundle holds only the versions that are named, and of
 * these only the role that is. The hello stage is common to all of them: it builds and reads hellos, then hands over to
 * the version chosen.
 */

import type { ExportedConnection } from '../exported.js'
import type { ClientSettings, ServerSettings } from '../options.js'
import type { ClientVersion } from './client/hello.js'
import type { Context, State } from './context.js'
import { named } from './named.js'
import type { ServerVersion } from './server/hello.js'

/** What a version is called, whoever speaks it. */
export interface SpokenVersion {
  /** The IANA number for TLS; layers map it to their wire. */
  readonly id: number
  readonly name: string
}

/** A version as its layer has it on the wire and calls it. */
export function spokenVersion(
  version: SpokenVersion,
  { layer: { traits } }: Context,
): SpokenVersion {
  const { id, name } = version
  if (traits.wireVersion(id) === id && traits.namePrefix === '') return named(version)
  return { id: traits.wireVersion(id), name: traits.namePrefix + name }
}

/** A version as clients speak it. */
export interface VersionForClients extends SpokenVersion {
  readonly client: ClientVersion
  /** Goes on with an exported connection: installs its keys, and returns the state after the handshake. */
  restoreClient(exported: ExportedConnection, settings: ClientSettings, context: Context): State
}

/** A version as servers speak it. */
export interface VersionForServers extends SpokenVersion {
  readonly server: ServerVersion
  /** As `restoreClient`. */
  restoreServer(exported: ExportedConnection, settings: ServerSettings, context: Context): State
}

export interface Version extends VersionForClients, VersionForServers {}
