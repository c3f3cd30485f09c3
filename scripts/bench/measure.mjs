/** Interleaved measuring: each round runs every peer once, in alternating order; ratios are made within a round. */

/** Milliseconds: of the clock, or of the processor's time that this process has used, which other processes disturb less. */
export const clocks = {
  wall: () => performance.now(),
  cpu() {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  },
}

/**
 * Milliseconds of handshakes before the first that counts: the engine compiles the protocol's many functions well only
 * after some thousand of them, as in a program that runs for a while.
 */
export const handshakeWarmUp = ({ milliseconds }) => 8 * milliseconds

/** The same for bulk, where each record runs the same functions: what is slow at first is over after a second. */
export const bulkWarmUp = ({ milliseconds }) => 2 * milliseconds

/** Rates a second of `run` for each peer; `run` does `perCall` units. `warmUp`: milliseconds before the first round. */
export async function rates(
  peers,
  { rounds, milliseconds, clock, run, perCall = 1, warmUp = milliseconds / 2 },
) {
  const results = new Map(peers.map((peer) => [peer.name, []]))
  // What is compiled and loaded on first use is not to count.
  for (const peer of peers) await measure(peer, run, clock, warmUp)
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? peers : [...peers].reverse()
    for (const peer of order) {
      const perMillisecond = await measure(peer, run, clock, milliseconds)
      results.get(peer.name).push(perMillisecond * perCall * 1000)
    }
  }
  return results
}

async function measure(peer, run, clock, milliseconds) {
  const start = clock()
  let calls = 0
  let elapsed = 0
  do {
    await run(peer)
    calls++
    elapsed = clock() - start
  } while (elapsed < milliseconds)
  return calls / elapsed
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The median over rounds of a peer's figure through the reference's in the same round. */
export function ratio(results, peer, reference) {
  const theirs = results.get(reference)
  return median(results.get(peer).map((value, round) => value / theirs[round]))
}
