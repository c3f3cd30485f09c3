import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/**
 * A file of published test vectors as text, unpacked; undefined, with a line that says so, where it is not there. They
 * are looked for in SANSTLS_VECTORS, relative to the root of the repository.
 */
export function readVectors(path: string): string | undefined {
  const file = resolve(root, process.env.SANSTLS_VECTORS ?? '../shared/vectors', path)
  if (!existsSync(file)) {
    console.log(`SKIP ${path}: no such file; set SANSTLS_VECTORS to the directory of the vectors`)
    return undefined
  }
  const bytes = readFileSync(file)
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}
