import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/**
 * Reads a file of published data, or prints why it is skipped. The data is not part of this repository; it is looked for
 * in SANSTLS_VECTORS, relative to the root of the repository.
 */
export function readVectors(path: string): Uint8Array | undefined {
  const file = resolve(root, process.env.SANSTLS_VECTORS ?? '../shared/vectors', path)
  if (existsSync(file)) return new Uint8Array(readFileSync(file))
  console.log(`SKIP ${path}: no such file; set SANSTLS_VECTORS to the directory of the vectors`)
  return undefined
}

export function fromHex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}
