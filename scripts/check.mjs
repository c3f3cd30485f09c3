// Checks what the linter cannot: rules of this project, over the text of its own files.
// Prints one line per finding; exits 1 when there is any. Long files are only listed.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const longFile = 400

const isSource = (path) => /^packages\/[^/]+\/src\/.*\.ts$/.test(path)
const isPure = (path) => /^packages\/(core|x509)\/src\//.test(path)
const isSynchronous = (path) =>
  path.startsWith('packages/core/src/') && path !== 'packages/core/src/drive.ts'

/** Rules over code without its comments and strings. */
const codeRules = [
  [isSource, /\bMath\s*\.\s*random\b/, 'Math.random is no source of randomness'],
  [isPure, /\bDate\b/, 'time is an argument'],
  [
    isSynchronous,
    /\basync\b(?=\s*(?:function\b|\(|\*|[\w$#[]+\s*(?:\(|=>)))/,
    'the core is synchronous',
  ],
  [isSynchronous, /\bawait\b/, 'the core is synchronous'],
  [
    isSource,
    /\.slice\(\)/,
    "a Buffer's slice is a view: copy bytes by copyBytes or new Uint8Array",
  ],
]

/** Rules over everything that is committed. The patterns are written so as not to match here. */
const textRules = [
  [/(?<![\w.~-])[/]work[/]/, 'a path of one machine'],
  [/\bregistry[.](?:npmjs|yarnpkg|npmmirror)[.]/, 'a package registry host'],
  [/\bhttps?:[/][/](?:npm|registry)[.]/, 'a package registry host'],
]

/** Which packages the sources of a package may import. */
const imports = {
  core: /^(?:\.|@noble\/)/,
  x509: /^(?:\.|@sanstls\/core(?:$|\/)|asn1js$|pkijs$)/,
  'transport-node': /^(?:\.|node:|@sanstls\/(?:(?:core|x509)(?:$|\/)|transport-web\/base$))/,
  'transport-deno':
    /^(?:\.|@sanstls\/(?:(?:core|x509)(?:$|\/)|transport-web\/base$|transport-node\/(?:runtime|roots)$))/,
  'transport-web': /^(?:\.|@sanstls\/(?:core|x509)(?:$|\/))/,
}

const findings = []
const long = []
for (const path of listFiles()) {
  const bytes = readFileSync(join(root, path))
  if (bytes.includes(0)) continue
  const text = bytes.toString('utf8')
  match(path, text, textRules)
  if (path === 'pnpm-lock.yaml') {
    match(path, text, [[/\btarball:|https?:/, 'the lock file names a download location']])
  }
  if (!isSource(path)) continue
  const lines = text.split('\n').length - 1
  if (lines > longFile) long.push(`${path}: ${lines} lines`)
  const rules = codeRules.filter(([applies]) => applies(path)).map(([, ...rule]) => rule)
  match(path, codeOf(text), rules)
  checkImports(path, text)
}
if (long.length > 0)
  console.log(`over ${longFile} lines (asking to be split):\n  ${long.join('\n  ')}`)
for (const finding of findings) console.error(finding)
console.log(`check: ${findings.length} findings`)
process.exitCode = findings.length > 0 ? 1 : 0

function match(path, text, rules) {
  for (const [index, line] of text.split('\n').entries()) {
    for (const [pattern, reason] of rules) {
      const found = line.match(pattern)
      if (found) findings.push(`${path}:${index + 1}: ${reason}: ${found[0].trim()}`)
    }
  }
}

function checkImports(path, text) {
  const allowed = imports[path.split('/')[1]]
  const statements = text.matchAll(
    /^(?:import|export)\s(?:[\w$*{}\s,]*\sfrom\s)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
  )
  for (const [, name = '', dynamic] of statements) {
    const specifier = dynamic ?? name
    if (allowed && !allowed.test(specifier)) findings.push(`${path}: may not import ${specifier}`)
  }
}

/** What is committed or could be; without git (an unpacked archive), what is not ignored. */
function listFiles() {
  const git = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (git.status === 0) {
    return git.stdout.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))
  }
  const walk = (folder) =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      if (['node_modules', 'dist', 'build', '.git'].includes(entry.name)) return []
      const path = folder === '' ? entry.name : `${folder}${sep}${entry.name}`
      return entry.isDirectory() ? walk(path) : [path.replaceAll(sep, '/')]
    })
  return walk('')
}

/** The text with comments and the insides of strings and regular expressions blanked. */
function codeOf(text) {
  const tokens = [
    /\/\/[^\n]*/,
    /\/\*[\s\S]*?\*\//,
    /'(?:\\.|[^'\\\n])*'/,
    /"(?:\\.|[^"\\\n])*"/,
    /`(?:\\[\s\S]|\$\{[^{}`]*\}|[^\\`])*`/,
    // A regular expression stands where a value may begin.
    /(?<=[(,=:[!&|?{};\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/,
  ]
  const token = new RegExp(tokens.map((pattern) => pattern.source).join('|'), 'g')
  const blank = (found) => found.replace(/[^\n]/g, ' ')
  return text.replace(token, (found) => {
    if (!found.startsWith('`')) return blank(found)
    // What a template inserts is code.
    return found.replace(/(\$\{[^}]*\})|[^\n]/g, (part, code) => code ?? blank(part))
  })
}
