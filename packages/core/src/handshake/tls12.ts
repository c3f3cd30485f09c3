/** TLS 1.2 (RFC 5246, and RFC 9846 appendix D), for `config.versions`. */
import type { CipherSuite12 } from '../crypto/provider.js'
import type { ExportedConnection } from '../exported.js'
import { Fault } from '../fault.js'
import type { Settings } from '../options.js'
import { protocolVersion } from '../wire/registry.js'
import { restoreClient12 } from './client/connected12.js'
import { client12 } from './client/hello12.js'
import type { Context } from './context.js'
import { restoreServer12 } from './server/connected12.js'
import { server12 } from './server/hello12.js'
import type { Version, VersionForClients, VersionForServers } from './version.js'

const spoken = { id: protocolVersion.tls12, name: 'TLS 1.2' } as const

/** For programs that have no servers: a bundle then lacks their code. */
export const tls12Client: VersionForClients = /* @__PURE__ */ (() => ({
  ...spoken,
  client: client12,
  restoreClient: (exported, settings, context) =>
    restoreClient12(exported, settings, resume(exported, settings, context), context),
}))()

/** For programs that have no clients: a bundle then lacks their code. */
export const tls12Server: VersionForServers = /* @__PURE__ */ (() => ({
  ...spoken,
  server: server12,
  restoreServer: (exported, settings, context) =>
    restoreServer12(exported, settings, resume(exported, settings, context), context),
}))()

export const tls12: Version = /* @__PURE__ */ (() => ({ ...tls12Client, ...tls12Server }))()

/** Tells the layer its version. @returns the suite of the exported connection. */
function resume({ info }: ExportedConnection, settings: Settings, context: Context): CipherSuite12 {
  const suite = settings.suites12.find(({ id }) => id === info.suite.id)
  if (suite === undefined) throw new Fault('internalError', 'the configuration lacks the suite')
  context.setVersion(spoken)
  return suite
}
