/** Tickets: sealed under a key ring, or references into a store (RFC 9846 4.7.1, RFC 5077 section 4). */
import { ascii, concat, equal, noBytes, wipe } from '../../bytes.js'
import type { AeadAlgorithm, CryptoProvider, HashAlgorithm } from '../../crypto/provider.js'
import { hkdfExpand } from '../../schedule/hkdf.js'
import type { ServerSessionState, TicketKeys } from '../../session.js'
import { decodeState, encodeState } from '../../session-codec.js'

const nameLength = 16
const saltLength = 32

/** name, salt, AEAD of the state: each ticket has a key of its own, so that no nonce repeats. */
export function sealTicket(
  { keys }: TicketKeys,
  state: ServerSessionState,
  crypto: CryptoProvider,
  random: (length: number) => Uint8Array,
): Uint8Array | undefined {
  const [newest] = keys
  const suite = ticketSuite(crypto)
  if (newest === undefined || suite === undefined) return undefined
  const salt = random(saltLength)
  const plaintext = encodeState(state)
  const key = ticketKey(suite.hash, newest.key, salt, suite.aead.keyLength)
  const aead = suite.aead.create(key)
  const sealed = new Uint8Array(plaintext.length + suite.aead.tagLength)
  aead.seal(new Uint8Array(suite.aead.nonceLength), newest.name, plaintext, noBytes, sealed, 0)
  aead.wipe()
  wipe(key, plaintext)
  return concat(newest.name, salt, sealed)
}

/** @returns undefined where no key of the ring opens it: it is then not ours, or too old. */
export function openTicket(
  { keys }: TicketKeys,
  ticket: Uint8Array,
  crypto: CryptoProvider,
): ServerSessionState | undefined {
  const suite = ticketSuite(crypto)
  if (suite === undefined || ticket.length < nameLength + saltLength) return undefined
  const name = ticket.subarray(0, nameLength)
  const found = keys.find((candidate) => equal(candidate.name, name))
  if (found === undefined) return undefined
  const salt = ticket.subarray(nameLength, nameLength + saltLength)
  const key = ticketKey(suite.hash, found.key, salt, suite.aead.keyLength)
  const aead = suite.aead.create(key)
  const nonce = new Uint8Array(suite.aead.nonceLength)
  const plaintext = aead.open(nonce, found.name, ticket.subarray(nameLength + saltLength))
  aead.wipe()
  wipe(key)
  return plaintext === undefined ? undefined : decodeState(plaintext)
}

/** Tickets do not depend on the suites that are configured, only on what the provider has first. */
function ticketSuite(
  crypto: CryptoProvider,
): { readonly aead: AeadAlgorithm; readonly hash: HashAlgorithm } | undefined {
  return crypto.suites.find(({ aead }) => aead.keyLength === 32) ?? crypto.suites[0]
}

function ticketKey(
  hash: HashAlgorithm,
  key: Uint8Array,
  salt: Uint8Array,
  length: number,
): Uint8Array {
  return hkdfExpand(hash, key, concat(ascii('sanstls ticket'), salt), length)
}
