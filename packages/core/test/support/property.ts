import fc from 'fast-check'

const defaultSeed = 20261120

/**
 * Makes the property tests of a file repeatable: the seed comes from SANSTLS_SEED and the number
 * of runs from SANSTLS_RUNS. Call it once, before the first property. On failure fast-check
 * prints the seed and the path to the counterexample.
 */
export function configure(): void {
  // 'all' is for suites of fixed vectors, and leaves properties at their default.
  const runs = Number(process.env.SANSTLS_RUNS)
  fc.configureGlobal({
    seed: Number(process.env.SANSTLS_SEED ?? defaultSeed),
    ...(Number.isInteger(runs) && runs > 0 ? { numRuns: runs } : {}),
  })
}
