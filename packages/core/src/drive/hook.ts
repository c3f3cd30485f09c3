/** Calling what the application supplied: whatever it throws becomes the fault that ends the connection. */
import type { Decision } from '../decision.js'
import { Fault } from '../fault.js'
import type { Answer, Decide } from './transport.js'

/** @throws {Fault} policyFailed, with what the hook threw as its cause. */
export function callHook<Result>(name: string, hook: () => Result): Result {
  try {
    return hook()
  } catch (thrown) {
    throw hookFailed(name, thrown)
  }
}

/** Has a decision answered: `now` gets an answer given at once, `late` and `failed` follow one that was promised. */
export function answerBy(
  decide: Decide | undefined,
  decision: Decision,
  now: (answer: Answer) => void,
  late: (answer: Answer) => void,
  failed: (fault: Fault) => void,
): void {
  if (decide === undefined) {
    throw new Fault('policyFailed', `nothing answers the open decision '${decision.kind}'`)
  }
  const name = `decide '${decision.kind}'`
  const answer = callHook(name, () => decide(decision))
  if (isPromiseLike(answer)) answer.then(late, (reason) => failed(hookFailed(name, reason)))
  else now(answer)
}

/** The fault that a hook's error makes. */
export function hookFailed(name: string, thrown: unknown): Fault {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  return new Fault('policyFailed', `${name}: ${text}`, { cause: thrown })
}

function isPromiseLike(value: Answer | PromiseLike<Answer>): value is PromiseLike<Answer> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  )
}
