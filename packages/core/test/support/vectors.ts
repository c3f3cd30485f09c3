import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/**
 * A file of published test vectors; undefined, with a line that says so, where it is not there. They are looked for in
 * SANSTLS_VECTORS, relative to the root of the repository.
 */
export function readVectors(path: string): Uint8Array | undefined {
  const file = resolve(root, process.env.SANSTLS_VECTORS ?? '../shared/vectors', path)
  if (existsSync(file)) return readFileSync(file)
  console.log(`SKIP ${path}: no such file; set SANSTLS_VECTORS to the directory of the vectors`)
  return undefined
}

export function fromHex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}
