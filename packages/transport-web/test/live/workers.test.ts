/** Runs the shared suite in a Workers runtime: the command in `SANSTLS_WORKERD`, or `workerd`. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const inWorker = suite('transport in a Worker')

const modules = ['@sanstls/core/wasm/aeads.wasm', '@sanstls/core/wasm/curves.wasm']
const command = process.env.SANSTLS_WORKERD ?? 'workerd'
const version = spawnSync(command, ['--version'], { encoding: 'utf8' })
if (version.status !== 0) {
  console.log(
    `SKIP Workers: ${command} does not run; install the npm package workerd, or set SANSTLS_WORKERD`,
  )
} else {
  const text = await run()
  const reports = text
    .split('\n')
    .filter((line) => line.startsWith('{"name"'))
    .map((line) => JSON.parse(line))
  inWorker(`the suite ran to its end on ${version.stdout.trim()}`, () => {
    assert.ok(reports.length > 20, text)
  })
  for (const { name, failure } of reports) {
    inWorker(name, () => {
      if (failure !== undefined) throw new Error(failure)
    })
  }
}

inWorker.run()

async function run(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sanstls-'))
  const relay = joinPairs()
  const port = await portOf(relay)
  const address = `127.0.0.1:${await freePort()}`
  await build({
    entryPoints: [fileURLToPath(new URL('workers/worker.js', import.meta.url))],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    external: ['cloudflare:sockets', ...modules],
  })
  for (const [i, name] of modules.entries())
    copyFileSync(fileURLToPath(import.meta.resolve(name)), join(folder, `${i}.wasm`))
  const config = join(folder, 'config.capnp')
  writeFileSync(config, configuration(address, port))
  const child = spawn(command, ['serve', config], { stdio: ['ignore', 'inherit', 'inherit'] })
  try {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await (
          await fetch(`http://${address}/`, { signal: AbortSignal.timeout(120_000) })
        ).text()
      } catch (error) {
        if (attempt === 50 || (error as Error).name === 'TimeoutError') return String(error)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  } finally {
    child.kill()
    relay.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function configuration(address: string, relay: number): string {
  return `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["local", "private", "public"])),
  ],
  sockets = [(name = "http", address = "${address}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    ${modules.map((name, i) => `(name = "${name}", wasm = embed "${i}.wasm"),`).join('\n    ')}
  ],
  bindings = [(name = "RELAY", text = "${relay}")],
  compatibilityDate = "2025-01-01",
);
`
}

/** Joins connections in pairs. Each begins with what it is and which pair it belongs to, in eleven bytes. */
function joinPairs(): Server {
  const pairs = new Map<string, Socket[]>()
  return createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    socket.once('readable', () => {
      const [role, link = ''] = (socket.read(11) as Buffer).toString().split(/ +/)
      const [near, far] = pairs.get(link) ?? []
      if (role === 'near') pairs.set(link, [socket])
      else if (role === 'far' && near !== undefined) {
        pairs.set(link, [near, socket])
        near.pipe(socket).pipe(near)
        near.on('close', () => socket.destroy())
        socket.on('close', () => near.destroy())
      } else {
        if (role === 'cut') near?.end()
        else for (const end of [near, far]) end?.destroy()
        socket.destroy()
      }
    })
  })
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await portOf(server)
  server.close()
  return port
}
