/** TLS 1.3 (RFC 9846), for `config.versions`. */
import { protocolVersion } from '../wire/registry.js'
import { client13 } from './client/hello13.js'
import { server13 } from './server/hello13.js'
import type { Version } from './version.js'

export const tls13: Version = {
  id: protocolVersion.tls13,
  name: 'TLS 1.3',
  client: client13,
  server: server13,
}
