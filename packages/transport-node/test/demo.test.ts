/** The demonstration works, and says so by how it ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const demo = suite('demo')

async function run(...args: string[]): Promise<{ code: unknown; output: string }> {
  const script = fileURLToPath(new URL('../../../scripts/demo.mjs', import.meta.url))
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const [code] = await once(child, 'close')
  return { code, output }
}

demo('shows a handshake of our client and one of our server', async () => {
  const { code, output } = await run()
  assert.is(code, 0, output)
  assert.match(output, /── ClientHello · [\d,]+ B ─+▶/)
  assert.match(output, /◀─ CertificateVerify · \d+ B ─/)
  assert.match(output, /issued by +CN=Root,O=sanstls demo \(trusted\)/)
  assert.match(output, /HTTP\/1.1 200 OK/)
  assert.match(output, /it received +A page from a TLS server/)
})

demo('ends with 1 where something failed', async () => {
  const { code, output } = await run('127.0.0.1:1')
  assert.is(code, 1, output)
  assert.match(output, /FAILED \[transportFailed\]: .*ECONNREFUSED/)
})

demo.run()
