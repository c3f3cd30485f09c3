import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { systemRoots } from '#src/roots.js'

const directory = mkdtempSync(join(tmpdir(), 'sanstls-roots-'))
test.after(() => rmSync(directory, { recursive: true }))
const path = (name: string): string => join(directory, name)
const [first = '', second = '', third = ''] = rootCertificates

writeFileSync(path('bundle.pem'), `# first\n${first}\n\nsecond:\n${second}\n`)
writeFileSync(path('broken.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n')
mkdirSync(path('hashed'))
writeFileSync(path('hashed/third.pem'), third)
symlinkSync('third.pem', path('hashed/01234567.0'))
writeFileSync(path('hashed/README'), 'no certificate')
writeFileSync(
  path('hashed/junk.crt'),
  '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
)
mkdirSync(path('empty'))

const none = { files: [], directories: [] }

test('the usual places: the first file that has certificates', () => {
  const files = ['missing.pem', 'broken.pem', 'bundle.pem', 'hashed/third.pem'].map(path)
  const directories = [path('hashed')]
  const { anchors, sources, rejected } = systemRoots({ environment: {}, files, directories })
  assert.is(anchors.length, 2)
  assert.equal(sources, [path('bundle.pem')])
  assert.equal(
    rejected.map(({ source }) => source),
    [path('missing.pem'), path('broken.pem')],
  )
})

test('a directory, where no file has any; duplicates and junk are left out', () => {
  const directories = ['missing', 'empty', 'hashed'].map(path)
  const { anchors, sources, rejected } = systemRoots({ environment: {}, files: [], directories })
  assert.is(anchors.length, 1)
  assert.equal(sources, [path('hashed')])
  assert.ok(rejected.some(({ source }) => source === path('hashed/junk.crt')))
})

test('the environment goes before the usual places', () => {
  const environment = {
    SSL_CERT_FILE: path('bundle.pem'),
    SSL_CERT_DIR: [path('empty'), path('hashed')].join(delimiter),
  }
  const { anchors, sources } = systemRoots({ environment })
  assert.is(anchors.length, 3)
  assert.equal(sources, [path('bundle.pem'), path('hashed')])
  assert.is(systemRoots({ environment: { SSL_CERT_DIR: path('hashed') } }).anchors.length, 1)
})

test('without any it throws, also where the environment is wrong', () => {
  const environment = { SSL_CERT_FILE: path('missing.pem') }
  assert.throws(() => systemRoots({ environment, files: [path('bundle.pem')] }), /SSL_CERT_FILE/)
  assert.throws(
    () => systemRoots({ environment: { SSL_CERT_FILE: path('broken.pem') } }),
    TypeError,
  )
})

test("this system's", () => {
  try {
    const { anchors, sources } = systemRoots({ environment: {} })
    assert.ok(anchors.length > 0)
    assert.ok(sources.length > 0)
  } catch (error) {
    assert.instance(error, TypeError)
    console.log("SKIP this system's root certificates: there are none in the usual places")
  }
  if (!('getCACertificates' in (process.getBuiltinModule?.('node:tls') ?? {}))) {
    assert.throws(() => systemRoots({ environment: {}, ...none }), /no root certificates/)
  }
})

test.run()
