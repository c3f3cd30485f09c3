/** What the transports of all runtimes share: the connection and the server as applications see them. */
export { createClock } from './base/clock.js'
export { type Address, type Addresses, TlsConnection } from './base/connection.js'
export { EndOfDataError, type ReadOptions } from './base/incoming.js'
export type { ConnectionOptions } from './base/open.js'
export type { ClientOptions, Runtime, ServerOptions } from './base/options.js'
export { createPairTransport, type StreamPair } from './base/pair-transport.js'
export {
  type Listener,
  type ListenOptions,
  type ServerCredentials,
  TlsServer,
} from './base/server.js'
export { SessionCache, type SessionCacheOptions } from './base/sessions.js'
export {
  type Connected,
  connectWith,
  type Dial,
  type Provision,
  type UpgradeOptions,
  upgradeWith,
} from './base/upgrade.js'
