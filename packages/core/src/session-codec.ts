/** Sessions as bytes: in tickets, in a server's store, and for a client that keeps them. They hold secrets. */
import { ascii, copyBytes, fromUtf16, latin1, utf16 } from './bytes.js'
import type { HashName } from './crypto/provider.js'
import type { ServerSessionState, Session, StoredPeer } from './session.js'
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
} from './wire/codec.js'
import { WireError } from './wire/reader.js'

const format = 2

const contents = struct({
  format: uint8,
  version: uint16,
  suite: uint16,
  /** 0: SHA-256, 1: SHA-384. */
  hash: uint8,
  secret: opaque(1, 1),
  extendedMainSecret: uint8,
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

/** What a ticket holds, as bytes; also what a store keeps. Holds the secret. */
export function encodeState(state: ServerSessionState): Uint8Array {
  const { serverName, alpn, context, peer } = state
  return encode(contents, {
    format,
    version: state.version,
    suite: state.suite,
    hash: hashes.indexOf(state.hash),
    secret: state.secret,
    extendedMainSecret: Number(state.extendedMainSecret),
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
      secret: value.secret,
      extendedMainSecret: value.extendedMainSecret !== 0,
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

const sessionContents = struct({
  ticket: opaque(2, 0),
  sessionId: opaque(1, 0, 32),
  state: opaque(3, 1),
})

/** A client's session as bytes, to keep. They hold a secret: keep them as you would a key. */
export function serializeSession(session: Session): Uint8Array {
  const state = encodeState({ ...session, issued: session.received })
  return encode(sessionContents, { ticket: session.ticket, sessionId: session.sessionId, state })
}

/** @returns undefined where the bytes are not a session of this version of the library; then connect without one. */
export function parseSession(input: Uint8Array): Session | undefined {
  try {
    // Copied, so that a session does not keep a file's buffer alive, nor change with it.
    const { ticket, sessionId, state } = decode(sessionContents, copyBytes(input))
    const value = decodeState(state)
    if (value === undefined) return undefined
    const { issued: received, ...rest } = value
    return { ...rest, ticket, sessionId, received }
  } catch (cause) {
    if (cause instanceof WireError) return undefined
    throw cause
  }
}
