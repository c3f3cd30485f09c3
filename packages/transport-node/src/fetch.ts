/**
 * Fetches what verifying a chain may lack: CRLs, OCSP responses, certificates of issuers. The addresses come out of
 * certificates that nobody trusts yet, so that time, size, redirects and the network that may be reached are limited.
 */
import { lookup as dnsLookup } from 'node:dns'
import * as http from 'node:http'
import * as https from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { FetchRequest, Verifier, VerifyRequest, VerifyResult } from '@sanstls/x509'

export interface FetchOptions {
  /** Milliseconds for one request, redirects included. Default 10,000. */
  readonly timeout?: number
  /** Bytes of one answer at most. Default: 16 MiB for CRLs, 64 KiB for others. */
  readonly maxBytes?: number
  /** Redirects to follow at most. Default 3. */
  readonly maxRedirects?: number
  /** Whether https: is fetched as well, which asks for a certificate to be verified in turn. Default false. */
  readonly https?: boolean
  /** Whether loopback, private and link-local addresses may be reached. Default false. */
  readonly privateNetwork?: boolean
  /** Says of each URL, those of redirects too, whether it may be fetched. */
  readonly allow?: (url: URL) => boolean
  readonly signal?: AbortSignal
}

/** Carries out one request. Undefined where nothing usable came: what is missing shows in the verification. */
export type Fetcher = (request: FetchRequest) => Promise<Uint8Array | undefined>

const defaultMaxBytes = { crl: 16 * 1024 * 1024, ocsp: 65_536, issuer: 65_536 } as const

/** Makes a fetcher. It keeps nothing between requests. */
export function fetcher(options: FetchOptions = {}): Fetcher {
  const { timeout = 10_000, maxRedirects = 3, signal } = options
  return async (request) => {
    const deadline = AbortSignal.timeout(timeout)
    const both = signal === undefined ? deadline : AbortSignal.any([signal, deadline])
    let url = parse(request.url)
    try {
      for (let left = maxRedirects; url !== undefined && left >= 0; left--) {
        if (!isAllowed(url, options)) return undefined
        const answer = await get(url, request, options, both)
        if (answer instanceof Uint8Array || answer === undefined) return answer
        url = answer
      }
    } catch {
      // Whatever the network says, the bytes are missing.
    }
    return undefined
  }
}

/**
 * Verifies a chain, and fetches what the verifier's options ask for (`fetchIssuers`, `revocation.fetch`).
 * @throws {TypeError} as `Verifier.verify`.
 */
export async function verifyFetching(
  verifier: Verifier,
  request: VerifyRequest,
  fetch: Fetcher = fetcher(),
): Promise<VerifyResult> {
  const verification = verifier.begin(request)
  while (verification.question !== undefined) {
    const { question } = verification
    if (question.kind !== 'fetch') throw new TypeError('Verdicts are asked for with `begin`.')
    verification.answer(await fetch(question.request))
  }
  if (verification.result === undefined) throw new TypeError('The verification has no result.')
  return verification.result
}

/** An answer's bytes, where it redirects to, or undefined where it is neither. */
function get(
  url: URL,
  request: FetchRequest,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<Uint8Array | URL | undefined> {
  const { method, body, contentType, accept, kind } = request
  const limit = options.maxBytes ?? defaultMaxBytes[kind]
  const { request: open } = url.protocol === 'https:' ? https : http
  const headers = {
    accept,
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
    ...(body === undefined ? {} : { 'content-length': body.length }),
  }
  const lookup = options.privateNetwork === true ? undefined : publicLookup
  return new Promise((resolve, reject) => {
    const sent = open(url, { method, headers, signal, agent: false, lookup }, (response) => {
      const { statusCode = 0, headers: received } = response
      const target = received.location
      if (statusCode >= 300 && statusCode < 400 && target !== undefined) {
        response.destroy()
        resolve(parse(target, url))
        return
      }
      if (statusCode !== 200 || Number(received['content-length'] ?? 0) > limit) {
        response.destroy()
        resolve(undefined)
        return
      }
      const chunks: Uint8Array[] = []
      let length = 0
      response.on('data', (chunk: Uint8Array) => {
        chunks.push(chunk)
        length += chunk.length
        if (length <= limit) return
        response.destroy()
        resolve(undefined)
      })
      response.on('end', () => resolve(new Uint8Array(Buffer.concat(chunks))))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function parse(text: string, base?: URL): URL | undefined {
  return URL.canParse(text, base?.href) ? new URL(text, base) : undefined
}

function isAllowed(url: URL, options: FetchOptions): boolean {
  const isSpoken = url.protocol === 'http:' || (url.protocol === 'https:' && options.https === true)
  if (!isSpoken || url.username !== '' || options.allow?.(url) === false) return false
  // Names are checked when they are resolved, addresses here.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return options.privateNetwork === true || isIP(host) === 0 || isPublic(host)
}

const notPublic = new BlockList()
for (const [address, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  notPublic.addSubnet(address, bits, 'ipv4')
for (const [address, bits] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  notPublic.addSubnet(address, bits, 'ipv6')

// IPv4 addresses inside of IPv6 ones (::ffff:0:0/96) are compared with the list of the former.
const isPublic = (address: string): boolean =>
  !notPublic.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

const publicLookup: LookupFunction = (host, options, callback) => {
  dnsLookup(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, [])
    const usable = addresses.filter(({ address }) => isPublic(address))
    const [first] = usable
    if (first === undefined) return callback(new Error(`${host} is not in the public network`), [])
    if (options.all === true) return callback(null, usable)
    callback(null, first.address, first.family)
  })
}
