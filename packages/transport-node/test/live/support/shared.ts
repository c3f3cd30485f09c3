/** Servers of a peer's that many cases connect to, one after the other: starting one takes longer than a handshake. */
import type { Peer, PeerOptions, PeerServer } from './peer.js'
import type { Scope } from './scope.js'

const servers = new Map<string, Promise<PeerServer>>()
const cleanUps: (() => void)[] = []
const scope: Scope = { defer: (cleanUp) => cleanUps.unshift(cleanUp), describe: () => {} }

/**
 * The server of this name, started with these options where there is none yet. What it says is of all of its connections, so that
 * only what it receives can be waited for.
 */
export function sharedServer(
  peer: Peer,
  name: string,
  options: () => PeerOptions,
): Promise<PeerServer> {
  const server = servers.get(name) ?? peer.serve(scope, options())
  servers.set(name, server)
  return server
}

/** When the cases are over. */
export function closeShared(): void {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
  servers.clear()
}
