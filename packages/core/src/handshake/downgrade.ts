/**
 * The downgrade sentinel (RFC 9846 4.2.3): a server that chooses an older version than it could writes so into the last
 * eight bytes of its random, which its signature or Finished covers.
 */
import { copyBytes, equal } from '../bytes.js'
import { Fault } from '../fault.js'
import { protocolVersion } from '../wire/registry.js'
import type { Context } from './context.js'
import type { SpokenVersion } from './version.js'

/** DOWNGRD, before the byte that tells TLS 1.2 (1) from older versions (0). */
const sentinel = Uint8Array.of(0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44)
const start = 24

/** The server's random for the version that was chosen. */
export function serverRandom(
  chosen: SpokenVersion,
  versions: readonly SpokenVersion[],
  context: Context,
): Uint8Array {
  const random = context.random(32)
  if (newestVersion(versions).id <= chosen.id) return random
  // A copy: the source may hand out memory of its own.
  const marked = copyBytes(random)
  marked.set(sentinel, start)
  marked[start + sentinel.length] = chosen.id === protocolVersion.tls12 ? 1 : 0
  return marked
}

/** Refuses a server's random that says that it could do better, where we could as well. @throws {Fault} */
export function checkDowngrade(
  random: Uint8Array,
  chosen: SpokenVersion,
  versions: readonly SpokenVersion[],
): void {
  if (newestVersion(versions).id <= chosen.id) return
  const end = start + sentinel.length
  if (equal(random.subarray(start, end), sentinel) && (random[end] ?? 2) <= 1)
    throw new Fault('downgradeDetected', `to ${chosen.name}`)
}

export function newestVersion<V extends SpokenVersion>(versions: readonly V[]): V {
  return versions.reduce((best, version) => (version.id > best.id ? version : best))
}
