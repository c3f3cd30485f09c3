import type { Answers, Question } from '../decision.js'
import { Fault } from '../fault.js'

/** Asks a synchronous policy. */
export function consult(
  policy: (question: never) => Answers[Question['kind']],
  question: Question,
): Answers[Question['kind']] {
  let answer: Answers[Question['kind']]
  try {
    // The policy stands beside the question that it is for.
    answer = (policy as (question: Question) => Answers[Question['kind']])(question)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Fault('policyFailed', `${question.kind}: ${message}`, { cause })
  }
  // A promise is not an answer, and must not pass for one.
  if (typeof answer === 'object' && answer !== null && 'then' in answer)
    throw new Fault(
      'policyFailed',
      `${question.kind}: the policy returned a promise; configure 'decide' and answer later`,
    )
  return answer
}
