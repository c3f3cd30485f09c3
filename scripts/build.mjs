// Compiles every package and its tests, joins what is published, and removes outputs whose source has
// gone: a stale test would still run, a stale module would still be importable.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Builds the workspace and returns an exit code. */
export async function build() {
  const started = performance.now()
  removeStale()
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  )
  const result = spawnSync(process.execPath, [compiler, '-b', ...process.argv.slice(2)], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (result.status !== 0) {
    console.error(`build: the compiler failed (${result.error?.message ?? result.status})`)
    return result.status ?? 1
  }
  // Only now: setup.mjs loads this file before esbuild is installed.
  const { joinPackages } = await import('./join.mjs')
  await joinPackages()
  console.log(`build: done in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return 0
}

function removeStale() {
  for (const name of readdirSync(join(root, 'packages'))) {
    for (const [source, output] of [
      ['src', 'dist'],
      ['test', 'build'],
    ]) {
      const from = join(root, 'packages', name, source)
      const to = join(root, 'packages', name, output)
      if (!existsSync(to)) continue
      for (const path of readdirSync(to, { recursive: true })) {
        // join.mjs begins anew.
        if (path.startsWith(`joined${sep}`)) continue
        const stem = path.match(/^(.*?)(\.d\.ts|\.js)(\.map)?$/)?.[1]
        if (stem !== undefined && !existsSync(join(from, `${stem}.ts`))) {
          rmSync(join(to, path))
        }
      }
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await build()
