import type { Answers, Question } from '../decision.js'
import { Fault } from '../fault.js'

/** Asks a synchronous policy. */
export function consult(
  policy: (question: never) => Answers[Question['kind']],
  question: Question,
): Answers[Question['kind']] {
  try {
    // The policy stands beside the question that it is for.
    return (policy as (question: Question) => Answers[Question['kind']])(question)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('policyFailed', `${question.kind}: ${message}`, { cause })
  }
}
