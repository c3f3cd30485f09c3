/** Checks what callers give: unknown names and impossible values throw, since a check that is dropped silently is none. */
import { keyUsage } from './extension.js'
import { referenceKinds } from './identity.js'
import type { VerifyRequest } from './verifier.js'

const requestNames: Readonly<Record<keyof VerifyRequest, true>> = {
  chain: true,
  role: true,
  name: true,
  time: true,
  requiredKeyUsage: true,
  extendedKeyUsage: true,
  maxDepth: true,
  staple: true,
}

/** Comparisons with a time that is no number are all false: nothing would be expired. */
export function checkRequest(request: VerifyRequest): void {
  refuseUnknown(request, requestNames, 'part of a verification request')
  const { role, time, maxDepth, name, requiredKeyUsage: usage } = request
  if (role !== 'server' && role !== 'client') {
    throw new TypeError(`role must be 'server' or 'client', the peer's: ${String(role)}`)
  }
  if (!Number.isFinite(time)) throw new TypeError('time must be unix time in milliseconds.')
  if (maxDepth !== undefined && (!Number.isSafeInteger(maxDepth) || maxDepth < 0)) {
    throw new TypeError('maxDepth must be a whole number.')
  }
  for (const item of usage === undefined ? [] : [usage].flat()) {
    if (!Object.hasOwn(keyUsage, item)) throw new TypeError(`Unknown key usage: ${item}`)
  }
  if (name === undefined || name === 'unchecked') return
  if (!referenceKinds.includes(name.kind) || typeof name.value !== 'string') {
    throw new TypeError(
      "name must be { kind: 'DNS' or 'IP', value }, or of kind URI, SRV or RFC822.",
    )
  }
}

export function refuseUnknown(given: object, known: object, what: string): void {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(known, name)) throw new TypeError(`Unknown ${what}: ${name}`)
  }
}
