/** TLS on Node: `connect`, `listen`, and `upgrade` for a stream that is already in use. */
export {
  type Address,
  type Addresses,
  EndOfDataError,
  type ReadOptions,
  type ServerCredentials,
  SessionCache,
  type SessionCacheOptions,
  type StreamPair,
  TlsConnection,
  TlsServer,
  type UpgradeOptions,
} from '@sanstls/transport-web/base'
export { type ConnectOptions, connect } from './connect.js'
export { type ListenOptions, listen } from './listen.js'
export { upgrade } from './upgrade.js'
