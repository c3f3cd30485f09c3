// Our client fetches a page.
import { connect } from '@sanstls/transport-node'
import { nodeCrypto } from '@sanstls/transport-node/crypto'
import { describe, describePeer, ladder } from './ladder.mjs'

export async function showClient({ path = '/', ...where }) {
  const rungs = ladder('client')
  const began = performance.now()
  rungs.begin()
  const connection = await connect({
    ...where,
    alpn: ['http/1.1'],
    handshakeTimeout: 15_000,
    observe: rungs.observe,
  })
  const established = performance.now()
  rungs.note('established')
  try {
    const name = where.serverName ?? where.host
    const request = `GET ${path} HTTP/1.1\r\nHost: ${name}\r\nUser-Agent: sanstls-demo\r\nConnection: close\r\n\r\n`
    await connection.write(new TextEncoder().encode(request))
    const page = await readPage(connection)
    rungs.note('page read')
    const done = performance.now()
    await connection.close({ timeout: 2_000 })

    console.log('')
    describe(connection.info)
    describePeer(connection.info)
    const { remote } = connection.addresses
    console.log(`  ${'connected to'.padEnd(18)} ${remote.address} port ${remote.port}`)
    console.log(`  ${'cryptography'.padEnd(18)} ${nodeCrypto.name}`)
    console.log(
      `  ${'page'.padEnd(18)} ${page.status}, ${page.length.toLocaleString('en')} bytes: ${page.excerpt}`,
    )
    const [handshake, fetch] = [established - began, done - established]
    console.log(
      `  ${'time'.padEnd(18)} ${handshake.toFixed(1)} ms to established, ${fetch.toFixed(1)} ms for the page`,
    )
    if (!/^HTTP\/1\.[01] [123]/.test(page.status))
      throw new Error(`The page was refused: ${page.status}`)
  } finally {
    connection.abort()
  }
}

async function readPage(connection) {
  const chunks = []
  try {
    for await (const chunk of connection) chunks.push(chunk)
  } catch (error) {
    // Not rare on the web; the page's own length says whether it is complete.
    if (error.code !== 'truncated' || !isComplete(Buffer.concat(chunks).toString('latin1')))
      throw error
  }
  const text = Buffer.concat(chunks).toString('utf8')
  const [head = '', body = ''] = [
    text.split('\r\n\r\n', 1)[0],
    text.slice(text.indexOf('\r\n\r\n') + 4),
  ]
  const excerpt = body.replace(/\s+/g, ' ').trim().slice(0, 70)
  return { status: head.split('\r\n')[0], length: Buffer.concat(chunks).length, excerpt }
}

function isComplete(text) {
  const end = text.indexOf('\r\n\r\n')
  const length = text.slice(0, end).match(/^content-length: *(\d+)/im)
  return length !== null && text.length - end - 4 >= Number(length[1])
}
