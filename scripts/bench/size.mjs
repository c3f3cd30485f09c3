/** What a bundle weighs, and how long importing takes. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { median } from './measure.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

const entries = {
  'client, TLS 1.3, noble':
    "export { createClient, tls13 } from '@sanstls/core'; export { noble } from '@sanstls/core/noble'",
  'client, TLS 1.3, noble with three entries': `import { createNoble, TLS_AES_128_GCM_SHA256, x25519, ecdsa_sha256, ecdsaKeys, sha256 } from '@sanstls/core/noble'
    export { createClient, tls13 } from '@sanstls/core'
    export const crypto = createNoble({ suites: [TLS_AES_128_GCM_SHA256], groups: [x25519], signatures: [ecdsa_sha256], hashes: [sha256], keys: [ecdsaKeys] })`,
  'client, TLS 1.3, wasm over noble':
    "export { createClient, tls13 } from '@sanstls/core'; export { compose, noble } from '@sanstls/core/noble'; export { wasm } from '@sanstls/core/wasm'",
  'client and server, TLS 1.3, noble':
    "export * from '@sanstls/core'; export { noble } from '@sanstls/core/noble'",
  'client, TLS 1.3, without cryptography': "export { createClient, tls13 } from '@sanstls/core'",
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

/** Bytes, minified and minified + gzip. */
export async function bundleSizes() {
  const sizes = []
  for (const [name, contents] of Object.entries(entries)) {
    const code = await bundle(contents)
    sizes.push({ name, minified: code.length, gzip: gzipSync(code, { level: 9 }).length })
  }
  return sizes
}

/** Milliseconds, median of fresh processes, beside what an empty module takes. */
export async function importTimes(runs) {
  // Beside the sources, so that the packages resolve.
  const folder = mkdtempSync(join(root, 'node_modules', '.bench-'))
  try {
    const bundled = join(folder, 'bundle.mjs')
    writeFileSync(bundled, await bundle(entries['client and server, TLS 1.3, noble']))
    const empty = join(folder, 'empty.mjs')
    writeFileSync(empty, 'export {}\n')
    const unbundled = join(folder, 'unbundled.mjs')
    writeFileSync(unbundled, entries['client and server, TLS 1.3, noble'])
    const files = {
      empty,
      'core and noble, unbundled': unbundled,
      'core and noble, bundled': bundled,
    }
    const times = new Map(Object.keys(files).map((name) => [name, []]))
    for (let run = 0; run < runs; run++)
      for (const [name, file] of Object.entries(files)) times.get(name).push(importOnce(file))
    return [...times].map(([name, values]) => ({ name, milliseconds: median(values) }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function importOnce(file) {
  const code = `const start = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - start)`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    encoding: 'utf8',
  })
  return Number(stdout)
}
