/** Revocation by CRLs (RFC 5280 section 5 and 6.3). */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeNull } from '@sanstls/core/der'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeExtension } from '#src/issue/extension.js'
import {
  crlDistributionPointsExtension,
  noRevAvailExtension,
} from '#src/issue/revocation-extension.js'
import { encodePem } from '#src/pem.js'
import { parseRevocationList } from '#src/revocation/crl.js'
import { CrlCache, crlDirectory } from '#src/revocation/crl-source.js'
import type { RevocationMode, RevocationOptions } from '#src/revocation/revocation.js'
import { day, type Entity, makeCa, makeLeaf, makeRoot, now, verify } from '../support/authority.js'
import { ecKey, testProvider } from '../support/provider.js'
import { makeCrl, revoked } from '../support/revocation.js'

const root = makeRoot()
const ca = makeCa(root)
const leaf = makeLeaf(ca)
const other = makeLeaf(ca)

function check(
  crls: RevocationOptions['crls'],
  mode: RevocationMode = 'peer',
  chain: readonly Entity[] = [leaf, ca],
): string {
  return verify([root], chain, {}, { revocation: { mode, crls } })
}

test('good, revoked, and unknown by each mode', () => {
  const good = [makeCrl(root), makeCrl(ca, [revoked(other)])]
  for (const mode of ['all', 'peer', 'given', 'bestEffort'] as const) {
    assert.is(check(good, mode), 'ok')
    assert.is(check([makeCrl(root), makeCrl(ca, [revoked(leaf)])], mode), 'revoked')
    assert.is(check([makeCrl(root, [revoked(ca)]), makeCrl(ca)], mode), 'revoked')
    assert.is(check([], mode), mode === 'bestEffort' ? 'ok' : 'revocationUnknown')
    assert.is(check([makeCrl(ca)], mode), mode === 'all' ? 'revocationUnknown' : 'ok')
  }
  const stale = [makeCrl(root, [], { nextUpdate: now - 2000 }), makeCrl(ca)]
  assert.is(check(stale, 'given'), 'crlExpired')
  assert.is(check(stale, 'peer'), 'ok')
})
test('the message names the reason', () => {
  const crls = [makeCrl(ca, [revoked(leaf, 'keyCompromise')])]
  assert.is(check(crls), 'revoked')
})
test('a list is valid from thisUpdate to nextUpdate', () => {
  assert.is(check([makeCrl(ca, [], { thisUpdate: now + 1000 })]), 'crlNotYetValid')
  assert.is(check([makeCrl(ca, [], { thisUpdate: now })]), 'ok')
  assert.is(check([makeCrl(ca, [], { nextUpdate: now })]), 'ok')
  assert.is(check([makeCrl(ca, [], { nextUpdate: now - 1000 })]), 'crlExpired')
})
test('a list is signed by its issuer', () => {
  const impostor = { ...ca, key: ecKey('impostor') }
  assert.is(check([makeCrl(impostor)]), 'crlSignature')
  const cut = makeCrl(ca).subarray(0, -1)
  assert.is(check([cut]), 'crlMalformed')
  const mute = makeCa(root, 'Mute', { keyUsage: ['keyCertSign'] })
  const below = makeLeaf(mute)
  assert.is(check([makeCrl(mute)], 'peer', [below, mute]), 'crlKeyUsage')
})
test('any byte of a list changed makes it useless', () => {
  const crl = makeCrl(ca)
  for (let at = 0; at < crl.length; at++) {
    const changed = crl.slice()
    changed[at] = (changed[at] ?? 0) ^ 0x01
    assert.is.not(check([changed]), 'ok', `byte ${at}`)
  }
})
test('critical extensions that are not understood make a list useless', () => {
  const poison = encodeExtension('1.2.3', true, encodeNull())
  assert.is(check([makeCrl(ca, [], { extensions: [poison] })]), 'crlUnknownCriticalExtension')
  const entry = { ...revoked(other), extensions: [poison] }
  assert.is(check([makeCrl(ca, [entry])]), 'crlUnknownCriticalExtension')
  const harmless = encodeExtension('1.2.3', false, encodeNull())
  assert.is(check([makeCrl(ca, [], { extensions: [harmless] })]), 'ok')
})
test('conforming lists have a number; profiles beyond RFC 5280 section 6 demand it', () => {
  const crls = [makeCrl(ca, [], { number: undefined })]
  assert.is(check(crls), 'ok')
  const options = { profile: 'conforming', revocation: { mode: 'peer', crls } } as const
  assert.is(verify([root], [leaf, ca], {}, options), 'crlExtension')
})
test('delta lists add to complete ones, and take from them', () => {
  const complete = makeCrl(ca, [revoked(other, 'certificateHold')], { number: 5 })
  const delta = (changes: object, list = [revoked(leaf)]): Uint8Array =>
    makeCrl(ca, list, { number: 6, baseNumber: 5, ...changes })
  assert.is(check([complete]), 'ok')
  assert.is(check([complete, delta({})]), 'revoked')
  // A delta list alone says nothing.
  assert.is(check([delta({})]), 'revocationUnknown')
  // It builds on a newer list than this one, or is older than it.
  assert.is(check([complete, delta({ baseNumber: 6, number: 7 })]), 'ok')
  assert.is(check([complete, delta({ number: 4, baseNumber: 3 })]), 'ok')
  const lifted = delta({}, [revoked(other, 'removeFromCRL')])
  assert.is(check([complete], 'peer', [other, ca]), 'revoked')
  assert.is(check([complete, lifted], 'peer', [other, ca]), 'ok')
})
test('lists are about some certificates only', () => {
  const only = (issuingDistributionPoint: object): Uint8Array =>
    makeCrl(ca, [], { issuingDistributionPoint })
  assert.is(check([only({ onlyUserCertificates: true })]), 'ok')
  assert.is(check([only({ onlyCaCertificates: true })]), 'crlScope')
  assert.is(check([only({ onlyAttributeCertificates: true })]), 'crlScope')
  assert.is(check([only({ fullName: { uri: ['http://a.example/1'] } })]), 'crlScope')
})
test('distribution points choose the list', () => {
  const url = 'http://crl.example/1'
  const at = (address: string): Uint8Array =>
    makeCrl(ca, [], { issuingDistributionPoint: { fullName: { uri: [address] } } })
  const pointed = makeLeaf(ca, { extensions: [crlDistributionPointsExtension([url])] })
  assert.is(check([at(url)], 'peer', [pointed, ca]), 'ok')
  assert.is(check([at('http://crl.example/2')], 'peer', [pointed, ca]), 'crlScope')
  assert.is(check([makeCrl(ca)], 'peer', [pointed, ca]), 'ok')
})
test('reasons add up over several lists', () => {
  const some = (onlySomeReasons: readonly ('keyCompromise' | 'superseded')[]): Uint8Array =>
    makeCrl(ca, [], { issuingDistributionPoint: { onlySomeReasons } })
  assert.is(check([some(['keyCompromise'])]), 'revocationUnknown')
  assert.is(check([some(['keyCompromise']), some(['superseded'])]), 'revocationUnknown')
  assert.is(check([some(['keyCompromise']), makeCrl(ca)]), 'ok')
})
test('an indirect list is about the certificates of others', () => {
  const lister = makeCa(root, 'Lister', { ca: false, keyUsage: ['cRLSign'] })
  const name = { organization: 'Test', commonName: 'Lister' }
  const points = [{ crlIssuer: { directory: [name] } }]
  const pointed = makeLeaf(ca, { extensions: [crlDistributionPointsExtension(points)] })
  const chain = [pointed, ca, lister]
  const scope = { issuingDistributionPoint: { indirect: true } }
  const entry = { ...revoked(pointed), certificateIssuer: ca.certificate }
  assert.is(check([makeCrl(lister, [], scope)], 'peer', chain), 'ok')
  assert.is(check([makeCrl(lister, [entry], scope)], 'peer', chain), 'revoked')
  // The same number of another issuer; and a list that does not say that it is indirect.
  assert.is(check([makeCrl(lister, [revoked(pointed)], scope)], 'peer', chain), 'ok')
  assert.is(check([makeCrl(lister, [entry])], 'peer', chain), 'revocationUnknown')
  // Without the certificate of its issuer the list cannot be checked.
  assert.is(check([makeCrl(lister, [], scope)], 'peer', [pointed, ca]), 'crlIssuer')
})
test('another key of the issuer may sign its lists, as long as it is valid itself', () => {
  const key = ecKey('crl key')
  const signer = makeCa(root, 'Intermediate', { key, ca: false, keyUsage: ['cRLSign'] })
  const chain = [leaf, ca, signer]
  assert.is(check([makeCrl(signer)], 'peer', chain), 'ok')
  assert.is(check([makeCrl(signer, [revoked(leaf)])], 'peer', chain), 'revoked')
  assert.is(check([makeCrl(signer), makeCrl(root, [revoked(signer)])], 'peer', chain), 'crlIssuer')
  const foreign = makeCa(makeRoot('Foreign'), 'Intermediate', { key, keyUsage: ['cRLSign'] })
  assert.is(check([makeCrl(foreign)], 'peer', [leaf, ca, foreign]), 'crlIssuer')
  const mute = makeCa(root, 'Intermediate', { key, ca: false, keyUsage: ['digitalSignature'] })
  assert.is(check([makeCrl(mute)], 'peer', [leaf, ca, mute]), 'crlKeyUsage')
})
test('noRevAvail needs no list, and is not for authorities (RFC 9608)', () => {
  const short = makeLeaf(ca, { extensions: [noRevAvailExtension()] })
  assert.is(check([], 'peer', [short, ca]), 'ok')
  const bad = makeCa(root, 'Bad', { extensions: [noRevAvailExtension()] })
  assert.is(check([], 'bestEffort', [makeLeaf(bad), bad]), 'noRevAvail')
  const points = crlDistributionPointsExtension(['http://a.example/'])
  const both = makeLeaf(ca, { extensions: [noRevAvailExtension(), points] })
  assert.is(check([], 'bestEffort', [both, ca]), 'noRevAvail')
})
test('a cache holds lists, and is bounded', () => {
  const cache = new CrlCache({ maxLists: 2 })
  const list = cache.insert(makeCrl(ca, [revoked(leaf)]))
  assert.is(check([cache]), 'revoked')
  assert.is(cache.delete(list), 1)
  assert.is(check([cache]), 'revocationUnknown')
  cache.insert(makeCrl(ca))
  assert.is(check([cache]), 'ok')
  assert.is(cache.insert(makeCrl(ca)).size, 0)
  cache.insert(makeCrl(root))
  cache.insert(makeCrl(root, [revoked(ca)]))
  assert.is(cache.size, 2)
  assert.is(cache.delete(root.certificate.subjectDer), 2)
  cache.insert(makeCrl(ca, [], { nextUpdate: now - 2000 }))
  assert.is(cache.prune(now), 1)
  assert.throws(() => new CrlCache({ maxBytes: 100 }).insert(makeCrl(ca)), /does not fit/)
  assert.throws(() => cache.insert(new Uint8Array(3)))
})
test('a directory is read as openssl rehash names its files', () => {
  const sha1 = testProvider.hashes.find(({ name }) => name === 'sha1')
  assert.ok(sha1)
  if (sha1 === undefined) return
  const folder = mkdtempSync(join(tmpdir(), 'crl-'))
  try {
    const authority = makeCa(root, 'Größe  mit  Raum')
    const old = makeCrl(authority, [], { nextUpdate: now - day })
    writeFileSync(join(folder, 'a.pem'), encodePem('X509 CRL', old))
    const crl = makeCrl(authority, [revoked(leaf)], { number: 2 })
    writeFileSync(join(folder, 'b.pem'), encodePem('X509 CRL', crl))
    try {
      execFileSync('openssl', ['rehash', folder], { stdio: 'ignore' })
    } catch {
      console.log('SKIP names of CRL files: no openssl rehash')
      return
    }
    assert.ok(readdirSync(folder).some((name) => name.endsWith('.r1')))
    const read = (name: string): Uint8Array | undefined => {
      try {
        return new Uint8Array(readFileSync(join(folder, name)))
      } catch {
        return undefined
      }
    }
    const source = crlDirectory(read, sha1)
    assert.is(source.lists(authority.certificate.subject).length, 2)
    assert.is(source.lists(ca.certificate.subject).length, 0)
    const below = makeLeaf(authority)
    assert.is(check([source], 'peer', [below, authority]), 'ok')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
test('lists that cannot be read throw where they are read alone', () => {
  const crl = makeCrl(ca)
  for (let length = 0; length < crl.length; length++) {
    assert.throws(() => parseRevocationList(crl.subarray(0, length)))
  }
})

test.run()
