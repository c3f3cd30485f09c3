/** One connection as BoringSSL's shim runs it: handshake, checks, echo with every bit turned, shutdown. */
import {
  type Connection,
  type ConnectionInfo,
  Fault,
  type FaultCode,
  type Output,
  type Session,
} from '@sanstls/core'
import { answer, type Decision } from './answers.js'
import { latin1 } from './bytes.js'
import { checkEstablished, expectSame, expectThat } from './checks.js'
import type { Seen } from './choose.js'
import { reverify } from './configure.js'
import type { ShimCredential } from './credentials.js'
import { exports, Refused } from './exports.js'
import type { Flags } from './flags.js'
import type { Shared } from './sessions.js'
import type { Wire } from './wire.js'

/** Which alert came, which extension is missing, and so on. */
const detailed: ReadonlySet<FaultCode> = new Set([
  'alertReceived',
  'changedInRenegotiation',
  'changedSession',
  'illegalEarlyData',
  'illegalParameter',
  'missingExtension',
  'mismatchedCertificate',
  'noCommonVersion',
  'unofferedVersion',
])

/** The connection failed, as many tests want it to. */
export class Failed extends Error {
  readonly fault: Fault
  /** The fault's code; where the code alone stands for several causes, with the cause. */
  readonly reason: string

  constructor(fault: Fault, refusal: string | undefined) {
    super(fault.message)
    this.fault = fault
    const said = detailed.has(fault.code) ? fault.detail : refusal
    this.reason = said === undefined ? fault.code : `${fault.code} ${said}`
  }
}

export interface Setting {
  readonly connection: Connection
  readonly wire: Wire
  readonly flags: Flags
  /** In force once early data is rejected. */
  readonly retry: Flags
  readonly resumption: boolean
  readonly credentials: readonly ShimCredential[]
  readonly shared: Shared
  readonly seen: Seen
}

/** decompression_failure, which a test wants to see. */
const sentAlert = new Fault('internalError', 'as the test asks', { alert: 30 })
const recordSizes = [0, 1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769]

export class Exchange {
  readonly #setting: Setting
  readonly #connection: Connection
  readonly #wire: Wire
  #flags: Flags
  #info: ConnectionInfo | undefined
  #session: Session | undefined
  #rejected = false
  #renegotiations = 0
  #requestsSeen = 0
  #peerClosed = false
  /** What happened until the peer closed. */
  #trace = ''
  #done = false
  #wroteEarly = false
  #writesDue = false
  #decision: Decision | undefined
  #unsent: Uint8Array[] = []

  constructor(setting: Setting) {
    this.#setting = setting
    this.#connection = setting.connection
    this.#wire = setting.wire
    this.#flags = setting.flags
  }

  /** @returns the newest session of a client. @throws {Failed} */
  async run(): Promise<Session | undefined> {
    await this.#settle()
    if (!this.#flags.server && this.#flags['enable-early-data']) await this.#writeEarly()
    while (!this.#done) {
      const chunk = await this.#wire.read()
      if (this.#wroteEarly) this.#wire.unhold()
      if (chunk === undefined) {
        this.#connection.receiveEnd()
        await this.#settle()
      } else await this.#feed(chunk)
    }
    this.#checkEnd()
    return this.#session
  }

  /** An asynchronous test gets its input a byte at a time. */
  async #feed(chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset < chunk.length && !this.#done; ) {
      const end = this.#flags.async ? offset + 1 : chunk.length
      const taken = this.#connection.receive(chunk.subarray(offset, end))
      offset += taken
      await this.#settle()
      if (taken === 0) expectThat(this.#done, 'progress where input was refused')
    }
  }

  /** Polls until there is nothing to do, answering what is asked meanwhile. */
  async #settle(): Promise<void> {
    const { seen } = this.#setting
    for (;;) {
      const output = this.#connection.poll()
      if (output.kind !== 'idle') {
        this.#handle(output)
        continue
      }
      const decision = this.#decision
      if (decision !== undefined && !this.#done) {
        this.#decision = undefined
        await new Promise((resolve) => setImmediate(resolve))
        answer(decision, this.#connection, this.#flags, this.#setting)
        continue
      }
      if (this.#flags['renegotiate-explicit'] && this.#requestsSeen < seen.helloRequests) {
        this.#requestsSeen++
        this.#connection.renegotiate()
        continue
      }
      if (this.#writesDue && !this.#done) {
        this.#writesDue = false
        this.#firstWrites()
        continue
      }
      if (this.#unsent.length === 0 || this.#done || !this.#sendMore()) return
    }
  }

  #handle(output: Output): void {
    switch (output.kind) {
      case 'transmit':
        this.#wire.write(output.bytes, () => this.#connection.release(output.bytes))
        break
      case 'established':
        this.#established(output.info)
        break
      case 'data':
      case 'earlyData':
        this.#received(output.bytes)
        break
      case 'decide':
        this.#decision = output.decision
        break
      case 'earlyDataRejected':
        expectThat(this.#flags['expect-reject-early-data'], 'early data to be taken')
        this.#rejected = true
        this.#flags = this.#setting.retry
        this.#setting.seen.inForce = this.#flags
        break
      case 'session':
        // BoringSSL keeps none of a renegotiation.
        if (this.#renegotiations === 0) this.#session = output.session
        break
      case 'renegotiated':
        this.#renegotiations++
        break
      case 'peerClosed':
        this.#peerClosed = true
        this.#trace = this.#setting.seen.trace
        this.#connection.close()
        this.#done = true
        break
      case 'failed':
        this.#failed(output.fault)
        break
    }
  }

  #failed(fault: Fault): void {
    this.#done = true
    // Tests that care for truncation say so.
    const tolerated =
      fault === sentAlert || (fault.code === 'truncated' && !this.#flags['check-close-notify'])
    if (!tolerated) throw new Failed(fault, this.#setting.seen.refusal)
  }

  #established(info: ConnectionInfo): void {
    this.#info = info
    const { resumption, seen } = this.#setting
    seen.established = true
    const flags = this.#flags
    checkEstablished(info, flags, resumption, seen.selected)
    expectThat(seen.verified <= 1, 'one verification')
    for (const bytes of exports(this.#connection, flags, seen)) this.#send(bytes)
    const refusal =
      flags['reverify-on-resume'] && info.resumed ? reverify(info, flags, seen) : undefined
    if (refusal !== undefined) this.#connection.fail(refusal)
    else if (flags['send-alert']) this.#connection.fail(sentAlert)
    else this.#writesDue = true
  }

  #firstWrites(): void {
    const flags = this.#flags
    const first = latin1(flags['shim-initial-write'] ?? 'hello')
    if (flags['write-different-record-sizes'])
      for (const size of recordSizes) this.#send(new Uint8Array(size).fill(0x42))
    else if (flags['read-with-unfinished-write'] && !this.#wroteEarly) {
      this.#wire.hold()
      this.#send(first)
    } else if (flags['shim-writes-first'] && !this.#wroteEarly)
      for (let i = 0; i < (flags['repeat-shim-initial-write'] ?? 1); i++) this.#send(first)
    if (flags['shim-shuts-down'] || flags['write-different-record-sizes']) {
      if (this.#unsent.length > 0) throw new Error('more to write than a connection queues')
      this.#connection.close()
      this.#done = !flags['check-close-notify']
    } else if (flags['key-update-before-read']) this.#connection.updateKeys()
  }

  /** Each write goes into a record of its own. */
  async #writeEarly(): Promise<void> {
    const flags = this.#flags
    if (!flags['shim-writes-first'] && !flags['read-with-unfinished-write']) return
    this.#exportEarly()
    const first = latin1(flags['shim-initial-write'] ?? 'hello')
    if (flags['read-with-unfinished-write']) this.#wire.hold()
    for (let i = 0; i < (flags['repeat-shim-initial-write'] ?? 1); i++) {
      const taken = this.#connection.sendEarly(first)
      if (taken === 0 && !this.#wroteEarly) return
      this.#wroteEarly = true
      await this.#settle()
      // What early data has no room for goes after the handshake.
      if (taken < first.length) this.#send(first.subarray(taken))
    }
  }

  /** The exporter is for established connections; what it throws is what some tests want. */
  #exportEarly(): void {
    const length = this.#flags['export-keying-material'] ?? 0
    if (length === 0 || this.#connection.state === 'start') return
    try {
      this.#connection.exporter('', undefined, length)
    } catch (thrown) {
      throw new Refused(String(thrown))
    }
  }

  #received(bytes: Uint8Array): void {
    const flags = this.#flags
    expectThat(
      flags.server || !this.#setting.flags['expect-reject-early-data'] || this.#rejected,
      'a rejection of early data, not data',
    )
    if (flags['shim-shuts-down']) return
    this.#wire.unhold()
    const size = flags['read-size'] ?? 512
    for (let offset = 0; offset < bytes.length; offset += size) {
      if (flags['use-exporter-between-reads']) this.#connection.exporter('', undefined, 1)
      if (flags['key-update']) this.#connection.updateKeys()
      this.#send(bytes.subarray(offset, offset + size).map((byte) => byte ^ 0xff))
      if (flags['key-update-before-read']) this.#connection.updateKeys()
    }
  }

  #send(bytes: Uint8Array): void {
    const taken = this.#unsent.length > 0 ? 0 : this.#connection.send(bytes)
    if (taken < bytes.length) this.#unsent.push(bytes.subarray(taken))
  }

  /** False where nothing more is accepted. */
  #sendMore(): boolean {
    const [first = new Uint8Array()] = this.#unsent
    const taken = this.#connection.send(first)
    if (taken === first.length) this.#unsent.shift()
    else this.#unsent[0] = first.subarray(taken)
    return taken > 0
  }

  #checkSessionId(): void {
    const { flags, resumption, seen } = this.#setting
    if (resumption || this.#info?.tls12 === undefined) return
    if (flags['expect-session-id']) expectThat(seen.saved > 0, 'a session under an id')
    if (flags['expect-no-session-id']) expectSame(seen.saved, 0, 'sessions under an id')
  }

  /** Tickets of TLS 1.3 follow the handshake; in TLS 1.2 a resumption brings a session only with a new ticket. */
  #expectsSession(): boolean {
    const flags = this.#flags
    if (flags['expect-no-session']) return false
    const old = this.#info?.tls12 !== undefined && this.#info.resumed
    return !old || flags['expect-ticket-renewal']
  }

  #checkEnd(): void {
    const { flags: first } = this.#setting
    const flags = this.#flags
    expectThat(this.#info !== undefined, 'the handshake to be complete')
    if (flags['send-alert']) return
    if (first['expect-reject-early-data'] && !first.server)
      expectThat(this.#rejected, 'early data to be rejected')
    if (flags['shim-shuts-down'] && flags['check-close-notify'])
      expectThat(this.#peerClosed, 'close_notify in answer to ours')
    const trace = flags['expect-msg-callback']
    if (trace !== undefined) expectSame(this.#trace, trace, 'messages')
    expectSame(this.#renegotiations, flags['expect-total-renegotiations'] ?? 0, 'renegotiations')
    if (flags.server) {
      this.#checkSessionId()
      return
    }
    if (flags['shim-shuts-down']) return
    expectSame(this.#session !== undefined, this.#expectsSession(), 'a new session')
    if (this.#session !== undefined)
      expectSame(
        this.#session.maxEarlyData > 0,
        flags['expect-ticket-supports-early-data'],
        'a ticket for early data',
      )
  }
}
