/** What an asynchronous test answers to decisions. */
import type {
  AnswerTo,
  Connection,
  CredentialAnswer,
  CredentialQuestion,
  Output,
} from '@sanstls/core'
import { choose, Deliberate } from './choose.js'
import { configure, verify } from './configure.js'
import { decrypt, sign } from './credentials.js'
import type { Setting } from './exchange.js'
import type { Flags } from './flags.js'
import { knownPsk, pskFor } from './psk.js'
import { take } from './sessions.js'

export type Decision = Extract<Output, { kind: 'decide' }>['decision']

/** @param flags the ones in force. */
export function answer(
  decision: Decision,
  connection: Connection,
  flags: Flags,
  setting: Setting,
): void {
  const { credentials, shared, seen } = setting
  const give = <D extends Decision>(to: D, value: AnswerTo<D>) =>
    connection.answer(to as Decision, value as never)
  switch (decision.kind) {
    case 'configure':
      give(decision, configure(decision, flags, shared, seen))
      break
    case 'credential':
      give(decision, chooseLate(decision, flags, setting))
      break
    case 'verify':
      give(decision, verify(decision, flags, seen))
      break
    case 'sign':
      give(decision, sign(decision, credentials))
      break
    case 'decrypt':
      give(decision, decrypt(decision, credentials))
      break
    case 'session':
      give(decision, take(decision, shared.tickets))
      break
    case 'replay':
      give(decision, true)
      break
    case 'psk':
      give(decision, knownPsk(flags))
      break
    case 'pskHint':
      give(decision, pskFor(decision, flags))
      break
  }
}

/** There is no other way to fail late than to have nothing. */
function chooseLate(
  question: CredentialQuestion,
  flags: Flags,
  { credentials, seen }: Setting,
): CredentialAnswer {
  try {
    return choose(question, flags, credentials, seen)
  } catch (thrown) {
    if (thrown instanceof Deliberate) return undefined
    throw thrown
  }
}
