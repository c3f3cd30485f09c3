// Assembles the WebAssembly module and writes it where the sources of the provider find it:
// node packages/core/scripts/wasm/make.mjs
// The tests compare what is committed with what the sources make.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { moduleBytes } from './module.mjs'

const folder = new URL('../../src/crypto/wasm/', import.meta.url)

/** The generated files by name: for bundlers that know of WebAssembly, and for everything else. */
export async function generatedFiles() {
  const bytes = await moduleBytes()
  const text = Buffer.from(bytes).toString('base64')
  const source = `// Made by scripts/wasm/make.mjs; not to be edited.

/** The module of \`scripts/wasm\`, ${bytes.length} bytes, in Base64. */
export const encodedModule: string =
  '${text}'
`
  return { 'module.wasm': bytes, 'module.ts': Buffer.from(source) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, bytes] of Object.entries(await generatedFiles())) {
    writeFileSync(new URL(name, folder), bytes)
    console.log(`${name}: ${bytes.length} bytes`)
  }
}
