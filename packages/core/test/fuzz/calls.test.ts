// Correct peers whose callers do everything in any order: one poll at a time, any chunk, any call between.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, equal } from '#src/bytes.js'
import { createClient } from '#src/client.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Connection } from '#src/connection.js'
import type { Random } from '#src/crypto/provider.js'
import type { Decision } from '#src/decision.js'
import type { Output } from '#src/output.js'
import { createServer } from '#src/server.js'
import type { Session } from '#src/session.js'
import {
  below,
  chance,
  nullCredential,
  nullCryptoTls12,
  seededRandom,
  trustEveryone,
} from '#src/testing.js'
import {
  clientConfig,
  connect,
  demand,
  serverConfig,
  serverCredential,
} from '../support/connect.js'
import { fuzz } from '../support/fuzz.js'
import { bothVersions, only12 } from '../support/tls12.js'

const clientCredential = nullCredential({ name: 'client.example' })
const keys = { keys: [{ name: new Uint8Array(16).fill(1), key: new Uint8Array(32).fill(2) }] }
const early = { tickets: { keys }, earlyData: { maxBytes: 5_000, replay: () => true } }
/** One of each version. */
let sessions: readonly Session[] = []

/** One end, with what its caller knows of it. */
class End {
  readonly connection: Connection
  /** What was transmitted and not received by the other end yet. */
  outgoing: Uint8Array = new Uint8Array(0)
  accepted: Uint8Array = new Uint8Array(0)
  acceptedEarly: Uint8Array = new Uint8Array(0)
  received: Uint8Array = new Uint8Array(0)
  receivedEarly: Uint8Array = new Uint8Array(0)
  readonly decisions: Decision[] = []
  readonly kinds: string[] = []
  fault: Extract<Output, { kind: 'failed' }>['fault'] | undefined
  idle = false
  closed = false
  /** Closed before it was established: what was queued is dropped with the handshake. */
  givenUp = false
  /** Its caller has renegotiated, which goes no further once either side has closed. */
  renegotiates = false
  aborted = false
  /** What `receive` was given and may look at until `idle`. */
  readonly #lent: Uint8Array[] = []

  constructor(connection: Connection) {
    this.connection = connection
  }

  poll(random: Random): void {
    const output = this.connection.poll()
    this.idle = output.kind === 'idle'
    if (this.idle) for (const chunk of this.#lent.splice(0)) chunk.fill(0xdb)
    else this.kinds.push(output.kind)
    switch (output.kind) {
      case 'transmit':
        this.outgoing = concat(this.outgoing, output.bytes)
        if (chance(0.5, random)) {
          output.bytes.fill(0xdb)
          this.connection.release(output.bytes)
        }
        break
      case 'data':
        this.received = concat(this.received, output.bytes)
        break
      case 'earlyData':
        this.receivedEarly = concat(this.receivedEarly, output.bytes)
        break
      case 'decide':
        this.decisions.push(output.decision)
        break
      case 'failed':
        this.fault = output.fault
        break
    }
  }

  /** Takes a part of what the other end has transmitted. */
  receive(from: End, length: number): void {
    const chunk = from.outgoing.slice(0, length)
    const taken = this.connection.receive(chunk)
    this.#lent.push(chunk)
    from.outgoing = from.outgoing.slice(taken)
  }

  answer(): void {
    const decision = this.decisions.shift()
    if (decision === undefined) return
    if (decision.kind === 'verify') this.connection.answer(decision, trustEveryone(decision))
    if (decision.kind === 'credential')
      this.connection.answer(
        decision,
        decision.role === 'client' ? clientCredential : serverCredential,
      )
    if (decision.kind === 'replay') this.connection.answer(decision, true)
  }
}

/** A call that may be misuse: then it throws an Error that names it. */
function call(name: string, run: () => void): void {
  try {
    run()
  } catch (error) {
    assert.ok(error instanceof Error)
    assert.is(error.name, 'Error', `${name}: ${error.stack}`)
    assert.ok(error.message.startsWith(`${name}: `), error.message)
  }
}

let counter = 0

/** Bytes that are all different, so that order and loss show. */
function plaintext(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => counter++ * 31)
}

function act(end: End, other: End, random: Random): void {
  const { connection } = end
  switch (below(25, random)) {
    case 0:
    case 1:
    case 2: {
      const bytes = plaintext(below(chance(0.1, random) ? 40_000 : 300, random))
      call('send', () => {
        const taken = connection.send(bytes)
        end.accepted = concat(end.accepted, bytes.subarray(0, taken))
      })
      break
    }
    case 3: {
      const bytes = plaintext(below(300, random))
      const taken = connection.sendEarly(bytes)
      end.acceptedEarly = concat(end.acceptedEarly, bytes.subarray(0, taken))
      break
    }
    case 4:
      call('updateKeys', () => connection.updateKeys(chance(0.5, random)))
      break
    case 5:
      call('requestClientCertificate', () => connection.requestClientCertificate())
      break
    case 6:
      call('exporter', () => void connection.exporter('EXPORTER-x', undefined, 16))
      break
    case 7:
      end.answer()
      break
    case 8:
      if (!chance(0.05, random)) break
      if (connection.info === undefined) end.givenUp = true
      connection.close()
      end.closed = true
      break
    case 9:
      if (!chance(0.01, random)) break
      connection.abort()
      end.aborted = true
      break
    case 10:
      connection.handleTimeout()
      break
    case 11:
      if (!chance(0.3, random)) break
      call('renegotiate', () => {
        const asks = connection.role === 'server' && chance(0.5, random)
        connection.renegotiate(asks ? { clientAuthentication: 'require' } : {})
        end.renegotiates = true
      })
      break
    case 12:
    case 13:
    case 14:
    case 15:
    case 16:
      end.receive(other, 1 + below(chance(0.3, random) ? 20_000 : 60, random))
      break
    default:
      end.poll(random)
  }
}

function settle(client: End, server: End, random: Random): void {
  for (let round = 0; round < 100_000; round++) {
    for (const [end, other] of [
      [client, server],
      [server, client],
    ] as const) {
      end.answer()
      end.receive(other, 100_000)
      do end.poll(random)
      while (!end.idle)
    }
    const waiting = client.decisions.length + server.decisions.length
    if (waiting === 0 && client.outgoing.length === 0 && server.outgoing.length === 0) return
  }
  throw new Error('it does not come to rest')
}

function options(random: Random): [Partial<ClientConfig>, Partial<ServerConfig>] {
  const authenticated = chance(0.3, random)
  const late = chance(0.4, random)
  const newest = versions(random)
  const client: Partial<ClientConfig> = {
    random: seededRandom(`client ${counter}`),
    postHandshakeAuth: chance(0.5, random),
    credentials: late ? 'decide' : [clientCredential],
    verify: late ? 'decide' : trustEveryone,
    ...(chance(0.3, random) ? { keyShares: ['x25519'] } : {}),
    ...(chance(0.3, random) ? { limits: { maxBuffered: 19_000, maxQueued: 5_000 } } : {}),
    ...(chance(0.3, random) ? resumption(newest, random) : {}),
    ...versions(random),
  }
  const server: Partial<ServerConfig> = {
    ...early,
    random: seededRandom(`server ${counter}`),
    verify: chance(0.5, random) ? 'decide' : trustEveryone,
    credentials: chance(0.3, random) ? 'decide' : [serverCredential],
    clientAuthentication: authenticated ? 'require' : 'none',
    halfRttData: chance(0.3, random),
    ...(chance(0.3, random) ? { groups: ['secp256r1'] } : {}),
    ...(chance(0.3, random) ? { recordSizeLimit: 100 } : {}),
    ...(chance(0.3, random) ? { earlyData: { maxBytes: 5_000, replay: 'decide' as const } } : {}),
    ...newest,
  }
  return [client, server]
}

/** A server of TLS 1.2 alone cannot take early data, nor pass it over (RFC 9846 E.3). */
function resumption({ versions }: Pick<ServerConfig, 'versions'>, random: Random) {
  const session = demand(sessions[below(sessions.length, random)])
  const serves = versions.some(({ id }) => id >= session.version)
  return serves ? { session, earlyData: true } : {}
}

function versions(random: Random) {
  const sendMeanwhile = chance(0.5, random)
  const renegotiation = { peerMayStart: chance(0.7, random), limit: 1_000, sendMeanwhile }
  const crypto = nullCryptoTls12
  const spoken = chance(0.5, random) ? bothVersions : only12({})
  return chance(0.8, random) ? { ...spoken, crypto, renegotiation } : { ...spoken, crypto }
}

function check(end: End, other: End, quiet: boolean): void {
  const { fault } = end
  if (fault !== undefined) {
    // Closing or ending early is the only reason that correct peers have to fail.
    const codes = ['closedDuringHandshake', 'tooManyKeyUpdates', 'tooManyRequests', 'alertReceived']
    assert.ok(codes.includes(fault.code), `${fault.code}: ${fault.detail}`)
  }
  const { accepted, acceptedEarly } = other
  assert.ok(equal(end.received, accepted.subarray(0, end.received.length)), 'another order')
  assert.ok(equal(end.receivedEarly, acceptedEarly.subarray(0, end.receivedEarly.length)))
  if (quiet) assert.is(end.received.length, accepted.length, 'something is missing')
}

test('any calls in any order', async () => {
  sessions = [
    demand(connect({}, early).run().client.sessions[0]),
    demand(connect(only12({}), only12(early)).run().client.sessions[0]),
  ]
  await fuzz(0.1, (name) => {
    counter = 0
    const random = seededRandom(`calls ${name}`)
    const now = { monotonic: 0, unix: 1_800_000_000_000 }
    const [clientOptions, serverOptions] = options(random)
    const client = new End(createClient(clientConfig(clientOptions), now))
    const server = new End(createServer(serverConfig(serverOptions), now))
    for (let steps = 50 + below(250, random); steps > 0; steps--) {
      if (chance(0.5, random)) act(client, server, random)
      else act(server, client, random)
    }
    settle(client, server, random)
    const ended = [client, server].some(
      (end) => end.aborted || end.closed || end.fault !== undefined,
    )
    check(client, server, !ended)
    check(server, client, !ended)
    if (!ended) assert.ok(client.connection.info && server.connection.info, 'not established')
    // A close by itself loses nothing that was accepted before it.
    for (const end of [client, server])
      if (end.aborted || end.givenUp || end.renegotiates || end.fault !== undefined) return
    check(client, server, true)
    check(server, client, true)
  })
})

test.run()
