/** What the peer's hello says about versions: where it wants one that only others have, a test is not ours. */

const legacyVersion = 4
const [clientHello, serverHello] = [1, 2]
const supportedVersions = 43

/** The versions in a ClientHello or ServerHello, as on the wire, header included; undefined for other messages. */
export function helloVersions(type: number, bytes: Uint8Array): readonly number[] | undefined {
  if (type !== clientHello && type !== serverHello) return undefined
  const number16 = (at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
  const legacy = [number16(legacyVersion)]
  if (type === serverHello) return legacy
  // After the random: session id, cipher suites, compression methods.
  let at = legacyVersion + 2 + 32
  at += 1 + (bytes[at] ?? 0)
  at += 2 + number16(at)
  at += 1 + (bytes[at] ?? 0)
  for (at += 2; at + 4 <= bytes.length; at += 4 + number16(at + 2)) {
    if (number16(at) !== supportedVersions) continue
    const count = (bytes[at + 4] ?? 0) / 2
    return Array.from({ length: count }, (_, index) => number16(at + 5 + 2 * index))
  }
  return legacy
}
