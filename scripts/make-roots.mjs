// Writes packages/x509/src/roots/mozilla.ts: Mozilla's root certificates as this Node carries them.
//
//   node scripts/make-roots.mjs [--date YYYY-MM-DD] [--check]
//
// --date   the day of the list; without it today
// --check  writes nothing; exits 1 where the file has other certificates than this Node
//
// Node takes its list from NSS, the server authorities only. What Mozilla says beside the certificates (that of an
// authority only certificates issued before some day are trusted, for instance) is not part of it.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: { date: { type: 'string' }, check: { type: 'boolean', default: false } },
})
const file = join(
  fileURLToPath(new URL('..', import.meta.url)),
  'packages/x509/src/roots/mozilla.ts',
)

const certificates = rootCertificates.map((pem) =>
  pem.replace(/-----(?:BEGIN|END) CERTIFICATE-----/g, '').replace(/\s/g, ''),
)

if (options.check) {
  const text = readFileSync(file, 'utf8')
  const known = new Set(text.match(/(?<=^ {2}').*(?=',$)/gm))
  const missing = certificates.filter((certificate) => !known.has(certificate))
  const gone = known.size - (certificates.length - missing.length)
  console.log(`${missing.length} certificates are new in Node ${process.version}, ${gone} are gone`)
  process.exitCode = missing.length + gone > 0 ? 1 : 0
} else {
  const date = options.date ?? new Date().toISOString().slice(0, 10)
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) throw new Error('--date YYYY-MM-DD')
  const nss = process.versions.nss === undefined ? '' : `, NSS ${process.versions.nss}`
  writeFileSync(
    file,
    [
      '// biome-ignore-all format: data, written by scripts/make-roots.mjs',
      "/** Mozilla's root certificates (MPL 2.0), DER in base 64. Written by scripts/make-roots.mjs; do not edit. */",
      `export const date = '${date}'`,
      `export const source = 'Node ${process.version}${nss}'`,
      'export const certificates: readonly string[] = [',
      ...certificates.map((certificate) => `  '${certificate}',`),
      ']',
      '',
    ].join('\n'),
  )
  console.log(`${certificates.length} certificates of Node ${process.version}${nss}`)
}
