/**
 * The public test kit: connections in memory under virtual time, a peer that misbehaves on demand, randomness from a
 * seed, cryptography without security. Nothing here belongs into a program that anyone relies on.
 */
export { arbitraryOf, type FastCheck } from './testing/arbitrary.js'
export {
  type ConformanceCase,
  type ConformanceOptions,
  conformance,
} from './testing/conformance.js'
export {
  type Arrival,
  DatagramLink,
  type DatagramLinkOptions,
  type Link,
  StreamLink,
  type StreamLinkOptions,
} from './testing/link.js'
export type { NullAeadOptions } from './testing/null/aead.js'
export {
  type NullCredentialOptions,
  nullCertificate,
  nullCredential,
  trustEveryone,
} from './testing/null/certificate.js'
export { createNullCrypto, nullCrypto } from './testing/null/provider.js'
export { type NullKeyType, nullKey } from './testing/null/signature.js'
export { nullCryptoTls12 } from './testing/null/tls12.js'
export { Pair, type PairOptions } from './testing/pair.js'
export * from './testing/peer/script.js'
export { type HandshakeOptions, type RecordOptions, Wire } from './testing/peer/wire.js'
export { type ScriptedPeer, scriptedClient, scriptedServer } from './testing/peer.js'
export { below, chance, seededRandom } from './testing/random.js'
export { type Event, Side } from './testing/side.js'
