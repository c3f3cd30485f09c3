/** TLS 1.3 (RFC 9846), for `config.versions`. */
import { protocolVersion } from '../wire/registry.js'
import { restoreClient } from './client/connected13.js'
import { client13 } from './client/hello13.js'
import { restoreServer } from './server/connected13.js'
import { server13 } from './server/hello13.js'
import type { Version, VersionForClients, VersionForServers } from './version.js'

const spoken = { id: protocolVersion.tls13, name: 'TLS 1.3' } as const

/** For programs that have no servers: a bundle then lacks their code. */
export const tls13Client: VersionForClients = /* @__PURE__ */ (() => ({
  ...spoken,
  client: client13,
  restoreClient,
}))()

/** For programs that have no clients: a bundle then lacks their code. */
export const tls13Server: VersionForServers = /* @__PURE__ */ (() => ({
  ...spoken,
  server: server13,
  restoreServer,
}))()

export const tls13: Version = /* @__PURE__ */ (() => ({ ...tls13Client, ...tls13Server }))()
