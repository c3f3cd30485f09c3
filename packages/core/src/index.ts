/** Stream TLS and the types that everything shares. Nothing else is public here. */
export { createClient } from './client.js'
export type * from './config.js'
export type { Connection } from './connection.js'
export type * from './crypto/provider.js'
export type { CurveName, KeyType, SubjectPublicKey } from './crypto/spki.js'
export type * from './decision.js'
export { Fault, type FaultClass, type FaultCode, faults, OptionError } from './fault.js'
export type { RenegotiateOptions } from './handshake/context.js'
export { tls12, tls12Client, tls12Server } from './handshake/tls12.js'
export { tls13, tls13Client, tls13Server } from './handshake/tls13.js'
export type {
  SpokenVersion,
  Version,
  VersionForClients,
  VersionForServers,
} from './handshake/version.js'
export type { Observation, Observer } from './observe.js'
export type { ConnectionInfo, Info12, Output, Peer } from './output.js'
export { createServer } from './server.js'
export type { Session, StoredPeer, TicketKey, TicketKeys } from './session.js'
export { parseSession, serializeSession } from './session-codec.js'
export {
  createSessionStore,
  type SessionStore,
  type SessionStoreOptions,
} from './session-store.js'
export type { Time } from './time.js'
