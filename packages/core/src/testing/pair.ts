/** A client and a server in memory, under virtual time: what one transmits, the other receives. */
import type { Connection } from '../connection.js'
import type { Decision } from '../decision.js'
import type { Time } from '../time.js'
import { type Link, StreamLink } from './link.js'
import { Side } from './side.js'

export interface PairOptions {
  /** From the client to the server, and back. Default: streams without latency. */
  readonly toServer?: Link
  readonly toClient?: Link
  /** The time at the beginning. */
  readonly start?: Time
}

const maxRounds = 1_000_000
const maxTicks = 1_000

export class Pair {
  readonly client: Side
  readonly server: Side
  #now: Time

  constructor(
    client: (now: Time) => Connection,
    server: (now: Time) => Connection,
    options: PairOptions = {},
  ) {
    this.#now = options.start ?? { monotonic: 1_000, unix: 1_800_000_000_000 }
    const { toServer = new StreamLink(), toClient = new StreamLink() } = options
    const now = () => this.#now
    this.client = new Side(client(this.#now), toClient, toServer, now)
    this.server = new Side(server(this.#now), toServer, toClient, now)
    this.#nextArrival = () => {
      const arrivals = [toServer.nextArrival, toClient.nextArrival].filter((at) => at !== undefined)
      return arrivals.length === 0 ? undefined : Math.min(...arrivals)
    }
  }

  readonly #nextArrival: () => number | undefined

  get now(): Time {
    return this.#now
  }

  /** Until nothing more happens at this instant. */
  run(): this {
    for (let rounds = 0; rounds < maxRounds; rounds++) {
      const client = this.client.step()
      const server = this.server.step()
      if (!client && !server) return this
    }
    throw new Error('the pair does not come to rest')
  }

  /** Lets `ms` pass, with everything that arrives or falls due meanwhile. */
  advance(ms: number): this {
    const end = this.#now.monotonic + ms
    this.run()
    for (;;) {
      const next = this.#nextEvent()
      if (next === undefined || next > end) break
      this.#goTo(next)
      this.#instant()
    }
    this.#goTo(end)
    return this.run()
  }

  /** Lets time pass until nothing is under way and no deadline is set, or for `ms` at most. */
  settle(ms = 3_600_000): this {
    const end = this.#now.monotonic + ms
    this.run()
    for (;;) {
      const next = this.#nextEvent()
      if (next === undefined || next > end) return this
      this.#goTo(next)
      this.#instant()
    }
  }

  /** Sets the clocks, without anything happening meanwhile: both need not agree. */
  setTime(time: Partial<Time>): this {
    this.#now = { ...this.#now, ...time }
    return this
  }

  /** Answers every decision as it comes up, and runs on, until there are none. */
  runAnswering(answer: (decision: Decision, side: Side) => void): this {
    this.run()
    for (;;) {
      const side = [this.client, this.server].find(({ decisions }) => decisions.length > 0)
      const [decision] = side?.decisions ?? []
      if (side === undefined || decision === undefined) return this
      answer(decision, side)
      this.run()
    }
  }

  #instant(): void {
    this.run()
    for (let rounds = 0; rounds < maxTicks; rounds++) {
      if (!this.client.tick() && !this.server.tick()) return
      this.run()
    }
    throw new Error('a deadline that has passed stays set')
  }

  #nextEvent(): number | undefined {
    const times = [
      this.#nextArrival(),
      this.client.idle.deadline,
      this.server.idle.deadline,
    ].filter((at) => at !== undefined)
    return times.length === 0 ? undefined : Math.max(this.#now.monotonic, Math.min(...times))
  }

  #goTo(monotonic: number): void {
    const passed = monotonic - this.#now.monotonic
    this.#now = { monotonic, unix: this.#now.unix + passed }
  }
}
