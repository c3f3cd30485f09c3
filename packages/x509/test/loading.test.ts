/** What an entry point loads. Cold start matters: verifying must not load the code for files of keys. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const statement = /^(?:import|export)\s(?:[\w$*{}\s,]*\sfrom\s)?\s*['"]([^'"]+)['"]/gm

/** The sources of every module that `specifier` loads, joined ones too, and the packages that it loads by name. */
function loaded(specifier: string): { readonly sources: string[]; readonly packages: string[] } {
  const files = new Set<string>()
  const sources: string[] = []
  const packages = new Set<string>()
  const visit = (url: string): void => {
    if (files.has(url)) return
    files.add(url)
    sources.push(...JSON.parse(readFileSync(fileURLToPath(`${url}.map`), 'utf8')).sources)
    for (const [, target = ''] of readFileSync(fileURLToPath(url), 'utf8').matchAll(statement)) {
      if (target.startsWith('.')) visit(new URL(target, url).href)
      else if (target.startsWith('@sanstls/')) visit(import.meta.resolve(target))
      else packages.add(target)
    }
  }
  visit(import.meta.resolve(specifier))
  return { sources, packages: [...packages] }
}

test('the main entry point loads neither asn1js nor pkijs, nor anything about passwords', () => {
  const { sources, packages } = loaded('@sanstls/x509')
  assert.equal(packages, [])
  assert.ok(sources.some((source) => source.endsWith('/verifier.ts')))
  for (const part of ['pkcs12', 'legacy', 'password', 'roots', 'describe', 'sct']) {
    assert.not.ok(
      sources.some((source) => source.includes(part)),
      part,
    )
  }
})

test('the walk finds them where they are', () => {
  const { sources, packages } = loaded('@sanstls/x509/pkcs12')
  for (const name of ['asn1js', 'pkijs']) assert.ok(packages.includes(name), name)
  assert.ok(sources.some((source) => source.endsWith('/@noble/ciphers/aes.js')))
  assert.not.ok(loaded('@sanstls/x509/encrypted-key').packages.includes('pkijs'))
})

test.run()
