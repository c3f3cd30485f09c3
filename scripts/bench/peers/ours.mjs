/** sanstls in memory: two connections, their bytes handed across. */
import { createClient, createServer, tls13 } from '@sanstls/core'
import { nodeRandom } from '@sanstls/transport-node/crypto'
import { createVerifier, trustAnchor, verificationPolicy } from '@sanstls/x509'

export function makePeer(crypto, chain, chainKnown) {
  const base = {
    versions: [tls13],
    crypto,
    random: nodeRandom,
    suites: ['TLS_AES_128_GCM_SHA256'],
    groups: ['x25519'],
  }
  const anchors = [trustAnchor(chain.root)]
  // What it remembers is which key signed which certificate; without that, every handshake checks every signature.
  const verifier = createVerifier({ anchors, crypto, cacheSize: chainKnown ? 256 : 0 })
  const server = {
    ...base,
    credentials: [{ chain: chain.chain, key: crypto.importPrivateKey(chain.pkcs8) }],
    tickets: { keys: { keys: [{ name: nodeRandom(16), key: nodeRandom(32) }] } },
  }
  const client = {
    ...base,
    serverName: 'localhost',
    verify: verificationPolicy(verifier),
    // As Node: two tickets after a full handshake, none after a resumption.
    ticketRequest: { newSession: 2, resumption: 0 },
  }
  return {
    handshake: (session) => handshake(client, server, session),
    open: () => handshake(client, server).pair,
    send: (pair, bytes, times) => transfer(pair, bytes, times),
    close,
  }
}

function handshake(client, server, session) {
  const now = { monotonic: performance.now(), unix: Date.now() }
  const config = session === undefined ? client : { ...client, session }
  const pair = { client: createClient(config, now), server: createServer(server, now) }
  const seen = { sessions: [] }
  const expected = session === undefined ? 2 : 0
  const done = () => pair.server.info !== undefined && seen.sessions.length >= expected
  for (let turn = 0; turn < 10 && !done(); turn++) {
    pump(pair.client, pair.server, seen)
    pump(pair.server, pair.client, seen)
  }
  const info = pair.client.info
  if (info === undefined || pair.server.info === undefined)
    throw new Error('bench: our handshake failed', { cause: seen.fault })
  return {
    pair,
    session: seen.sessions.at(-1),
    facts: {
      version: 'TLSv1.3',
      suite: info.suite.name,
      group: info.group.name.toLowerCase(),
      chain: session === undefined ? info.peer.chain.length : 0,
      tickets: seen.sessions.length,
      resumed: info.resumed,
    },
  }
}

function pump(from, to, seen) {
  for (;;) {
    const output = from.poll()
    if (output.kind === 'idle') return
    if (output.kind === 'transmit') {
      give(to, output.bytes, seen)
      from.release(output.bytes)
    } else collect(output, seen)
  }
}

function give(to, bytes, seen) {
  for (let offset = 0; offset < bytes.length; ) {
    offset += to.receive(offset === 0 ? bytes : bytes.subarray(offset))
    // What it says meanwhile waits in the connection.
    if (offset < bytes.length) drain(to, seen)
  }
}

function drain(connection, seen) {
  for (;;) {
    const output = connection.poll()
    if (output.kind === 'idle') return
    if (output.kind === 'transmit') throw new Error('bench: output while input waits')
    collect(output, seen)
  }
}

function collect(output, seen) {
  if (output.kind === 'session') seen.sessions.push(output.session)
  else if (output.kind === 'data') seen.received = (seen.received ?? 0) + output.bytes.length
  else if (output.kind === 'failed') throw output.fault
}

function close({ client, server }) {
  client.abort()
  server.abort()
}

/** Sends `bytes` so many times from client to server; writes coalesce until the connection takes no more. */
function transfer({ client, server }, bytes, times) {
  const seen = { sessions: [], received: 0 }
  const deliver = () => {
    pump(client, server, seen)
    drain(server, seen)
  }
  for (let i = 0; i < times; i++)
    for (let offset = 0; offset < bytes.length; ) {
      offset += client.send(offset === 0 ? bytes : bytes.subarray(offset))
      if (offset < bytes.length) deliver()
    }
  deliver()
  if (seen.received !== bytes.length * times) throw new Error('bench: bytes are missing')
}
