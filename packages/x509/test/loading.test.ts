/** What an entry point loads. Cold start matters: verifying must not load the code for files of keys. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const statement = /^(?:import|export)\s(?:[\w$*{}\s,]*\sfrom\s)?\s*['"]([^'"]+)['"]/gm

/** Every module that `specifier` loads, by URL or, for packages, by name. */
function loaded(specifier: string): { readonly files: string[]; readonly packages: string[] } {
  const files = new Set<string>()
  const packages = new Set<string>()
  const visit = (url: string): void => {
    if (files.has(url)) return
    files.add(url)
    for (const [, target = ''] of readFileSync(fileURLToPath(url), 'utf8').matchAll(statement)) {
      if (target.startsWith('.')) visit(new URL(target, url).href)
      else if (target.startsWith('@sanstls/')) visit(import.meta.resolve(target))
      else packages.add(target)
    }
  }
  visit(import.meta.resolve(specifier))
  return { files: [...files], packages: [...packages] }
}

test('the main entry point loads neither asn1js nor pkijs, nor anything about passwords', () => {
  const { files, packages } = loaded('@sanstls/x509')
  assert.equal(packages, [])
  assert.ok(files.some((file) => file.endsWith('/verifier.js')))
  for (const part of ['pkcs12', 'legacy', 'password', 'roots', 'describe', 'sct']) {
    assert.not.ok(
      files.some((file) => file.includes(part)),
      part,
    )
  }
})

test('the walk finds them where they are', () => {
  const { packages } = loaded('@sanstls/x509/pkcs12')
  for (const name of ['asn1js', 'pkijs', '@noble/ciphers/aes.js']) {
    assert.ok(packages.includes(name), name)
  }
  assert.not.ok(loaded('@sanstls/x509/encrypted-key').packages.includes('pkijs'))
})

test.run()
