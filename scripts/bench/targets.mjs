/**
 * What is owed and what is aimed at, all of it in this file: ratios of medians within one run, and for imports
 * milliseconds. `npm run bench -- --check` fails where an owed figure is missed by more than a tenth.
 */

export const tolerance = 0.1

const beside = (reference, peer = 'sanstls/native') => ({ peer, reference })
const bulk = { ...beside('node:tls'), owed: 0.58, aim: 0.75 }
const overTcp = { ...beside('node:tls'), owed: 1, aim: 1.4 }

const ciphers = (peer) => beside('@noble/ciphers', peer)

export const targets = [
  { row: 'bulk over TCP, writes of 16 KiB', ...bulk },
  { row: 'bulk over TCP, writes of 64 KiB', ...bulk },
  { row: 'bulk over TCP to another process, writes of 16 KiB', ...bulk },
  { row: 'bulk over TCP to another process, writes of 64 KiB', ...bulk },
  { row: 'records of 16 KiB', ...beside('node:crypto calls'), owed: 0.85, aim: 0.95 },
  { row: 'full handshakes', ...beside('node:tls'), owed: 1.15, aim: 1.6 },
  { row: 'handshakes, chain known', ...beside('node:tls'), owed: 1.5, aim: 2.3 },
  { row: 'resumed handshakes', ...beside('node:tls'), owed: 1.1, aim: 1.6 },
  { row: 'full handshakes over TCP', ...overTcp },
  { row: 'handshakes over TCP, chain known', ...overTcp },
  { row: 'resumed handshakes over TCP', ...overTcp },
  { row: 'bursts of 64-byte writes over TCP', ...beside('node:tls'), owed: 0.8, aim: 1.1 },
  {
    row: 'round trips of 64 bytes over TCP',
    ...beside('node:tls'),
    owed: 1.3,
    aim: 1.1,
    lower: true,
  },
  { row: 'memory per idle pair', ...beside('node:tls'), owed: 0.35, aim: 0.2, lower: true },
  {
    row: 'full handshakes, pure, beside their primitives',
    ...beside('primitives', 'sanstls/noble'),
    owed: 0.85,
    aim: 0.95,
  },
  { row: 'AES-128-GCM, records of 64 bytes', ...ciphers('noble'), owed: 6, aim: 12 },
  { row: 'AES-128-GCM, records of 1350 bytes', ...ciphers('noble'), owed: 2, aim: 3 },
  { row: 'AES-128-GCM, records of 16384 bytes', ...ciphers('noble'), owed: 1.5, aim: 2 },
  { row: 'AES-128-GCM, records of 16384 bytes', ...ciphers('wasm'), owed: 2, aim: 5 },
  { row: 'ChaCha20-Poly1305, records of 16384 bytes', ...ciphers('wasm'), owed: 5, aim: 8 },
  {
    row: 'bulk in memory, without node:crypto',
    ...beside('node-forge', 'sanstls/noble'),
    owed: 4,
    aim: 6,
  },
  { row: 'full handshakes', ...beside('node-forge', 'sanstls/noble'), owed: 2, aim: 4 },
  { row: 'parsing two certificates', ...beside('pkijs', 'sanstls'), owed: 50, aim: 200 },
  { row: 'import, unbundled', peer: 'core and noble', owed: 60, aim: 50, lower: true },
  { row: 'import, bundled', peer: 'core and noble', owed: 35, aim: 25, lower: true },
]

/** Whether a figure is worse than `bound` by more than `slack`. */
export function misses({ lower }, value, bound, slack = 0) {
  return lower ? value > bound * (1 + slack) : value < bound * (1 - slack)
}
