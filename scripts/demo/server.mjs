// Our server is asked for a page: by the OpenSSL command where there is one, else by Node's https.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listen } from '@sanstls/transport-node'
import { describe, describePeer, ladder } from './ladder.mjs'

const body = 'A page from a TLS server in TypeScript.\n'
const patience = 20_000

export async function showServer({ cert, key, ca }) {
  const rungs = ladder('server')
  const failed = Promise.withResolvers?.() ?? withResolvers()
  const server = await listen({
    host: '127.0.0.1',
    cert,
    key,
    alpn: ['http/1.1'],
    observe: rungs.observe,
    handshakeTimeout: patience,
    onHandshakeError: failed.reject,
  })
  failed.promise.catch(() => {})
  const { port } = server.address
  const began = performance.now()
  const client = fetchWith(port, ca)
  rungs.begin()
  try {
    const connection = await Promise.race([server.accept(), failed.promise, client.failed])
    const established = performance.now()
    rungs.note('established')
    const request = await readRequest(connection)
    await connection.write(new TextEncoder().encode(response()))
    await connection.close({ timeout: 5_000 })
    const page = await client.page
    rungs.note('page sent')

    console.log('')
    describe(connection.info)
    describePeer(connection.info)
    console.log(`  ${'client'.padEnd(18)} ${client.name}`)
    console.log(`  ${'asked for'.padEnd(18)} ${request}`)
    console.log(`  ${'it received'.padEnd(18)} ${page.trim().split('\n').at(-1)}`)
    console.log(
      `  ${'time'.padEnd(18)} ${(established - began).toFixed(1)} ms to established, starting the client included`,
    )
    if (!page.includes(body.trim())) throw new Error(`The client did not receive the page: ${page}`)
  } finally {
    await server.close()
    client.stop()
  }
}

async function readRequest(connection) {
  let text = ''
  while (!text.includes('\r\n\r\n')) {
    const chunk = await connection.read({ timeout: patience })
    if (chunk === undefined) throw new Error(`The client closed after ${JSON.stringify(text)}`)
    text += Buffer.from(chunk).toString('latin1')
  }
  return text.split('\r\n')[0]
}

const response = () =>
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`

/** Starts a client that fetches `/`; `failed` rejects where it gives up. */
function fetchWith(port, ca) {
  const version = spawnSync('openssl', ['version'], { encoding: 'utf8' })
  return version.status === 0
    ? fetchWithOpenssl(port, ca, version.stdout.trim())
    : fetchWithNode(port, ca)
}

function fetchWithOpenssl(port, ca, name) {
  const folder = mkdtempSync(join(tmpdir(), 'sanstls-demo-'))
  writeFileSync(join(folder, 'ca.pem'), ca)
  const child = spawn('openssl', [
    's_client',
    ...['-connect', `127.0.0.1:${port}`, '-servername', 'localhost', '-alpn', 'http/1.1'],
    ...['-CAfile', join(folder, 'ca.pem'), '-verify_hostname', 'localhost', '-verify_return_error'],
    '-quiet',
  ])
  const [output, errors] = [[], []]
  child.stdout.on('data', (chunk) => output.push(chunk))
  child.stderr.on('data', (chunk) => errors.push(chunk))
  child.stdin.on('error', () => {})
  child.stdin.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  const page = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString('utf8'))
      else reject(new Error(`openssl s_client ended with ${code}: ${Buffer.concat(errors)}`))
    })
  })
  return {
    name: `openssl s_client, ${name}; it verified us against the demo's root`,
    page,
    failed: failureOf(page),
    stop() {
      child.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function fetchWithNode(port, ca) {
  const options = {
    host: '127.0.0.1',
    port,
    servername: 'localhost',
    ca,
    ALPNProtocols: ['http/1.1'],
  }
  let request
  const page = new Promise((resolve, reject) => {
    request = get(options, async (incoming) => {
      const chunks = (await Array.fromAsync?.(incoming)) ?? (await incoming.toArray())
      resolve(Buffer.concat(chunks).toString('utf8'))
    })
    request.on('error', reject)
  })
  return {
    name: `Node's https with OpenSSL ${process.versions.openssl}; it verified us against the demo's root`,
    page,
    failed: failureOf(page),
    stop: () => request.destroy(),
  }
}

/** Rejects when the page does, and is otherwise never settled. */
function failureOf(page) {
  const failed = new Promise((_, reject) => {
    page.catch(reject)
  })
  failed.catch(() => {})
  return failed
}

function withResolvers() {
  const made = {}
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
  return made
}
