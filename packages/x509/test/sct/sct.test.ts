import type { SigningKey, VerifyQuestion } from '@sanstls/core'
import { sha1 } from '@sanstls/core/noble'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { certificatesFromPem, trustAnchor } from '#src/anchor.js'
import { Certificate } from '#src/certificate.js'
import { issueOcspResponse } from '#src/issue/ocsp.js'
import { encodePem } from '#src/pem.js'
import { parseSct, parseSctList, SctError, signedBytes } from '#src/sct/sct.js'
import {
  browserSctPolicy,
  type CtLog,
  checkScts,
  ctLog,
  embeddedScts,
  encodeSctList,
  logsFromJson,
  ocspSctListExtension,
  precertificateTbs,
  requireScts,
  type SctInput,
  sctListExtension,
} from '#src/sct.js'
import { createVerifier, verificationPolicy } from '#src/verifier.js'
import { type Changes, day, makeLeaf, makeRoot, now } from '../support/authority.js'
import { findOpenssl } from '../support/openssl.js'
import { configure } from '../support/property.js'
import { ecKey, hash256, rsaKey, testProvider } from '../support/provider.js'
import { sampleCertificate, sampleIssuer, sampleLogKey } from './sample.js'

configure()

const root = makeRoot()
const hour = 3_600_000
const random = (length: number): Uint8Array => new Uint8Array(length)

interface TestLog {
  readonly log: CtLog
  readonly key: SigningKey
}

function makeLog(name: string, changes: Partial<CtLog> = {}, key = ecKey(name)): TestLog {
  const properties = { description: name, operator: `operator of ${name}`, ...changes }
  return { key, log: ctLog(key.publicKey.spki, hash256, properties) }
}

const first = makeLog('first')
const second = makeLog('second', {}, rsaKey('second log'))
const third = makeLog('third', { operator: 'operator of first' })

/** A timestamp over a certificate, or over the precertificate with this TBSCertificate. */
function stamp(
  { log, key }: TestLog,
  certificate: Uint8Array,
  pre: boolean,
  timestamp = now - hour,
) {
  const issuerKeyHash = pre ? hash256.hash(root.certificate.publicKey.spki) : undefined
  const extensions = new Uint8Array(0)
  const signed = signedBytes({ timestamp, extensions }, { issuerKeyHash, certificate })
  const isRsa = key.publicKey.type === 'rsa'
  const signature = key.sign(isRsa ? 'rsa_pkcs1_sha256' : 'ecdsa_sha256', signed, random)
  const time = new DataView(new ArrayBuffer(8))
  time.setBigUint64(0, BigInt(timestamp))
  return Uint8Array.of(
    ...[0, ...log.id, ...new Uint8Array(time.buffer), 0, 0],
    ...[4, isRsa ? 1 : 3, signature.length >> 8, signature.length & 255, ...signature],
  )
}

const serialNumber = Uint8Array.of(5)

/** A certificate with timestamps of these logs inside; they sign the same certificate without them. */
function logged(logs: readonly TestLog[], changes: Changes = {}, timestamp?: number): Certificate {
  const plain = makeLeaf(root, { serialNumber, ...changes }).certificate
  const stamps = logs.map((log) => stamp(log, plain.tbs, true, timestamp))
  const extensions = [...(changes.extensions ?? []), sctListExtension(stamps)]
  return makeLeaf(root, { serialNumber, ...changes, extensions }).certificate
}

const inputOf = (certificate: Certificate, changes: Partial<SctInput> = {}): SctInput => ({
  certificate,
  issuerKey: root.certificate.publicKey,
  time: now,
  ...changes,
})
const options = {
  logs: [first.log, second.log, third.log],
  crypto: testProvider,
}

function faults(input: SctInput, logs: readonly CtLog[] = options.logs): string[] {
  const { valid, rejected } = checkScts(input, { ...options, logs })
  return [...valid.map(({ source }) => source), ...rejected.map(({ fault }) => fault)]
}

test('timestamps inside of a certificate', () => {
  const certificate = logged([first, second])
  assert.equal(faults(inputOf(certificate)), ['certificate', 'certificate'])
  assert.equal(precertificateTbs(certificate), makeLeaf(root, { serialNumber }).certificate.tbs)
  const { valid } = checkScts(inputOf(certificate), options)
  assert.is(valid[0]?.sct.timestamp, now - hour)
  assert.is(valid[0]?.log, first.log)
})

test('a timestamp that Google made', () => {
  const [certificate, issuer] = certificatesFromPem(sampleCertificate + sampleIssuer).map(
    (der) => new Certificate(der),
  )
  if (certificate === undefined || issuer === undefined) throw new Error('no sample')
  const log = ctLog(new Uint8Array(Buffer.from(sampleLogKey, 'base64')), hash256)
  const input = { certificate, issuerKey: issuer.publicKey, time: now }
  const { valid, rejected } = checkScts(input, { logs: [log], crypto: testProvider })
  assert.equal(rejected, [])
  assert.is(valid[0]?.sct.timestamp, Date.parse('2013-04-05T17:04:16.275Z'))
  const other = { ...input, issuerKey: root.certificate.publicKey }
  assert.equal(faults(other, [log]), ['badSignature'])
})

test('timestamps from TLS and from OCSP', () => {
  const { certificate } = makeLeaf(root)
  const tls = [stamp(first, certificate.der, false)]
  const staple = issueOcspResponse({
    responder: root.certificate,
    responderKey: root.key,
    random,
    producedAt: now,
    responses: [
      {
        certificate,
        issuer: root.certificate,
        hash: sha1,
        status: 'good',
        thisUpdate: now,
        nextUpdate: now + day,
        extensions: [ocspSctListExtension([stamp(second, certificate.der, false)])],
      },
    ],
  })
  assert.equal(faults(inputOf(certificate, { tls, staple })), ['ocsp', 'tls'])
  assert.equal(faults(inputOf(makeLeaf(root).certificate, { tls })), ['badSignature'])
  assert.equal(faults(inputOf(certificate, { tls: [stamp(first, certificate.tbs, true)] })), [
    'badSignature',
  ])
})

test('what does not count, and why', () => {
  const certificate = logged([first])
  const withLog = (changes: Partial<CtLog>): string[] =>
    faults(inputOf(certificate), [{ ...first.log, ...changes }])
  assert.equal(faults(inputOf(certificate), []), ['unknownLog'])
  assert.equal(withLog({ state: 'pending' }), ['logNotTrusted'])
  assert.equal(withLog({ state: 'rejected' }), ['logNotTrusted'])
  assert.equal(withLog({ state: 'readonly' }), ['certificate'])
  assert.equal(withLog({ state: 'retired', since: now - hour }), ['logRetired'])
  assert.equal(withLog({ state: 'retired', since: now - hour + 1 }), ['certificate'])
  const { notAfter } = certificate
  assert.equal(withLog({ interval: { start: notAfter, end: notAfter + 1 } }), ['certificate'])
  assert.equal(withLog({ interval: { start: notAfter - 1, end: notAfter } }), ['logNotTrusted'])
  assert.equal(withLog({ interval: { start: notAfter + 1, end: notAfter + 2 } }), ['logNotTrusted'])
  assert.equal(withLog({ publicKey: ecKey('another').publicKey }), ['badSignature'])
  assert.equal(faults(inputOf(certificate, { time: now - hour })), ['certificate'])
  assert.equal(faults(inputOf(certificate, { time: now - hour - 1 })), ['fromTheFuture'])
  const tls = (bytes: Uint8Array): string[] =>
    faults(inputOf(makeLeaf(root).certificate, { tls: [bytes] }))
  assert.equal(tls(Uint8Array.of(1, 2)), ['unknownVersion'])
  assert.equal(tls(Uint8Array.of(0, 2)), ['malformed'])
  assert.equal(tls(new Uint8Array(0)), ['malformed'])
  const broken = makeLeaf(root, { extensions: [sctListExtension([])] }).certificate
  assert.equal(faults(inputOf(broken)), ['malformed'])
  assert.equal(faults(inputOf(makeLeaf(root).certificate, { staple: Uint8Array.of(0x30) })), [
    'malformed',
  ])
})

test('a retired log counts only inside of the certificate', () => {
  const { certificate } = makeLeaf(root)
  const tls = [stamp(first, certificate.der, false)]
  const logs = [{ ...first.log, state: 'retired', since: now } as const]
  assert.equal(faults(inputOf(certificate, { tls }), logs), ['logRetired'])
})

test('no change of a timestamp leaves it valid', () => {
  const certificate = logged([first])
  const [sct = new Uint8Array()] = embeddedScts(certificate)
  const plain = makeLeaf(root, { serialNumber })
  for (let at = 0; at < sct.length; at++) {
    const copy = sct.slice()
    copy[at] = (copy[at] ?? 0) ^ 1
    const extensions = [sctListExtension([copy])]
    const changed = makeLeaf(root, { serialNumber, extensions }).certificate
    const { valid } = checkScts(inputOf(changed), options)
    assert.equal(valid, [], `octet ${at}`)
  }
  assert.equal(precertificateTbs(plain.certificate), plain.certificate.tbs)
})

test('lists: round trip, and every prefix is refused', () => {
  const stamps = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(stamps, fc.nat(), (list, cut) => {
      const encoded = encodeSctList(list)
      assert.equal(parseSctList(encoded), list)
      const prefix = encoded.subarray(0, cut % encoded.length)
      assert.throws(
        () => parseSctList(prefix),
        (error: unknown) => error instanceof SctError,
      )
    }),
  )
  assert.throws(() => parseSctList(Uint8Array.of(0, 0)), /empty list/)
  assert.throws(() => parseSctList(Uint8Array.of(0, 2, 0, 0)), /empty timestamp/)
})

test('no bytes make reading a timestamp fail in another way', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      try {
        parseSct(bytes)
      } catch (error) {
        if (!(error instanceof SctError)) throw error
      }
    }),
  )
})

test('what browsers demand', () => {
  const check = (
    logs: readonly TestLog[],
    known: readonly CtLog[] = options.logs,
    changes: Changes = {},
    sources: Partial<SctInput> = {},
  ): boolean => {
    const input = inputOf(logged(logs, changes), sources)
    return browserSctPolicy(checkScts(input, { ...options, logs: known }), input) === undefined
  }
  assert.is(check([first, second]), true)
  assert.is(check([first]), false)
  assert.is(check([first, first]), false)
  assert.is(check([first, third]), false)
  const retired = [first, second].map(
    ({ log }) => ({ ...log, state: 'retired', since: now }) as const,
  )
  assert.is(check([first, second], retired), false)
  assert.is(check([first, second], [first.log, ...retired.slice(1)]), true)
  const start = now - 30 * day
  const just = { notBefore: start, notAfter: start + 180 * day - 1000 }
  assert.is(check([first, second], undefined, just), true)
  assert.is(check([first, second], undefined, { ...just, notAfter: start + 180 * day }), false)
  assert.is(
    check([first, second, third], undefined, { ...just, notAfter: start + 180 * day }),
    true,
  )
})

test('timestamps that came with the handshake are enough', () => {
  const { certificate } = makeLeaf(root)
  const tls = [first, second].map((log) => stamp(log, certificate.der, false))
  const input = inputOf(certificate, { tls })
  assert.is(browserSctPolicy(checkScts(input, options), input), undefined)
  const one = inputOf(certificate, { tls: tls.slice(1) })
  assert.match(browserSctPolicy(checkScts(one, options), one) ?? '', /needs 2 valid timestamps/)
})

test('behind a verifier', () => {
  const verifier = createVerifier({
    anchors: [trustAnchor(root.certificate)],
    crypto: testProvider,
  })
  const policy = requireScts(verificationPolicy(verifier), options)
  const ask = (certificate: Certificate, name = 'www.example.com'): string => {
    const question: VerifyQuestion = {
      kind: 'verify',
      role: 'server',
      chain: [certificate.der],
      name,
      requiredKeyUsage: 'digitalSignature',
      staple: undefined,
      scts: [],
      certificateSignatureSchemes: [],
      time: now,
    }
    const answer = policy(question)
    return answer.ok ? 'ok' : answer.code
  }
  assert.is(ask(logged([first, second])), 'ok')
  assert.is(ask(logged([first])), 'transparencyMissing')
  assert.is(ask(logged([first, second]), 'other.example.com'), 'nameMismatch')
  assert.throws(
    () =>
      requireScts(
        () => ({ ok: true, publicKey: new Uint8Array() }),
        options,
      )({
        scts: [],
      } as unknown as VerifyQuestion),
    /no path and anchor/,
  )
})

test('log lists', () => {
  const entry = ({ log, key }: TestLog, state: object) => ({
    description: log.description,
    log_id: Buffer.from(log.id).toString('base64'),
    key: Buffer.from(key.publicKey.spki).toString('base64'),
    url: 'https://log.example.com/',
    mmd: 86400,
    ...state,
  })
  const interval = {
    start_inclusive: '2026-01-01T00:00:00Z',
    end_exclusive: '2026-07-01T00:00:00.000Z',
  }
  const usable = { state: { usable: { timestamp: '2024-11-12T01:02:03Z' } } }
  const list = {
    version: '85.1',
    operators: [
      {
        name: 'A',
        logs: [entry(first, { ...usable, temporal_interval: interval }), entry(third, {})],
        tiled_logs: [entry(second, { state: { retired: { timestamp: '2025-01-01T00:00:00Z' } } })],
      },
      { name: 'B', logs: [] },
    ],
  }
  const logs = logsFromJson(JSON.parse(JSON.stringify(list)), hash256)
  assert.equal(
    logs.map(({ description, operator, state, since }) => [description, operator, state, since]),
    [
      ['first', 'A', 'usable', Date.UTC(2024, 10, 12, 1, 2, 3)],
      ['second', 'A', 'retired', Date.UTC(2025, 0, 1)],
    ],
  )
  assert.equal(logs[0]?.interval, { start: Date.UTC(2026, 0, 1), end: Date.UTC(2026, 6, 1) })
  const other = (changes: object) => ({
    operators: [{ name: 'A', logs: [{ ...entry(first, usable), ...changes }] }],
  })
  for (const bad of [
    {},
    { operators: [{}] },
    other({ key: 'AAAA' }),
    other({ log_id: entry(second, {}).log_id }),
    other({ state: { usable: { timestamp: 'yesterday' } } }),
    other({ state: { unheard: { timestamp: '2024-11-12T01:02:03Z' } } }),
  ]) {
    assert.throws(
      () => logsFromJson(bad, hash256),
      (error: unknown) => error instanceof SctError,
    )
  }
})

const openssl = findOpenssl('reading of timestamps by the openssl command')
if (openssl !== undefined) {
  test('OpenSSL reads them', () => {
    openssl.write('logged.pem', encodePem('CERTIFICATE', logged([first, second]).der))
    const text = openssl.run('x509', '-in', 'logged.pem', '-noout', '-text')
    assert.is(text.match(/Signed Certificate Timestamp:/g)?.length, 2)
    assert.match(text, /Timestamp : Jun {2}1 11:00:00\.000 2026 GMT/)
    assert.match(text, /ecdsa-with-SHA256/)
  })
}

test('a thousand timestamps are no more work than a few', () => {
  const { certificate } = makeLeaf(root)
  const one = stamp(first, certificate.der, false)
  const { valid } = checkScts(inputOf(certificate, { tls: new Array(1000).fill(one) }), options)
  assert.is(valid.length, 32)
})

test.run()
