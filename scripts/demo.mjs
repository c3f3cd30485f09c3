// The demonstration: a place holder until there is something to demonstrate.
console.error('demo: nothing to show yet')
process.exitCode = 1
