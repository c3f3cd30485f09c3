import type { Answers, Question } from '../decision.js'
import { Fault } from '../fault.js'

/** Asks a synchronous policy. */
export function consult(
  policy: (question: never) => Answers[Question['kind']],
  question: Question,
): Answers[Question['kind']] {
  return callPolicy(question.kind, () =>
    // The policy stands beside the question that it is for.
    (policy as (question: Question) => Answers[Question['kind']])(question),
  )
}

/** Runs code of the configuration. @throws {Fault} policyFailed, where it throws. */
export function callPolicy<T>(name: string, run: () => T): T {
  try {
    return run()
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('policyFailed', `${name}: ${message}`, { cause })
  }
}
