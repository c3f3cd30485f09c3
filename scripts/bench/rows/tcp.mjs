/** The same over TCP, loopback: handshakes, bulk in one process and to another, bursts of small writes, round trips. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { bulkWarmUp, handshakeWarmUp, rates } from '../measure.mjs'
import { assertEqual, tcpPeers } from '../peers.mjs'

const fair = ['sanstls/native', 'node:tls']
const all = [...fair, 'lemon-tls']
const lemonNote = 'one ticket'
const one = new Uint8Array(1)

export async function run(bench) {
  await handshakes(bench, 'full handshakes over TCP', {})
  await handshakes(bench, 'handshakes over TCP, chain known', { chainKnown: true })
  await handshakes(bench, 'resumed handshakes over TCP', { resumed: true })
  for (const kibibytes of [16, 64]) {
    const title = `bulk over TCP, writes of ${kibibytes} KiB`
    await transfers(bench, title, bulk(kibibytes), bench.measuring, serveSink)
  }
  for (const kibibytes of [16, 64]) {
    const title = `bulk over TCP to another process, writes of ${kibibytes} KiB`
    // Pairs of processes differ more than rounds do.
    await transfers(bench, title, bulk(kibibytes), bench.wall, forkSink, 3)
  }
  const burst = { size: 64, times: 200, unit: 'writes/s', perCall: 200, way: 'burst' }
  await transfers(bench, 'bursts of 64-byte writes over TCP', burst, bench.measuring, serveSink)
  await roundTrips(bench)
}

const bulk = (kibibytes) => ({
  size: kibibytes * 1024,
  times: 4096 / kibibytes,
  unit: 'MiB/s',
  perCall: 4,
  way: 'send',
})

async function handshakes({ wanted, report, chain, measuring }, title, options) {
  if (!wanted(title)) return
  const { chainKnown = false, resumed = false } = options
  const peers = await tcpPeers(all, chain, { chainKnown })
  const doors = new Map()
  for (const peer of peers) doors.set(peer.name, await openDoor(peer))
  const sessions = new Map()
  const perform = async (peer) => {
    const door = doors.get(peer.name)
    const [client, server] = await Promise.all([
      peer.dial(door.port, sessions.get(peer.name)),
      door.next(),
    ])
    client.destroy()
    server.destroy()
    return { client, server }
  }
  if (resumed)
    for (const peer of peers) sessions.set(peer.name, (await perform(peer)).client.session)
  const facts = []
  for (const peer of peers) {
    const { client, server } = await perform(peer)
    if (fair.includes(peer.name)) facts.push(bothSides(client, server))
  }
  const agreed = assertEqual(facts, fair)
  if (agreed.resumed !== resumed) throw new Error('bench: resumption is not as wanted')
  const warmUp = handshakeWarmUp(measuring)
  const results = await rates(peers, { ...measuring, warmUp, run: perform })
  report.add({
    title,
    unit: 'connections/s',
    results,
    reference: 'node:tls',
    facts: agreed,
    notes: { 'lemon-tls': resumed ? 'with a ticket more' : lemonNote },
  })
  for (const door of doors.values()) door.close()
}

/** What the client tells, of which the server must tell the same as far as it does. */
function bothSides({ facts }, { agreed }) {
  if (facts.version !== agreed.version || facts.suite !== agreed.suite)
    throw new Error(`bench: the server agreed on ${JSON.stringify(agreed)}`)
  return facts
}

/** A server whose connections are taken one by one. */
async function openDoor(peer) {
  const waiting = []
  const takers = []
  const { port, close } = await peer.serve((link) => {
    const take = takers.shift()
    if (take === undefined) waiting.push(link)
    else take(link)
  })
  return {
    port,
    close,
    next: () =>
      new Promise((resolve) => {
        if (waiting.length > 0) resolve(waiting.shift())
        else takers.push(resolve)
      }),
  }
}

/** node:tls loses what is written while it tells of a ticket. */
async function dialAndWait(peer, port) {
  const link = await peer.dial(port)
  await new Promise((resolve) => setImmediate(resolve))
  return link
}

/** Writes by `way`; the server answers each batch with one byte. The rounds are shared out among `connections`, one by one. */
async function transfers(bench, title, work, measuring, makeSink, connections = 1) {
  const { wanted, report, chain } = bench
  if (!wanted(title)) return
  const peers = await tcpPeers(all, chain)
  const results = new Map(peers.map(({ name }) => [name, []]))
  const shared = { ...measuring, rounds: measuring.rounds / connections }
  let facts
  for (let i = 0; i < connections; i++) {
    const part = await transfersOnce(peers, chain, work, shared, makeSink)
    for (const [name, values] of part.results) results.get(name).push(...values)
    facts = part.facts
  }
  report.add({
    title,
    unit: work.unit,
    results,
    reference: 'node:tls',
    facts,
    notes: { 'lemon-tls': lemonNote },
  })
}

async function transfersOnce(peers, chain, work, measuring, makeSink) {
  const { size, times, perCall, way } = work
  const sinks = new Map()
  const links = new Map()
  const facts = []
  for (const peer of peers) {
    const sink = await makeSink(peer, chain, size * times)
    const link = await dialAndWait(peer, sink.port)
    sinks.set(peer.name, sink)
    links.set(peer.name, link)
    if (fair.includes(peer.name)) facts.push(bothSides(link, { agreed: await sink.agreed }))
  }
  const agreed = assertEqual(facts, fair)
  const bytes = new Uint8Array(size).fill(7)
  const results = await rates(peers, {
    ...measuring,
    warmUp: bulkWarmUp(measuring),
    perCall,
    async run({ name }) {
      const link = links.get(name)
      const answered = link.receive(1)
      await link[way](bytes, times)
      await answered
    },
  })
  for (const link of links.values()) link.destroy()
  for (const sink of sinks.values()) sink.close()
  return { results, facts: agreed }
}

/** A sink in this process. */
async function serveSink(peer, _chain, batch) {
  let tell
  const agreed = new Promise((resolve) => {
    tell = resolve
  })
  const server = await peer.serve(async (link) => {
    tell(link.agreed)
    await answerBatches(link, batch)
  })
  return { ...server, agreed }
}

export async function answerBatches(link, batch) {
  try {
    for (;;) {
      await link.receive(batch)
      await link.send(one, 1)
    }
  } catch {
    // The client has gone.
  }
}

/** A sink in a process of its own. */
async function forkSink({ name }, chain, batch) {
  const file = fileURLToPath(new URL('../sink.mjs', import.meta.url))
  const child = fork(file, [name, String(batch)], { serialization: 'advanced' })
  child.send(chain)
  const [{ port }] = await once(child, 'message')
  const agreed = once(child, 'message').then(([message]) => message.agreed)
  return { port, agreed, close: () => child.kill() }
}

async function roundTrips({ wanted, report, chain, measuring }) {
  const title = 'round trips of 64 bytes over TCP'
  if (!wanted(title)) return
  const peers = await tcpPeers(all, chain)
  const servers = []
  const links = new Map()
  const facts = []
  const bytes = new Uint8Array(64).fill(7)
  for (const peer of peers) {
    const door = await openDoor(peer)
    servers.push(door)
    const [client, server] = await Promise.all([dialAndWait(peer, door.port), door.next()])
    if (fair.includes(peer.name)) facts.push(bothSides(client, server))
    links.set(peer.name, client)
    echo(server, bytes)
  }
  const trips = 50
  const results = await rates(peers, {
    ...measuring,
    perCall: trips,
    async run({ name }) {
      const link = links.get(name)
      for (let i = 0; i < trips; i++) {
        const answered = link.receive(bytes.length)
        link.send(bytes, 1)
        await answered
      }
    },
  })
  const latencies = new Map()
  for (const [name, values] of results)
    latencies.set(
      name,
      values.map((rate) => 1e6 / rate),
    )
  report.add({
    title,
    unit: 'µs',
    results: latencies,
    reference: 'node:tls',
    facts: assertEqual(facts, fair),
    notes: { 'lemon-tls': lemonNote },
  })
  for (const link of links.values()) link.destroy()
  for (const server of servers) server.close()
}

async function echo(link, bytes) {
  try {
    for (;;) {
      await link.receive(bytes.length)
      link.send(bytes, 1)
    }
  } catch {
    // The client has gone.
  }
}
