/**
 * The packages as npm packs them, in a folder of their own: what runtimes load and what bundlers load, each complete and
 * each with one copy of every class.
 */
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const packed = suite('packed')

const here = dirname(fileURLToPath(import.meta.url))
const packages = join(here, '..', '..')
const names = ['core', 'x509', 'transport-web', 'transport-node']
const folder = mkdtempSync(join(tmpdir(), 'sanstls-packed-'))
const scope = join(folder, 'node_modules', '@sanstls')

packed.before(() => {
  for (const name of names) {
    const target = join(scope, name)
    mkdirSync(target, { recursive: true })
    const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
    const options = {
      cwd: join(packages, name),
      env: { ...process.env, npm_config_offline: 'true', npm_config_update_notifier: 'false' },
      shell: process.platform === 'win32',
    }
    const [{ filename }] = JSON.parse(execFileSync('npm', pack, options).toString())
    execFileSync('tar', ['-xzf', join(folder, filename), '--strip-components=1', '-C', target])
  }
  copyFileSync(join(here, 'support', 'packed-program.js'), join(folder, 'program.mjs'))
})

packed.after(() => rmSync(folder, { recursive: true }))

const run = (...args: string[]): string =>
  execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })

/** Every entry point by its name: where it is loaded from, and what it exports. */
function entries(...conditions: string[]): Map<string, { file: string; exports: string[] }> {
  const specifiers = names.flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(join(scope, name, 'package.json'), 'utf8'))
    return Object.keys(exports)
      .filter((key) => !key.endsWith('.wasm'))
      .map((key) => join('@sanstls', name, key).replaceAll('\\', '/'))
  })
  const code = `const found = []
    for (const specifier of ${JSON.stringify(specifiers)})
      found.push([specifier, {
        file: import.meta.resolve(specifier), exports: Object.keys(await import(specifier)) }])
    console.log(JSON.stringify(found))`
  return new Map(JSON.parse(run(...conditions, '--input-type=module', '-e', code)))
}

packed('the joined files work by themselves, without the packages that are joined in', () => {
  assert.is(run('program.mjs').trim(), 'DONE')
})

packed('what is no module is there as a file', () => {
  const files = names.flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(join(scope, name, 'package.json'), 'utf8'))
    const targets = Object.values<unknown>(exports).filter((target) => typeof target === 'string')
    return targets.map((target) => join(scope, name, target))
  })
  assert.is(files.length, 2)
  // The magic number of WebAssembly.
  for (const file of files) assert.is(readFileSync(file).toString('latin1', 0, 4), '\0asm', file)
})

/** Links what packages depend on, and were not joined with. */
function linkDependencies(name: string): void {
  const manifest = join(packages, name, 'package.json')
  for (const dependency of Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).dependencies)) {
    const link = join(folder, 'node_modules', dependency)
    if (dependency.startsWith('@sanstls/') || existsSync(link)) continue
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(packages, name, 'node_modules', dependency), link, 'junction')
  }
}

packed('what bundlers get works too, and exports the same', () => {
  for (const name of names) linkDependencies(name)
  const joined = entries()
  const modules = entries('-C', 'module')
  assert.ok(joined.size > 25, `${joined.size} entry points`)
  for (const [specifier, { file, exports }] of joined) {
    assert.match(file, '/dist/joined/', specifier)
    assert.not.match(modules.get(specifier)?.file ?? '', '/dist/joined/', specifier)
    assert.equal(exports, modules.get(specifier)?.exports, specifier)
  }
  assert.is(run('-C', 'module', 'program.mjs').trim(), 'DONE')
})

packed.run()
