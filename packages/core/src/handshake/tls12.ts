/** TLS 1.2 (RFC 5246, and RFC 9846 appendix D), for `config.versions`. */
import { Fault } from '../fault.js'
import { protocolVersion } from '../wire/registry.js'
import { restoreClient12 } from './client/connected12.js'
import { client12 } from './client/hello12.js'
import { restoreServer12 } from './server/connected12.js'
import { server12 } from './server/hello12.js'
import type { Version } from './version.js'

export const tls12: Version = {
  id: protocolVersion.tls12,
  name: 'TLS 1.2',
  client: client12,
  server: server12,
  restore(exported, settings, context) {
    const version = settings.versions.find(({ id }) => id === protocolVersion.tls12)
    const suite = settings.suites12.find(({ id }) => id === exported.info.suite.id)
    if (suite === undefined || version === undefined)
      throw new Fault('internalError', 'the configuration lacks the version or the suite')
    context.setVersion(version)
    return settings.role === 'client'
      ? restoreClient12(exported, settings, suite, context)
      : restoreServer12(exported, settings, suite, context)
  },
}
