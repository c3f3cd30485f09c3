// Installs the workspace and builds it, from a clean clone with nothing but Node and npm.
// The installation is skipped while nothing that it depends on has changed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const stampPath = `${root}/node_modules/.stamp-setup`
const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))

requireNode()
install()
process.exitCode = await build()

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [wantMajor, wantMinor] = manifest.engines.node.match(/\d+/g).map(Number)
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return
  fail(`Node ${manifest.engines.node} is needed; this is ${process.versions.node}.`)
}

function install() {
  const stamp = currentStamp()
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) {
    console.log('setup: dependencies are up to date')
    return
  }
  console.log(`setup: installing dependencies with ${manifest.packageManager}`)
  const args = ['--yes', manifest.packageManager, 'install', '--frozen-lockfile']
  const result = spawnSync('npx', args, {
    cwd: root,
    env: { ...process.env, CI: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (result.error || result.status !== 0) {
    const command = `npx ${args.join(' ')}`
    fail(
      `installing dependencies failed: ${result.error?.message ?? `exit code ${result.status}`}\n` +
        `  ${command}\n${result.stdout ?? ''}${result.stderr ?? ''}\n` +
        'Is the package registry reachable, and pnpm-lock.yaml in step with every package.json?',
    )
  }
  writeFileSync(stampPath, stamp)
}

/** What an installation depends on: the manifests, the lock file, Node and the platform. */
function currentStamp() {
  const hash = createHash('sha256')
  const packages = readdirSync(`${root}/packages`).map((name) => `packages/${name}/package.json`)
  for (const path of [
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    ...packages.sort(),
  ]) {
    if (existsSync(`${root}/${path}`)) hash.update(path).update(readFileSync(`${root}/${path}`))
  }
  return `${hash.digest('hex')} node ${process.version} ${process.platform} ${process.arch}\n`
}

function fail(message) {
  console.error(`setup: ${message}`)
  process.exit(1)
}
