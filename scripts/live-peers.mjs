// Writes what came of the live tests into docs/conformance.md, between its markers.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = join(root, 'docs', 'conformance.md')
const begin = '<!-- live peers: written by npm run test:live -- --record -->'
const end = '<!-- live peers: end -->'

/** The areas whose cases each stand for something with a name: these are listed one by one. */
const named = [
  ['cipher suites', 'suite'],
  ['CBC, MAC before encryption', 'suite, MAC before encryption'],
  ['groups', 'group'],
  ['signature schemes', 'signature scheme'],
  ['server certificates', 'key of the server'],
  ['client certificates', 'key of the client'],
]

/** `folder`: JSON files, each a list of results as `live.ts` among the live tests writes them. */
export function recordLivePeers(folder) {
  const results = readdirSync(folder)
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    // The peers that can do most come first, and so their order of areas is everyone's.
    .sort((a, b) => b.length - a.length)
    .flat()
  const text = readFileSync(page, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${page} has no markers for the live peers`)
  const written = `${begin}\n\n${describe(results)}\n\n`
  writeFileSync(page, text.slice(0, from) + written + text.slice(to))
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
  spawnSync(process.execPath, [biome, 'format', '--write', page], { stdio: 'ignore' })
  console.log(`recorded ${results.length} results in docs/conformance.md`)
}

function describe(results) {
  const protocols = unique(results.map(({ protocol }) => protocol))
    .sort()
    .reverse()
  const failed = results.filter(({ passed }) => !passed)
  return [
    `${results.length} cases were run: ${byProvider(results)}. **${results.length - failed.length} passed, ${failed.length} failed**.`,
    'Cells give the cases passed with us as the client, and with us as the server. A case that was run with both providers counts once, and as passed where both passed. What is listed one by one says in which role of ours.',
    ...protocols.flatMap((protocol) => [
      `### ${protocol}`,
      ...tables(results.filter((result) => result.protocol === protocol)),
    ]),
    ...(failed.length === 0 ? [] : ['Failed:', failed.map(listed).join('\n')]),
  ].join('\n\n')
}

function byProvider(results) {
  return unique(results.map(({ provider }) => provider))
    .map((provider) => {
      const run = results.filter((result) => result.provider === provider)
      return `${run.length} with ${provider}`
    })
    .join(', ')
}

function tables(results) {
  const peers = unique(results.map(({ peer }) => peer))
  const versions = peers.map((peer) => results.find((result) => result.peer === peer).version)
  const areas = unique(results.map(({ area }) => area))
  const cells = (area) => peers.map((peer) => cell(results, { peer, area }))
  const overview = table(
    ['', ...peers],
    [
      ['version', ...versions],
      ...areas.map((area) => [area, ...cells(area)]),
      ['all', ...peers.map((peer) => cell(results, { peer }))],
    ],
  )
  const lists = named.flatMap(([area, title]) => {
    const run = results.filter((result) => result.area === area)
    if (run.length === 0) return []
    const those = unique(run.map(({ peer }) => peer))
    const rows = unique(run.map(({ item }) => item)).map((item) => [
      item,
      ...those.map((peer) => mark(run, { peer, item })),
    ])
    return [table([title, ...those], rows)]
  })
  return [overview, ...lists]
}

const unique = (values) => [...new Set(values)]

const listed = ({ protocol, peer, provider, ours, area, item }) =>
  `- ${protocol}, ${peer}, ${provider}, our ${ours}: ${area}: ${item}`

/** Counts, as the client and as the server. */
function cell(results, { peer, area }) {
  const found = results.filter(
    (result) => result.peer === peer && (area === undefined || result.area === area),
  )
  if (found.length === 0) return ''
  return ['client', 'server'].map((role) => count(found, role)).join(' / ')
}

/** The roles in which one case was passed. */
function mark(results, { peer, item }) {
  const found = results.filter((result) => result.peer === peer && result.item === item)
  if (found.some(({ passed }) => !passed)) return '**failed**'
  const roles = unique(found.map(({ ours }) => ours))
  return roles.length === 2 ? 'both' : (roles[0] ?? '')
}

function count(results, role) {
  const cases = new Map()
  for (const { ours, area, item, passed } of results) {
    if (ours !== role) continue
    const name = `${area}: ${item}`
    cases.set(name, passed && (cases.get(name) ?? true))
  }
  if (cases.size === 0) return '–'
  const passed = [...cases.values()].filter(Boolean).length
  return passed === cases.size ? String(passed) : `**${passed} of ${cases.size}**`
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [
    line(head),
    line(head.map((_, index) => (index === 0 ? '---' : ':-:'))),
    ...rows.map(line),
  ].join('\n')
}
