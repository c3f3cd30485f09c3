/** Verification step by step: the callback, at once or later, and what is fetched. */
import { encodeNull } from '@sanstls/core/der'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trustAnchor } from '#src/anchor.js'
import type { CertificateEvent, Verdict, VerifyCallback } from '#src/callback.js'
import { encodeExtension } from '#src/issue/extension.js'
import {
  authorityInfoAccessExtension,
  crlDistributionPointsExtension,
} from '#src/issue/revocation-extension.js'
import type { FetchRequest } from '#src/revocation/fetch.js'
import { createVerifier, type VerifierOptions, type VerifyRequest } from '#src/verifier.js'
import { type Entity, makeCa, makeLeaf, makeRoot, now, verify } from './support/authority.js'
import { testProvider } from './support/provider.js'
import { makeCrl, makeOcsp, revoked } from './support/revocation.js'

const root = makeRoot()
const ca = makeCa(root)
const leaf = makeLeaf(ca)

function makeVerifier(options: Partial<VerifierOptions>) {
  const anchors = [trustAnchor(root.certificate)]
  return createVerifier({ anchors, crypto: testProvider, profile: 'rfc5280', ...options })
}
const requestFor = (chain: readonly Entity[]): VerifyRequest => ({
  chain: chain.map(({ certificate }) => certificate.der),
  role: 'server',
  name: { kind: 'DNS', value: 'www.example.com' },
  time: now,
})
const told = (event: CertificateEvent): string => {
  switch (event.kind) {
    case 'badCertificate':
      return `${event.depth} ${event.fault.code}`
    case 'extension':
      return `${event.depth} ${event.extension.id}${event.extension.critical ? ' critical' : ''}`
    default:
      return `${event.depth} ${event.kind}`
  }
}
/** What a callback was told, with what came out. */
function run(chain: readonly Entity[], judge: (text: string) => Verdict['verdict']) {
  const seen: string[] = []
  const callback: VerifyCallback = (event, state) => {
    seen.push(told(event))
    return { verdict: judge(told(event)), state: Number(state) + 1 }
  }
  const verifier = makeVerifier({ callback, callbackState: 0 })
  const result = verifier.verify(requestFor(chain))
  return { seen, result, code: result.ok ? 'ok' : result.fault.code }
}

test('every certificate is shown, from the anchor down, and the state is carried', () => {
  const { seen, result } = run([leaf, ca], () => 'accept')
  assert.equal(seen, ['1 valid', '0 validPeer'])
  assert.ok(result.ok)
  assert.is(result.state, 2)
})
test('the callback may refuse what is valid', () => {
  const { code, seen } = run([leaf, ca], (text) => (text === '1 valid' ? 'refuse' : 'accept'))
  assert.is(code, 'refused')
  assert.equal(seen, ['1 valid'])
  assert.is(
    run([leaf, ca], (text) => (text === '0 validPeer' ? 'refuse' : 'unknown')).code,
    'refused',
  )
})
test('a broken rule may be overlooked; the others still hold', () => {
  const old = makeLeaf(ca, { notAfter: now - 5000, subjectAltName: { dns: ['other.example'] } })
  const lenient = run([old, ca], () => 'accept')
  assert.is(lenient.code, 'ok')
  assert.equal(lenient.seen, ['0 expired', '0 nameMismatch', '1 valid', '0 validPeer'])
  assert.ok(lenient.result.ok)
  if (lenient.result.ok) {
    assert.equal(
      lenient.result.overlooked.map(({ code }) => code),
      ['expired', 'nameMismatch'],
    )
  }
  assert.is(
    run([old, ca], (text) => (text === '0 expired' ? 'accept' : 'refuse')).code,
    'nameMismatch',
  )
  assert.is(run([old, ca], () => 'unknown').code, 'expired')
})
test('faults of authorities, of signatures and of trust are told too', () => {
  const bad = makeCa(root, 'Bad', { notAfter: now - 5000 })
  assert.equal(run([makeLeaf(bad), bad], () => 'accept').seen, [
    '1 expired',
    '1 valid',
    '0 validPeer',
  ])
  const stranger = makeRoot('Stranger')
  const alien = run([makeLeaf(stranger), stranger], () => 'accept')
  assert.is(alien.code, 'ok')
  assert.equal(alien.seen, ['1 unknownIssuer', '0 validPeer'])
  assert.is(run([makeLeaf(stranger), stranger], () => 'unknown').code, 'unknownIssuer')
})
test('revocation is told, and may be overlooked', () => {
  const crls = [makeCrl(ca, [revoked(leaf)])]
  const seen: string[] = []
  const callback: VerifyCallback = (event) => {
    seen.push(told(event))
    return { verdict: 'accept' }
  }
  const verifier = makeVerifier({ callback, revocation: { mode: 'peer', crls } })
  assert.ok(verifier.verify(requestFor([leaf, ca])).ok)
  assert.equal(seen, ['0 revoked', '1 valid', '0 validPeer'])
})
test('extensions that are not understood are asked about; unknown is no answer for critical ones', () => {
  const extensions = [
    encodeExtension('1.2.3', true, encodeNull()),
    encodeExtension('1.2.4', false, encodeNull()),
  ]
  const strange = makeLeaf(ca, { extensions })
  const known = run([strange, ca], () => 'accept')
  assert.is(known.code, 'ok')
  assert.equal(known.seen, ['0 1.2.3 critical', '1 valid', '0 1.2.4', '0 validPeer'])
  assert.is(run([strange, ca], () => 'unknown').code, 'unknownCriticalExtension')
  const picky = (text: string): Verdict['verdict'] => (text === '0 1.2.4' ? 'refuse' : 'accept')
  assert.is(run([strange, ca], picky).code, 'refused')
})
test('a callback that answers nonsense throws', () => {
  const callback = (() => undefined) as unknown as VerifyCallback
  assert.throws(() => makeVerifier({ callback }).verify(requestFor([leaf, ca])), /callback/)
})
test('the verdicts may be given later', () => {
  const verification = makeVerifier({}).begin(requestFor([leaf, ca]), true)
  const seen: string[] = []
  while (verification.question !== undefined) {
    assert.is(verification.result, undefined)
    assert.is(verification.question.kind, 'certificate')
    if (verification.question.kind === 'certificate') seen.push(told(verification.question.event))
    verification.answer({ verdict: 'accept' })
  }
  assert.equal(seen, ['1 valid', '0 validPeer'])
  assert.ok(verification.result?.ok)
  assert.throws(() => verification.answer(undefined), /open/)
})

/** Runs a verification against a web of bytes; what was asked for is listed. */
function fetchAll(
  chain: readonly Entity[],
  options: Partial<VerifierOptions>,
  web: (request: FetchRequest) => Uint8Array | undefined,
) {
  const verification = makeVerifier(options).begin(requestFor(chain))
  const asked: string[] = []
  while (verification.question?.kind === 'fetch') {
    const { request } = verification.question
    asked.push(`${request.method} ${request.url}`)
    verification.answer(web(request))
  }
  const { result } = verification
  return { asked, code: result?.ok === true ? 'ok' : result?.fault.code }
}
const caUrl = 'http://aia.example/ca.cer'
const crlUrl = 'http://crl.example/ca.crl'
const ocspUrl = 'http://ocsp.example/'

test('a missing issuer is asked for, and trusted no more than one that was sent', () => {
  const access = authorityInfoAccessExtension({ caIssuers: [caUrl] })
  const lonely = makeLeaf(ca, { extensions: [access] })
  const options = { fetchIssuers: true }
  const found = fetchAll([lonely], options, () => ca.certificate.der)
  assert.equal(found, { asked: [`GET ${caUrl}`], code: 'ok' })
  assert.is(fetchAll([lonely], options, () => undefined).code, 'unknownIssuer')
  assert.is(fetchAll([lonely], options, () => new Uint8Array(9)).code, 'unknownIssuer')
  assert.is(fetchAll([lonely], {}, () => ca.certificate.der).code, 'unknownIssuer')
  // PITFALLS 13
  const stranger = makeRoot('Stranger')
  const alien = makeLeaf(stranger, { extensions: [access] })
  const result = fetchAll([alien], options, () => stranger.certificate.der)
  assert.equal(result, { asked: [`GET ${caUrl}`], code: 'unknownIssuer' })
})
test('fetching has an end, whatever comes', () => {
  const access = Array.from({ length: 20 }, (_, index) => `http://aia.example/${index}`)
  const lonely = makeLeaf(ca, {
    extensions: [authorityInfoAccessExtension({ caIssuers: access })],
  })
  assert.is(fetchAll([lonely], { fetchIssuers: true }, () => leaf.certificate.der).asked.length, 8)
  const options = { fetchIssuers: true, maxFetches: 2 }
  assert.is(fetchAll([lonely], options, () => undefined).asked.length, 2)
})
test('lists and responses are asked for where the status is unknown', () => {
  const pointed = makeLeaf(ca, {
    extensions: [
      crlDistributionPointsExtension([crlUrl]),
      authorityInfoAccessExtension({ ocsp: [ocspUrl] }),
    ],
  })
  const chain = [pointed, ca]
  const revocation = { mode: 'peer', fetch: true } as const
  const asked = [`POST ${ocspUrl}`, `GET ${crlUrl}`]
  const web =
    (ocsp: Uint8Array | undefined, crl: Uint8Array | undefined) =>
    ({ kind }: FetchRequest): Uint8Array | undefined =>
      kind === 'ocsp' ? ocsp : crl
  const run = (ocsp: Uint8Array | undefined, crl: Uint8Array | undefined) =>
    fetchAll(chain, { revocation }, web(ocsp, crl))
  assert.equal(run(makeOcsp(pointed, ca), undefined), { asked, code: 'ok' })
  assert.equal(run(undefined, makeCrl(ca)), { asked, code: 'ok' })
  assert.equal(run(undefined, makeCrl(ca, [revoked(pointed)])), { asked, code: 'revoked' })
  assert.equal(run(undefined, undefined), { asked, code: 'revocationUnknown' })
  const bestEffort = { revocation: { ...revocation, mode: 'bestEffort' } } as const
  assert.is(fetchAll(chain, bestEffort, web(undefined, undefined)).code, 'ok')
  const late = web(undefined, makeCrl(ca, [revoked(pointed)]))
  assert.is(fetchAll(chain, bestEffort, late).code, 'revoked')
  // Without the option nothing is asked.
  assert.equal(fetchAll(chain, { revocation: { mode: 'peer' } }, late).asked, [])
})
test('a fetched response with another nonce is none', () => {
  const extensions = [authorityInfoAccessExtension({ ocsp: [ocspUrl] })]
  const pointed = makeLeaf(ca, { extensions })
  const nonce = new Uint8Array(32).fill(7)
  const random = (length: number): Uint8Array => new Uint8Array(length).fill(7)
  const options = { revocation: { mode: 'peer', fetch: true, random } } as const
  const run = (changes: object): string | undefined =>
    fetchAll([pointed, ca], options, () => makeOcsp(pointed, ca, 'good', changes)).code
  assert.is(run({ nonce }), 'ok')
  assert.is(run({}), 'ok')
  assert.is(run({ nonce: nonce.slice(1) }), 'ocspNonce')
})
test('verify itself fetches nothing', () => {
  const extensions = [crlDistributionPointsExtension([crlUrl])]
  const options = { revocation: { mode: 'peer', fetch: true } } as const
  assert.is(verify([root], [makeLeaf(ca, { extensions }), ca], {}, options), 'revocationUnknown')
})

test.run()
