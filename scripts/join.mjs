// Joins the modules of each package into few files, for runtimes that load every module by itself: Node takes about a
// millisecond for each, whatever it holds. `exports` of package.json names the joined files under "node", which Deno and
// Bun go by too; bundlers get the compiler's modules, whose unused parts are easier to leave out.
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Entry points that much else loads. What each shares with others is one file; the first takes precedence. */
const mains = ['index', 'der', 'noble']

/** Noble's modules, which are a third of those that an import would load, are joined with ours; others' are not. */
const external = ['node:*', '@sanstls/*', 'asn1js', 'pkijs']

/** Joins every package's `src` into `dist/joined`, where anything has changed. */
export async function joinPackages() {
  const folders = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
  await Promise.all(folders.map(joinPackage))
}

async function joinPackage(folder) {
  const output = join(folder, 'dist', 'joined')
  const stampPath = join(folder, 'node_modules', '.stamp-joined')
  const stamp = currentStamp(folder)
  const isCurrent = existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp
  if (isCurrent && existsSync(output)) return
  rmSync(output, { recursive: true, force: true })

  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const entries = Object.values(exports)
    .filter((targets) => targets.types !== undefined)
    .map(({ types }) => types.match(/^\.\/dist\/(.*)\.d\.ts$/)[1])
  const options = {
    absWorkingDir: folder,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    external,
    outdir: output,
    metafile: true,
    write: false,
    logLevel: 'warning',
  }
  const graph = await build({ ...options, entryPoints: entries.map(sourceOf) })
  const { inputs } = graph.metafile
  const { outputFiles } = await build({
    ...options,
    entryPoints: entries.map((name) => ({ in: `entry:${name}`, out: name })),
    splitting: true,
    chunkNames: 'shared-[hash]',
    sourcemap: true,
    plugins: [together(folder, entries, inputs)],
  })
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, path.endsWith('.js') ? await restoreConstants(text) : text)
  }
  writeLicenses(folder, inputs, output)
  writeFileSync(stampPath, stamp)
}

/**
 * esbuild makes a file of what the same entry points use, which would be dozens. So whichever entry point uses something
 * of what a main one shares imports all of that.
 */
function together(folder, entries, inputs) {
  const used = new Map(entries.map((entry) => [entry, reach([sourceOf(entry)], inputs)]))
  // What only tests share stays out of what everyone loads.
  const inUse = entries.filter((entry) => !entry.startsWith('testing'))
  const isShared = (path) => inUse.filter((entry) => used.get(entry).has(path)).length > 1
  const grouped = new Set()
  const groups = mains.map((main) => {
    const group = [...(used.get(main) ?? [])].filter((path) => isShared(path) && !grouped.has(path))
    for (const path of group) grouped.add(path)
    return group
  })
  const companions = (entry) => {
    const all = [sourceOf(entry)]
    // From the last to the first, as a later group may use an earlier one.
    for (const group of groups.toReversed()) {
      const needed = reach(all, inputs)
      if (group.some((path) => needed.has(path))) all.push(...group)
    }
    return all
  }
  return {
    name: 'together',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^entry:/ }, ({ path }) => ({ path, namespace: 'entry' }))
      onLoad({ filter: /^/, namespace: 'entry' }, ({ path }) => {
        const [source, ...others] = companions(path.slice('entry:'.length))
        const lines = [
          `export * from './${source}'`,
          ...others.map((other) => `import './${other}'`),
        ]
        return { contents: lines.join('\n'), resolveDir: folder }
      })
      // An import without names is only kept of a module with side effects.
      const kept = new Set([...grouped].map((path) => join(folder, path)))
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        if (resolveDir !== folder && !resolveDir.startsWith(join(folder, 'src'))) return undefined
        const file = resolve(resolveDir, path.replace(/\.js$/, '.ts'))
        return { path: file, sideEffects: kept.has(file) }
      })
    },
  }
}

/** The package's own modules among `paths` and what they import, however indirectly. */
function reach(paths, inputs, found = new Set()) {
  for (const path of paths) {
    if (!path.startsWith('src/') || found.has(path)) continue
    found.add(path)
    const imported = inputs[path].imports.map((statement) => statement.path)
    reach(imported, inputs, found)
  }
  return found
}

/**
 * esbuild makes every variable of a module `var`, and what is no constant V8 reads from memory each time. Our own hot
 * functions are made for that, noble's are not: its SHA-256 takes 1.4 times as long. Where one is assigned to, esbuild
 * itself says so. Source maps stay right but for a line's columns.
 */
async function restoreConstants(text) {
  const declarations = /^var ([\w$]+) = /gm
  const constant = text.replace(declarations, 'const $1 = ')
  const { warnings } = await transform(constant, { logLevel: 'silent' })
  const assigned = new Set(
    warnings
      .filter(({ id }) => id === 'assign-to-constant')
      .map((warning) => warning.text.match(/"(.+)"/)[1]),
  )
  return text.replace(
    declarations,
    (_, name) => `${assigned.has(name) ? 'let' : 'const'} ${name} = `,
  )
}

/** Other people's packages whose modules are among ours want their licences beside them. */
function writeLicenses(folder, inputs, output) {
  const packages = new Set()
  for (const path of Object.keys(inputs)) {
    const found = path.match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/)
    if (found) packages.add(found[0])
  }
  if (packages.size === 0) return
  const texts = [...packages].sort().map((path) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, path, 'package.json'), 'utf8'))
    return `${name} ${version}\n\n${readFileSync(join(folder, path, 'LICENSE'), 'utf8').trim()}\n`
  })
  writeFileSync(join(output, 'LICENSES.txt'), texts.join('\n'))
}

/** What the joined files depend on. */
function currentStamp(folder) {
  const hash = createHash('sha256')
  const add = (path) => hash.update(`${path}\0`).update(readFileSync(path))
  for (const path of readdirSync(join(folder, 'src'), { recursive: true }).sort()) {
    const file = join(folder, 'src', path)
    if (statSync(file).isFile()) add(file)
  }
  add(join(folder, 'package.json'))
  add(join(root, 'pnpm-lock.yaml'))
  add(fileURLToPath(import.meta.url))
  return hash.digest('hex')
}

function sourceOf(entry) {
  return `src/${entry}.ts`
}
