/** What becomes of the records that open: messages put together, data and alerts queued, ACKs applied and owed. */
import { Fault } from '../../fault.js'
import { alert, contentType } from '../../wire/registry.js'
import type { Incoming, Level, TrafficKeys } from '../layer.js'
import { type AckSchedule, readAck } from './ack.js'
import type { Opened } from './epochs.js'
import { type Fragment, readFragments } from './fragment.js'
import { DatagramReader, type ReaderOptions } from './reader.js'
import { type Outcome, Reassembly } from './reassembly.js'
import type { DatagramSender } from './sender.js'

export interface ReceiverOptions extends ReaderOptions {
  readonly handshakeMessage: number
  /** Server: a cookie makes it possible to begin with the second ClientHello. */
  readonly forgets: boolean
}

export class DatagramReceiver {
  readonly #options: ReceiverOptions
  readonly #reader: DatagramReader
  readonly #reassembly: Reassembly
  readonly #acks: AckSchedule
  readonly #sender: DatagramSender
  #now = 0
  /** Data and alerts that wait to be delivered. */
  #ready: Incoming[] = []
  #readyBytes = 0
  #ended = false
  #serving = false
  /** The peer has sent its close_notify: only its ACKs still matter (RFC 9147 5.10). */
  #peerClosed = false
  #complete = false
  /** Messages of the peer below this one have been answered by a flight of ours. */
  #answered = 0

  constructor(options: ReceiverOptions, acks: AckSchedule, sender: DatagramSender) {
    this.#options = options
    this.#acks = acks
    this.#sender = sender
    this.#reader = new DatagramReader(options)
    const server = options.forgets ? 'eitherClientHello' : 'firstClientHello'
    this.#reassembly = new Reassembly({
      limit: options.handshakeMessage,
      begins: options.role === 'client' ? 'anything' : server,
    })
  }

  get reader(): DatagramReader {
    return this.#reader
  }

  /** The messages below this one may be acknowledged. */
  get handled(): number {
    // Of what is kept but not handled, a KeyUpdate, for one, has not taken effect.
    const waits = this.#complete && this.#serving
    return waits ? this.#reassembly.next : Number.POSITIVE_INFINITY
  }

  end(): void {
    this.#ended = true
  }

  next(now: number): Incoming | undefined {
    this.#now = now
    this.#serving = false
    do {
      const incoming = this.#deliver() ?? this.#takeReady()
      if (incoming !== undefined) return incoming
    } while (this.#readRecord())
    if (this.#complete && this.#acks.waiting)
      this.#acks.later(this.#now, this.#sender.flights.timeout)
    if (!this.#ended) return undefined
    this.#ended = false
    return { kind: 'end', expected: true }
  }

  serve(now: number): void {
    this.#now = now
    this.#serving = true
    while (this.#readRecord());
  }

  #takeReady(): Incoming | undefined {
    const incoming = this.#ready.shift()
    if (incoming?.kind === 'data') this.#readyBytes -= incoming.bytes.length
    return incoming
  }

  /** The next handshake message, where it is complete. */
  #deliver(): Incoming | undefined {
    if (this.#peerClosed) return undefined
    const delivered = this.#reassembly.deliver()
    if (delivered === undefined) return undefined
    const { message, messageSequence, record } = delivered
    if (this.#options.role === 'server' && this.#reader.epoch === 0)
      this.#sender.follow(messageSequence, record)
    this.#reader.begin()
    if (!this.#complete) this.#sender.flights.answered(this.#now)
    return { kind: 'handshake', message }
  }

  #readRecord(): boolean {
    const read = this.#reader.next(this.#now)
    if (read === undefined) return false
    // A record that overtook what its keys come from: something may have been lost.
    if (read.kind === 'held') this.#ackSoon()
    else this.#handle(read.record)
    return true
  }

  #handle(record: Opened): void {
    if (record.level === 'application') this.#sender.flights.heard()
    if (record.type === contentType.ack) this.#acknowledge(record)
    else if (this.#peerClosed) this.#discard('it follows a close_notify')
    else if (record.type === contentType.handshake) this.#handshake(record)
    else if (record.type === contentType.alert) this.#alert(record)
    else if (record.type === contentType.applicationData) this.#data(record)
    else this.#discard(`inner content type ${record.type}`)
  }

  #data({ level, content }: Opened): void {
    // An empty record keeps a path open, if it is anything; before the handshake is complete it is a fault.
    if (content.length === 0 && level !== 'handshake') return
    if (this.#serving && this.#readyBytes + content.length > this.#options.maxBuffered) {
      this.#discard('data comes while none can be delivered')
      return
    }
    this.#ready.push({ kind: 'data', bytes: content, level })
    this.#readyBytes += content.length
  }

  #alert({ epoch, content }: Opened): void {
    const [level = 0, description = 0] = content
    if (epoch === 0 && this.#reader.epoch > 0) {
      // Anyone could have sent it.
      this.#discard('an alert in the clear, after keys')
      return
    }
    if (content.length !== 2) {
      if (epoch > 0) throw new Fault('badAlert', `${content.length} bytes`)
      this.#discard('an alert is not two bytes long')
      return
    }
    if (description === alert.closeNotify) this.#peerClosed = true
    this.#ready.push({ kind: 'alert', level, description })
  }

  #handshake({ epoch, sequence, content }: Opened): void {
    const fragments = readFragments(content)
    if (fragments === undefined || fragments.length === 0) {
      if (epoch > 0) throw new Fault('malformedMessage', 'a handshake fragment')
      this.#discard('a handshake fragment is malformed')
      return
    }
    const outcomes = fragments.map((fragment) => this.#addFragment(fragment, epoch, sequence))
    if (outcomes.includes('refused')) {
      // Not to be acknowledged (RFC 9147 section 7), even if other fragments of it were kept.
      this.#discard('a handshake fragment that cannot be kept')
      return
    }
    const last = Math.max(...fragments.map(({ messageSequence }) => messageSequence))
    if (last < this.#answered) {
      // The peer repeats a flight that we have answered: it lacks our answer.
      this.#sender.flights.repeat(this.#now)
      return
    }
    this.#acks.add(epoch, sequence, last)
    if (epoch > 0 && !this.#complete) this.#sender.flights.answered(this.#now)
    const isInOrder = outcomes.every((outcome) => outcome === 'taken')
    if (this.#complete || isInOrder) this.#acks.later(this.#now, this.#sender.flights.timeout)
    else this.#ackSoon()
  }

  #ackSoon(): void {
    this.#acks.soon(this.#now, this.#sender.flights.timeout)
  }

  #addFragment(fragment: Fragment, epoch: number, sequence: number): Outcome {
    if (epoch === this.#reader.epoch || this.#reassembly.isOld(fragment))
      return this.#reassembly.add(fragment, sequence, epoch > 0)
    // RFC 9147 section 8: nothing new follows the message after which the keys changed. In the clear it is a forgery.
    if (epoch === 0) return 'refused'
    throw new Fault('keyChangeStraddled', `message ${fragment.messageSequence} in epoch ${epoch}`)
  }

  #acknowledge({ epoch, content }: Opened): void {
    // RFC 9147 section 7: not before the version is known.
    if (epoch === 0 && (!this.#acks.allowed || this.#complete)) {
      this.#discard('an ACK in the clear')
      return
    }
    const numbers = readAck(content)
    // Only in the handshake: afterwards the epochs of the two directions have nothing to do with each other.
    if (numbers === undefined || (epoch < 3 && numbers.some((number) => number.epoch > epoch))) {
      if (epoch > 0) throw new Fault('badAck', `in epoch ${epoch}`)
      this.#discard('an ACK is malformed')
      return
    }
    // In the clear, after keys, it acknowledges nothing; but it may be from a client that lacks our ServerHello.
    if (epoch === 0 && this.#reader.epoch > 0) this.#sender.flights.asked(this.#now)
    else this.#sender.acknowledged(numbers, this.#now)
  }

  /** All that came so far is answered by a flight of ours. */
  answer(): void {
    this.#answered = this.#reassembly.next
    this.#acks.clear()
  }

  install(level: Level, keys: TrafficKeys, now: number): void {
    if (level !== 'earlyData' && this.#reassembly.waiting) {
      // Handshake bytes of the old keys are left over (RFC 9846 5.1). In the clear they may be anyone's.
      if (this.#reader.epoch > 0) throw new Fault('keyChangeStraddled', `before level ${level}`)
      this.#reassembly.drop()
    }
    this.#reader.install(level, keys, now)
  }

  complete(): void {
    this.#complete = true
    this.#reader.complete()
  }

  restart(): void {
    this.#reassembly.reset()
    this.#reader.restart()
    this.#answered = 0
  }

  close(): void {
    this.#reader.close()
    this.#reassembly.drop()
    this.#ready = []
  }

  #discard(reason: string): void {
    this.#options.discarded(reason)
  }
}
