/** `npm run -s x509:verify`: one line in, one line out. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodePem } from '#src/pem.js'
import { type Entity, makeCa, makeLeaf, makeRoot, now } from './support/authority.js'
import { makeCrl, revoked } from './support/revocation.js'

const script = fileURLToPath(new URL('../scripts/verify.mjs', import.meta.url))
const pem = ({ certificate }: Entity): string => encodePem('CERTIFICATE', certificate.der)
const crlPem = (der: Uint8Array): string => encodePem('X509 CRL', der)

const root = makeRoot()
const ca = makeCa(root)
const leaf = makeLeaf(ca, { extendedKeyUsage: ['serverAuth', 'clientAuth'] })
const base = {
  trusted: [pem(root)],
  intermediates: [pem(ca)],
  leaf: pem(leaf),
  time: new Date(now).toISOString(),
  kind: 'SERVER',
  name: { kind: 'DNS', value: 'www.example.com' },
}
const mailbox = makeLeaf(ca, {
  extendedKeyUsage: ['clientAuth'],
  subjectAltName: { email: ['Me@example.com'] },
})

const cases: readonly (readonly [string, object, string])[] = [
  ['as it is', {}, 'ok'],
  ['empty and null parts', { maxDepth: null, extendedKeyUsage: [], keyUsage: [], crls: [] }, 'ok'],
  ['another name', { name: { kind: 'DNS', value: 'other.example' } }, 'nameMismatch'],
  ['an address', { name: { kind: 'IP', value: '192.0.2.1' } }, 'nameMismatch'],
  ['no name', { name: undefined }, 'ok'],
  ['no name but null', { name: null }, 'ok'],
  ['another root', { trusted: [pem(makeRoot('Other'))] }, 'unknownIssuer'],
  ['nobody trusted', { trusted: [] }, 'noAnchors'],
  ['an intermediate trusted', { trusted: [pem(ca)], intermediates: [] }, 'ok'],
  ['too late', { time: '2036-01-01T00:00:00Z' }, 'expired'],
  ['client', { kind: 'CLIENT', name: null }, 'ok'],
  [
    'mailbox',
    {
      leaf: pem(mailbox),
      kind: 'CLIENT',
      name: { kind: 'RFC822', value: 'Me@EXAMPLE.com' },
    },
    'ok',
  ],
  [
    'another mailbox',
    { leaf: pem(mailbox), kind: 'CLIENT', name: { kind: 'RFC822', value: 'me@example.com' } },
    'nameMismatch',
  ],
  ['no intermediates', { maxDepth: 0 }, 'maxDepthExceeded'],
  ['one intermediate', { maxDepth: 1 }, 'ok'],
  ['usage', { keyUsage: ['digitalSignature'] }, 'ok'],
  ['another usage', { keyUsage: ['key_encipherment'] }, 'keyUsage'],
  ['purpose', { extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'] }, 'ok'],
  ['another purpose', { extendedKeyUsage: ['codeSigning'] }, 'extendedKeyUsage'],
  ['algorithm', { signatureAlgorithms: ['ECDSA_WITH_SHA256'] }, 'ok'],
  [
    'another algorithm',
    { signatureAlgorithms: ['sha256WithRSAEncryption'] },
    'signatureAlgorithmNotAllowed',
  ],
  ['list', { crls: [crlPem(makeCrl(ca))] }, 'ok'],
  ['list that names it', { crls: [crlPem(makeCrl(ca, [revoked(leaf)]))] }, 'revoked'],
  ['list of another', { crls: [crlPem(makeCrl(root))] }, 'revocationUnknown'],
  ['no certificate', { leaf: 'nothing' }, 'emptyChain'],
]

test('answers line by line', () => {
  const input = cases.map(([id, changes]) => JSON.stringify({ id, ...base, ...changes }))
  input.push('', 'no JSON')
  const { stdout } = spawnSync(process.execPath, [script], {
    input: input.join('\n'),
    encoding: 'utf8',
  })
  const lines: { id: string; result: string; code: string; message: string }[] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.is(lines.length, cases.length + 1)
  for (const [index, [id, , code]] of cases.entries()) {
    const line = lines[index]
    assert.is(line?.id, id)
    assert.is(line?.code, code, `${id}: ${line?.message}`)
    assert.is(line?.result, code === 'ok' ? 'SUCCESS' : 'FAILURE')
  }
  assert.is(lines.at(-1)?.code, 'invalidInput')
})

test.run()
