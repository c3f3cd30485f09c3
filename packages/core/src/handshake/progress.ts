/** Where a connection's handshake stands: the state, the question that is open, and what it has come to. */
import type { Answers, Decision, Question } from '../decision.js'
import type { Effects } from '../effects.js'
import { Fault } from '../fault.js'
import type { HandshakeMessage } from '../layer/layer.js'
import { messageName } from '../wire/message.js'
import { consult } from './consult.js'
import { type Connected, isPause, type Pause, type State, type Step } from './context.js'

/** Whose handshake it is. */
export interface Progressing {
  /** The handshake is complete, for the first time. */
  established(connected: Connected): void
  /** A policy called `abort`: nothing more is to be done. */
  readonly isDoomed: boolean
}

export class Progress {
  readonly #effects: Effects
  readonly #owner: Progressing
  #state: State | undefined
  #name = 'start'
  #connected: Connected | undefined
  #open: { readonly id: number; readonly pause: Pause } | undefined
  #answered: (() => Step) | undefined
  #decisions = 0

  constructor(effects: Effects, owner: Progressing) {
    this.#effects = effects
    this.#owner = owner
  }

  /** The state's name, for traces. */
  get name(): string {
    return this.#name
  }

  /** Set once the handshake is complete. */
  get connected(): Connected | undefined {
    return this.#connected
  }

  /** A question waits for its answer. */
  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** Nothing is under way. */
  get isIdle(): boolean {
    return this.#name === 'connected' && !this.isOpen && this.#answered === undefined
  }

  /** @throws {Error} where that decision is not open. */
  answer<Q extends Question>({ id, kind }: Decision<Q>, answer: Answers[Q['kind']]): void {
    const open = this.#open
    if (open === undefined || open.id !== id || open.pause.question.kind !== kind)
      throw new Error(`answer: decision ${id} (${kind}) is not open`)
    this.#open = undefined
    this.#answered = () => open.pause.resume(answer)
  }

  /** Goes on with an answer; false where there is none. @throws {Fault} */
  resume(): boolean {
    const answered = this.#answered
    if (answered === undefined) return false
    this.#answered = undefined
    this.enter(answered())
    return true
  }

  /** @throws {Fault} */
  accept(message: HandshakeMessage): void {
    const { raw, type } = message
    if (this.#connected === undefined) this.#effects.countMessage(raw.length)
    const name = messageName(type)
    this.#effects.observe({ kind: 'message', direction: 'received', type, name, bytes: raw })
    const step = this.#state?.accept(message, this.#effects)
    if (step === undefined) throw new Fault('unexpectedMessage', `${name} in state ${this.#name}`)
    this.enter(step)
  }

  /** TLS 1.2: a warning came; whether it means something to the state. */
  warned(description: number): boolean {
    const step = this.#state?.warned?.(description, this.#effects)
    if (step === undefined) return false
    this.enter(step)
    return true
  }

  /** Goes to the next state, answering what policies can answer at once. @throws {Fault} */
  enter(first: Step): void {
    let step = first
    while (isPause(step)) {
      const { policy, question } = step
      if (policy === 'decide') {
        this.#ask(step)
        return
      }
      const answer = consult(policy, question)
      if (this.#owner.isDoomed) return
      step = step.resume(answer)
    }
    this.#state = step
    if (step.name !== this.#name) {
      this.#name = step.name
      this.#effects.observe({ kind: 'state', name: step.name })
    }
    if (step.connected === undefined || this.#connected !== undefined) return
    if (this.#owner.isDoomed) return
    this.#connected = step.connected
    this.#owner.established(step.connected)
  }

  /** It is over: nothing is kept but what `connected` was. */
  end(name: 'closed' | 'failed'): void {
    this.#name = name
    this.#connected?.wipe()
    this.#open = undefined
    this.#answered = undefined
    this.#state = undefined
  }

  #ask(pause: Pause): void {
    const id = ++this.#decisions
    this.#open = { id, pause }
    this.#effects.emit({ kind: 'decide', decision: { ...pause.question, id } })
  }
}
