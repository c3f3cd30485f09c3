/** What is fetched for a verification: how long, how much, from where. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SigningKey } from '@sanstls/core'
import { noble } from '@sanstls/core/noble'
import {
  type Certificate,
  type CertificateRequest,
  createVerifier,
  type FetchRequest,
  issueCertificate,
  trustAnchor,
} from '@sanstls/x509'
import {
  authorityInfoAccessExtension,
  crlDistributionPointsExtension,
  issueCrl,
} from '@sanstls/x509/issue'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type FetchOptions, fetcher, verifyFetching } from '#src/fetch.js'

interface Entity {
  readonly certificate: Certificate
  readonly key: SigningKey
}

const now = Date.now()
const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))
const times = { random, thisUpdate: now - 86_400_000, nextUpdate: now + 86_400_000 }

function issue(
  name: string,
  issuer: Entity | undefined,
  more: Partial<CertificateRequest>,
): Entity {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pkcs8 = pair.privateKey.export({ type: 'pkcs8', format: 'der' })
  const key = noble.importPrivateKey(new Uint8Array(pkcs8))
  const certificate = issueCertificate({
    subject: { commonName: name },
    publicKey: key.publicKey,
    issuer: issuer?.certificate,
    issuerKey: issuer?.key ?? key,
    random,
    notBefore: times.thisUpdate,
    notAfter: times.nextUpdate,
    ...more,
  })
  return { certificate, key }
}
const root = issue('root', undefined, { ca: true, keyUsage: ['keyCertSign', 'cRLSign'] })
const { certificate } = root

async function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  run: (base: string) => Promise<void>,
): Promise<void> {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    await run(`http://127.0.0.1:${port}`)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}
const wanted = (url: string, changes: Partial<FetchRequest> = {}): FetchRequest => ({
  kind: 'crl',
  url,
  method: 'GET',
  body: undefined,
  contentType: undefined,
  accept: 'application/pkix-crl',
  certificate,
  ...changes,
})
const near = (options: FetchOptions = {}) => fetcher({ privateNetwork: true, ...options })
const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString()

test('gets bytes, and posts them', () =>
  serve(
    (request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const { method, headers } = request
        response.end(
          `${method} ${headers.accept} ${headers['content-type']} ${Buffer.concat(parts)}`,
        )
      })
    },
    async (base) => {
      const fetch = near()
      assert.is(text(await fetch(wanted(base))), 'GET application/pkix-crl undefined ')
      const body = new Uint8Array(Buffer.from('question'))
      const post = {
        kind: 'ocsp',
        method: 'POST',
        body,
        contentType: 'a/b',
        accept: 'c/d',
      } as const
      assert.is(text(await fetch(wanted(base, post))), 'POST c/d a/b question')
    },
  ))
test('anything but 200 is nothing; redirects are followed, but not for ever', () =>
  serve(
    (request, response) => {
      const step = Number(request.url?.slice(1))
      if (Number.isNaN(step)) response.writeHead(404).end('no')
      else if (step === 0) response.end('there')
      else response.writeHead(302, { location: `/${step - 1}` }).end()
    },
    async (base) => {
      assert.is(await near()(wanted(`${base}/x`)), undefined)
      assert.is(text(await near()(wanted(`${base}/3`))), 'there')
      assert.is(await near()(wanted(`${base}/4`)), undefined)
    },
  ))
test('sizes and time are limited, announced or not', () =>
  serve(
    (request, response) => {
      if (request.url === '/slow') return
      if (request.url === '/announced') response.setHeader('content-length', 101)
      response.write(Buffer.alloc(60))
      response.end(Buffer.alloc(request.url === '/small' ? 40 : 41))
    },
    async (base) => {
      const fetch = near({ maxBytes: 100, timeout: 200 })
      assert.is((await fetch(wanted(`${base}/small`)))?.length, 100)
      assert.is(await fetch(wanted(`${base}/large`)), undefined)
      assert.is(await fetch(wanted(`${base}/announced`)), undefined)
      const started = performance.now()
      assert.is(await fetch(wanted(`${base}/slow`)), undefined)
      assert.ok(performance.now() - started < 5000)
    },
  ))
test('one’s own network is not reached by what a certificate says', () =>
  serve(
    (_, response) => {
      response.end('secret')
    },
    async (base) => {
      const fetch = fetcher({ timeout: 2000 })
      assert.is(await fetch(wanted(base)), undefined)
      assert.is(await fetch(wanted(base.replace('127.0.0.1', 'localhost'))), undefined)
      assert.is(await fetch(wanted(base.replace('127.0.0.1', '[::ffff:127.0.0.1]'))), undefined)
      assert.is(await fetch(wanted(base.replace('127.0.0.1', '2130706433'))), undefined)
      assert.is(text(await near()(wanted(base))), 'secret')
      assert.is(await near({ allow: () => false })(wanted(base)), undefined)
      for (const url of ['file:///etc/passwd', 'ldap://a.example/', 'https://a.example/', 'x']) {
        assert.is(await near()(wanted(url)), undefined)
      }
    },
  ))
test('an abort ends it', () =>
  serve(
    () => {},
    async (base) => {
      const controller = new AbortController()
      const pending = near({ signal: controller.signal })(wanted(base))
      controller.abort()
      assert.is(await pending, undefined)
    },
  ))

test('a verification gets what it lacks, and no more', () => {
  const ca = issue('CA', root, { ca: true, keyUsage: ['keyCertSign', 'cRLSign'] })
  const crl = issueCrl({ issuer: ca.certificate, issuerKey: ca.key, ...times, number: 1 })
  const asked: string[] = []
  return serve(
    (request, response) => {
      asked.push(request.url ?? '')
      response.end(request.url === '/ca.cer' ? ca.certificate.der : crl)
    },
    async (base) => {
      const leaf = issue('leaf', ca, {
        subjectAltName: { dns: ['a.example'] },
        extensions: [
          crlDistributionPointsExtension([`${base}/ca.crl`]),
          authorityInfoAccessExtension({ caIssuers: [`${base}/ca.cer`] }),
        ],
      })
      const verifier = createVerifier({
        anchors: [trustAnchor(root.certificate)],
        crypto: noble,
        profile: 'rfc5280',
        fetchIssuers: true,
        revocation: { mode: 'peer', fetch: true },
      })
      const request = {
        chain: [leaf.certificate.der],
        role: 'server',
        name: { kind: 'DNS', value: 'a.example' },
        time: now,
      } as const
      const result = await verifyFetching(verifier, request, near())
      assert.ok(result.ok, result.ok ? '' : result.fault.message)
      assert.equal(asked, ['/ca.cer', '/ca.crl'])
      const without = await verifyFetching(verifier, request, async () => undefined)
      assert.is(without.ok ? 'ok' : without.fault.code, 'unknownIssuer')
    },
  )
})

test.run()
