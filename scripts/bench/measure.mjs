/** Interleaved measuring: each round runs every peer once, in alternating order; ratios are made within a round. */

/** Rates a second of `run` for each peer; `run` does `perCall` units. */
export async function rates(peers, { rounds, milliseconds, run, perCall = 1 }) {
  const results = new Map(peers.map((peer) => [peer.name, []]))
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? peers : [...peers].reverse()
    for (const peer of order) {
      const start = performance.now()
      let calls = 0
      let elapsed = 0
      do {
        await run(peer)
        calls++
        elapsed = performance.now() - start
      } while (elapsed < milliseconds)
      results.get(peer.name).push((calls * perCall * 1000) / elapsed)
    }
  }
  return results
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
