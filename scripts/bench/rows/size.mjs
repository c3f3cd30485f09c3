/** What a bundle weighs, and how long importing takes. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../..', import.meta.url))

const both = "export * from '@sanstls/core'; export { noble } from '@sanstls/core/noble'"
const entries = {
  'client, TLS 1.3, noble':
    "export { createClient, tls13Client } from '@sanstls/core'; export { noble } from '@sanstls/core/noble'",
  'client, TLS 1.3, noble with three entries': `import { createNoble, TLS_AES_128_GCM_SHA256, x25519, ecdsa_sha256, ecdsaKeys, sha256 } from '@sanstls/core/noble'
    export { createClient, tls13Client } from '@sanstls/core'
    export const crypto = createNoble({ suites: [TLS_AES_128_GCM_SHA256], groups: [x25519], signatures: [ecdsa_sha256], hashes: [sha256], keys: [ecdsaKeys] })`,
  'client, TLS 1.3, AEADs of wasm over noble':
    "export { createClient, tls13Client } from '@sanstls/core'; export { compose, noble } from '@sanstls/core/noble'; export { wasmAeads } from '@sanstls/core/wasm/aeads'",
  'client, TLS 1.3, wasm over noble':
    "export { createClient, tls13Client } from '@sanstls/core'; export { compose, noble } from '@sanstls/core/noble'; export { wasm } from '@sanstls/core/wasm'",
  'client and server, TLS 1.3, noble': both,
  'client, TLS 1.3, without cryptography':
    "export { createClient, tls13Client } from '@sanstls/core'",
}

async function bundle(contents) {
  const result = await build({
    stdin: { contents, resolveDir: root, loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    write: false,
  })
  return result.outputFiles[0].contents
}

export async function run(bench) {
  await sizes(bench)
  await imports(bench, 'import, unbundled', (source) => source)
  await imports(bench, 'import, bundled', bundle)
}

async function sizes({ wanted, report }) {
  const title = 'bundle size'
  if (!wanted(title)) return
  const results = new Map()
  for (const [name, contents] of Object.entries(entries)) {
    const code = await bundle(contents)
    results.set(`${name}, minified`, [code.length / 1024])
    results.set(`${name}, gzip`, [gzipSync(code, { level: 9 }).length / 1024])
  }
  report.add({ title, unit: 'KiB', results })
}

/** Fresh processes, in turn. `empty` is what an empty module takes. */
async function imports({ wanted, report, quick, cpu }, title, makeCode) {
  if (!wanted(title)) return
  // Beside the sources, so that the packages resolve.
  const folder = mkdtempSync(join(root, 'node_modules', '.bench-'))
  try {
    const write = (name, contents) => {
      const file = join(folder, name)
      writeFileSync(file, contents)
      return file
    }
    const files = new Map([
      ['core and noble', write('import.mjs', await makeCode(both))],
      ['empty', write('empty.mjs', 'export {}\n')],
    ])
    const results = new Map([...files.keys()].map((name) => [name, []]))
    for (let round = 0; round < (quick ? 5 : 21); round++)
      for (const [name, file] of files) results.get(name).push(importOnce(file, cpu))
    report.add({ title, unit: 'ms', results })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function importOnce(file, cpu) {
  const now = cpu
    ? 'const now = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000 };'
    : 'const now = () => performance.now();'
  const code = `${now} const start = now(); await import(${JSON.stringify(file)}); console.log(now() - start)`
  const options = { cwd: root, encoding: 'utf8' }
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', code], options))
}
