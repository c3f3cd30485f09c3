/**
 * What can be wrong with the answer to a question, whether a policy gave it at once or the caller later. A wrong answer
 * ends the connection: passing it on would turn a missing key into one that everybody knows.
 */
import type { Credential, ExternalPsk, Question } from './decision.js'
import { Fault, OptionError } from './fault.js'
import { checkCredential, checkPsk } from './options-values.js'

/** @throws {Fault} policyFailed */
export function checkAnswer(kind: Question['kind'], answer: unknown): void {
  // A promise is not an answer, and must not pass for one.
  if (isObject(answer) && 'then' in answer)
    throw wrong(kind, "a promise is no answer; configure 'decide', await it, and answer then")
  try {
    checks[kind](answer)
  } catch (cause) {
    if (cause instanceof OptionError) throw wrong(kind, cause.message, cause)
    throw cause
  }
}

const checks: Readonly<Record<Question['kind'], (answer: unknown) => void>> = {
  configure(answer) {
    if (!isObject(answer)) throw wrong('configure', 'give an object; {} changes nothing')
    checkAlert('configure', answer)
  },
  credential(answer) {
    if (answer !== undefined) checkCredential(answer as Credential)
  },
  verify(answer) {
    if (!isObject(answer)) throw wrong('verify', 'give an object with `ok`')
    checkAlert('verify', answer)
    const { expires } = answer
    if (expires !== undefined && !Number.isFinite(expires))
      throw wrong('verify', '`expires` is a Unix time in ms, or left out')
  },
  /** The connection checks it against the key. */
  sign: () => undefined,
  /** Whatever is no premaster secret is replaced by random bytes. */
  decrypt: () => undefined,
  pskHint(answer) {
    if (answer !== undefined) checkPsk(answer as ExternalPsk)
  },
  psk(answer) {
    // Without a key, the key schedule would go on as if there were no PSK: with zeros (RFC 9846 7.1).
    if (answer !== undefined) checkPsk(answer as ExternalPsk)
  },
  session(answer) {
    if (answer !== undefined && !(answer instanceof Uint8Array))
      throw wrong('session', 'give the bytes that were saved, or undefined')
  },
  /** Everything but true is a refusal. */
  replay: () => undefined,
}

/** close_notify is no error, and everything else has one byte. */
function checkAlert(kind: Question['kind'], { alert }: Record<string, unknown>): void {
  if (alert === undefined) return
  if (typeof alert !== 'number' || !Number.isInteger(alert) || alert < 1 || alert > 255)
    throw wrong(kind, '`alert` is a number from 1 to 255')
}

function wrong(kind: Question['kind'], remedy: string, cause?: unknown): Fault {
  return new Fault('policyFailed', `${kind}: ${remedy}`, cause === undefined ? {} : { cause })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
