/** TLS 1.3 (RFC 9846), for `config.versions`. */
import { protocolVersion } from '../wire/registry.js'
import { restoreClient } from './client/connected13.js'
import { client13 } from './client/hello13.js'
import { restoreServer } from './server/connected13.js'
import { server13 } from './server/hello13.js'
import type { Version } from './version.js'

export const tls13: Version = {
  id: protocolVersion.tls13,
  name: 'TLS 1.3',
  client: client13,
  server: server13,
  restore: (exported, settings, context) =>
    settings.role === 'client'
      ? restoreClient(exported, settings, context)
      : restoreServer(exported, settings, context),
}
