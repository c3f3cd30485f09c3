// Assembles the two WebAssembly modules and writes them where the sources of the providers find them:
// node packages/core/scripts/wasm/make.mjs
// The tests compare what is committed with what the sources make.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { aeads } from './aeads/module.mjs'
import { curves } from './curves/module.mjs'
import { moduleBytes } from './module.mjs'

const folder = new URL('../../src/crypto/wasm/', import.meta.url)

/** The generated files by name: for bundlers that know of WebAssembly, and for everything else. */
export async function generatedFiles() {
  const files = {}
  for (const [name, parts] of Object.entries({ aeads, curves })) {
    const bytes = await moduleBytes(parts)
    const text = Buffer.from(bytes).toString('base64')
    const source = `// Made by scripts/wasm/make.mjs; not to be edited.

/** The module of \`scripts/wasm/${name}\`, ${bytes.length} bytes, in Base64. */
export const encodedModule: string =
  '${text}'
`
    files[`${name}/module.wasm`] = bytes
    files[`${name}/module.ts`] = Buffer.from(source)
  }
  return files
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, bytes] of Object.entries(await generatedFiles())) {
    writeFileSync(new URL(name, folder), bytes)
    console.log(`${name}: ${bytes.length} bytes`)
  }
}
