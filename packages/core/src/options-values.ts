/** What can be wrong with single values, of the configuration and of answers to decisions. */
import { equal, noBytes } from './bytes.js'
import { certificatePublicKey } from './crypto/certificate.js'
import type { SubjectPublicKey } from './crypto/spki.js'
import type { Credential, ExternalPsk } from './decision.js'
import { OptionError } from './fault.js'
import { longestTicket, type Session } from './session.js'

export function checkCredential(credential: Credential): void {
  if (!Array.isArray(credential?.chain) || credential.chain.length === 0)
    throw new OptionError(
      'credentials.chain',
      credential?.chain,
      'Give DER certificates, the end-entity first.',
    )
  for (const one of credential.chain)
    if (!(one instanceof Uint8Array) || one.length === 0)
      throw new OptionError('credentials.chain', one, 'Certificates are DER bytes.')
  const { key } = credential
  if (key !== 'decide' && typeof key?.sign !== 'function')
    throw new OptionError('credentials.key', key, "Give a SigningKey, or 'decide'.")
  // The bits alone: the key of an RSA-PSS certificate may be held as one for RSA.
  if (key !== 'decide' && !equal(key.publicKey.publicKey, leafKey(credential).publicKey))
    throw new OptionError('credentials.key', key, 'It is not the key of the first certificate.')
}

function leafKey({ chain: [leaf = noBytes] }: Credential): SubjectPublicKey {
  try {
    return certificatePublicKey(leaf)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new OptionError('credentials.chain', leaf, `The first is not a certificate: ${reason}.`)
  }
}

export function checkPsk(psk: ExternalPsk): void {
  // RFC 4279 section 2, RFC 9846 4.3.11: only that of TLS 1.2 may be empty.
  const least = psk?.version === 'tls12' ? 0 : 1
  if (
    !(psk?.identity instanceof Uint8Array) ||
    psk.identity.length < least ||
    psk.identity.length > 65_000
  )
    throw new OptionError(
      'psks.identity',
      psk?.identity,
      `An identity has ${least} to 65,000 bytes.`,
    )
  // RFC 9257 section 6: at least 128 bits of entropy.
  checkFlag('psks.dangerouslyShort', psk.dangerouslyShort)
  const shortest = psk.dangerouslyShort === true ? 1 : 16
  if (!(psk.key instanceof Uint8Array) || psk.key.length < shortest || psk.key.length > 65_535)
    throw new OptionError(
      'psks.key',
      psk.key,
      'A key has at least 16 random bytes; a password will not do.',
    )
  if (psk.hash !== undefined && psk.hash !== 'sha256' && psk.hash !== 'sha384')
    throw new OptionError('psks.hash', psk.hash, "Use 'sha256' or 'sha384'.")
  if (psk.version !== undefined && psk.version !== 'tls13' && psk.version !== 'tls12')
    throw new OptionError('psks.version', psk.version, "Use 'tls13' or 'tls12'.")
}

/** A session is data that was kept somewhere; what comes back damaged must not pass for a secret. */
export function checkSession(session: Session): void {
  const { secret, ticket, sessionId, ageAdd, received, expires, maxEarlyData } = session
  const remedy = 'Keep sessions by serializeSession and parseSession; connect without this one.'
  const whole = (value: unknown) => Number.isInteger(value) && Number(value) >= 0
  if (!(secret instanceof Uint8Array) || secret.length < 16)
    throw new OptionError('session.secret', secret, remedy)
  if (!(sessionId instanceof Uint8Array) || sessionId.length > 32)
    throw new OptionError('session.sessionId', sessionId, remedy)
  if (
    !(ticket instanceof Uint8Array) ||
    ticket.length > longestTicket ||
    ticket.length + sessionId.length === 0
  )
    throw new OptionError('session.ticket', ticket, remedy)
  for (const [name, value] of Object.entries({ ageAdd, maxEarlyData }))
    if (!whole(value) || value > 0xffff_ffff)
      throw new OptionError(`session.${name}`, value, remedy)
  for (const [name, value] of Object.entries({ received, expires }))
    if (!Number.isFinite(value)) throw new OptionError(`session.${name}`, value, remedy)
}

export function checkBytes(option: string, value: Uint8Array, length: number): void {
  if (!(value instanceof Uint8Array) || value.length !== length)
    throw new OptionError(option, value, `${length} bytes are needed.`)
}

export function checkRange(option: string, value: unknown, min: number, max: number): void {
  if (value === undefined) return
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    throw new OptionError(option, value, `Use a whole number from ${min} to ${max}.`)
}

/** As `checkRange`, where the option has no default. */
export function demandRange(option: string, value: unknown, min: number, max: number): void {
  if (value === undefined)
    throw new OptionError(option, value, `Give a whole number from ${min} to ${max}.`)
  checkRange(option, value, min, max)
}

export function checkFlag(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean')
    throw new OptionError(option, value, 'Give true or false.')
}

export function checkFunction(option: string, value: unknown): void {
  if (typeof value !== 'function') throw new OptionError(option, value, 'Give a function.')
}

export function checkPolicy(option: string, value: unknown): void {
  if (value !== 'decide' && typeof value !== 'function')
    throw new OptionError(option, value, "Give a policy, or 'decide'.")
}
