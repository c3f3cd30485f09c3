/** The shared suite in a Worker, both ends over the Worker's own sockets; answers with a line of JSON for each case. */
import { connect as connectTcp } from 'cloudflare:sockets'
import { noble } from '@sanstls/core/noble'
import { conformance } from '@sanstls/core/testing/conformance'
import { createWasm } from '@sanstls/core/wasm'
import aeads from '@sanstls/core/wasm/aeads.wasm'
import curves from '@sanstls/core/wasm/curves.wasm'
import { upgrade } from '@sanstls/transport-web'
import { createTestAuthority, type Harness, transportCases } from '@sanstls/transport-web/testing'

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

/** A case that hangs is given up, and the others still run. */
async function late(): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, 5_000))
  throw new Error('not over after 5 s')
}

/** Two sockets that the relay on `port` joins. */
function harnessOn(port: number): Harness {
  let links = 0
  // Made here, because Workers give neither randomness nor the time outside of a request.
  const authority = createTestAuthority(noble, random, Date.now())
  const open = async (role: string, link: number) => {
    const socket = connectTcp({ hostname: '127.0.0.1', port }, { allowHalfOpen: true })
    const writer = socket.writable.getWriter()
    await writer.write(new TextEncoder().encode(`${role} ${String(link).padStart(6)}`))
    writer.releaseLock()
    return socket
  }
  return {
    authority,
    upgrade,
    async link(clientOptions, serverOptions) {
      links += 1
      const link = links
      const near = await open('near', link)
      const far = await open('far ', link)
      const client = upgrade(near, clientOptions)
      const server = upgrade(far, { role: 'server', ...serverOptions })
      client.catch(() => {})
      server.catch(() => {})
      return {
        client,
        server,
        cut: () => void open('cut ', link),
        release: async () => void (await open('free', link)),
      }
    },
  }
}

/** What every provider must do, of the one in WebAssembly: Workers forbid compiling, so it takes compiled modules. */
function* wasmCases(): Generator<{ readonly name: string; run(): void }> {
  const wasm = createWasm({ aeads, curves })
  yield {
    name: 'wasm: there without compiling',
    run() {
      const found = [wasm.suites.length, wasm.groups.length, wasm.signatures.length]
      if (found.join() !== '3,4,3') throw new Error(`${found} suites, groups and signatures`)
      if (createWasm().suites.length > 0) throw new Error('compiling is not forbidden here')
    },
  }
  const cases = conformance(wasm, random, { reference: noble, partial: true })
  // Those are about private keys of other kinds, too.
  for (const { name, run } of cases.filter((entry) => !entry.name.startsWith('keys')))
    yield { name: `wasm: ${name}`, run }
}

// biome-ignore lint/style/noDefaultExport: this is how a Worker says what it does
export default {
  async fetch(_request: Request, environment: { readonly RELAY: string }): Promise<Response> {
    const harness = harnessOn(Number(environment.RELAY))
    const lines: string[] = []
    const cases = [...transportCases, ...wasmCases()]
    for (const { name, run } of cases) {
      try {
        await Promise.race([run(harness), late()])
        lines.push(JSON.stringify({ name }))
      } catch (error) {
        const failure = error instanceof Error ? `${error.stack}` : String(error)
        lines.push(JSON.stringify({ name, failure }))
      }
    }
    return new Response(lines.join('\n'))
  },
}
