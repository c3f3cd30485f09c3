/** Tickets: sealed under a key ring, or references into a store (RFC 9846 4.6.1, RFC 5077 section 4). */
import { ascii, concat, equal, latin1, noBytes, wipe } from '../../bytes.js'
import type {
  AeadAlgorithm,
  CryptoProvider,
  HashAlgorithm,
  HashName,
} from '../../crypto/provider.js'
import { hkdfExpand } from '../../schedule/hkdf.js'
import type { ServerSessionState, StoredPeer, TicketKeys } from '../../session.js'
import {
  decode,
  encode,
  opaque,
  struct,
  uint8,
  uint16,
  uint32,
  uint64,
  vector,
} from '../../wire/codec.js'
import { WireError } from '../../wire/reader.js'

const format = 1

const contents = struct({
  format: uint8,
  version: uint16,
  suite: uint16,
  /** 0: SHA-256, 1: SHA-384. */
  hash: uint8,
  psk: opaque(1, 1),
  ageAdd: uint32,
  issued: uint64,
  expires: uint64,
  maxEarlyData: uint32,
  serverName: opaque(2, 0),
  /** Lists of at most one item, so that absent and empty differ. */
  alpn: vector(2, opaque(1, 1), 0),
  context: vector(2, opaque(2, 0), 0),
  peer: vector(
    3,
    struct({
      chain: vector(3, opaque(3, 1), 0),
      publicKey: opaque(2, 0),
      dangerouslyUnverified: uint8,
    }),
    0,
  ),
})

const hashes: readonly HashName[] = ['sha256', 'sha384']

/** What a ticket holds, as bytes; also what a store keeps. Holds the PSK. */
export function encodeState(state: ServerSessionState): Uint8Array {
  const { serverName, alpn, context, peer } = state
  return encode(contents, {
    format,
    version: state.version,
    suite: state.suite,
    hash: hashes.indexOf(state.hash),
    psk: state.psk,
    ageAdd: state.ageAdd,
    issued: BigInt(Math.floor(state.issued)),
    expires: BigInt(Math.floor(state.expires)),
    maxEarlyData: state.maxEarlyData,
    serverName: ascii(serverName ?? ''),
    alpn: alpn === undefined ? [] : [ascii(alpn)],
    context: context === undefined ? [] : [utf16(context)],
    peer:
      peer === undefined
        ? []
        : [
            {
              chain: peer.chain,
              publicKey: peer.publicKey,
              dangerouslyUnverified: peer.dangerouslyUnverified ? 1 : 0,
            },
          ],
  })
}

/** @returns undefined where the bytes are not a state of this format. */
export function decodeState(input: Uint8Array): ServerSessionState | undefined {
  try {
    const value = decode(contents, input)
    const hash = hashes[value.hash]
    if (value.format !== format || hash === undefined) return undefined
    const [alpn] = value.alpn
    const [context] = value.context
    const [peer] = value.peer
    const serverName = latin1(value.serverName)
    return {
      version: value.version,
      suite: value.suite,
      hash,
      psk: value.psk,
      ageAdd: value.ageAdd,
      issued: Number(value.issued),
      expires: Number(value.expires),
      maxEarlyData: value.maxEarlyData,
      serverName: serverName === '' ? undefined : serverName,
      alpn: alpn === undefined ? undefined : latin1(alpn),
      context: context === undefined ? undefined : fromUtf16(context),
      peer: peer === undefined ? undefined : storedPeer(peer),
    }
  } catch (cause) {
    if (cause instanceof WireError) return undefined
    throw cause
  }
}

function storedPeer(peer: {
  readonly chain: readonly Uint8Array[]
  readonly publicKey: Uint8Array
  readonly dangerouslyUnverified: number
}): StoredPeer {
  return { ...peer, dangerouslyUnverified: peer.dangerouslyUnverified !== 0 }
}

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

function utf16(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 2)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    out[2 * i] = code >> 8
    out[2 * i + 1] = code & 0xff
  }
  return out
}

function fromUtf16(input: Uint8Array): string {
  let text = ''
  for (let i = 0; i + 1 < input.length; i += 2)
    text += String.fromCharCode(((input[i] ?? 0) << 8) | (input[i + 1] ?? 0))
  return text
}
