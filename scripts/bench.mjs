// The benchmarks: a place holder until there is something to measure.
console.error('bench: nothing to measure yet')
process.exitCode = 1
