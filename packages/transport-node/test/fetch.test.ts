/** What is fetched for a verification: how long, how much, from where. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { certificatesFromPem, type FetchRequest, parseCertificate } from '@sanstls/x509'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type FetchOptions, fetcher } from '#src/fetch.js'
import { authority } from './support/harness.js'

const [der = new Uint8Array(0)] = certificatesFromPem(authority.ca)
const certificate = parseCertificate(der)

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

test.run()
