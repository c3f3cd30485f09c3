import { clientOptions, serverOptions } from './cases/options.js'
import { gnutls12 } from './peers/gnutls.js'
import { runLive12 } from './support/all12.js'

const extensions = [
  { item: 'no tickets', args: ['--noticket'] },
  { item: 'heartbeats offered', args: ['--heartbeat'] },
  { item: 'safe renegotiation demanded', theirs: { priority: ['%SAFE_RENEGOTIATION'] } },
]

runLive12(
  gnutls12,
  serverOptions([
    ...extensions,
    { item: 'its own order of suites', theirs: { priority: ['%SERVER_PRECEDENCE'] } },
  ]),
  clientOptions([
    ...extensions,
    {
      item: 'the newest version in the record header',
      theirs: { priority: ['%LATEST_RECORD_VERSION'] },
    },
    {
      item: 'the oldest version in the record header',
      theirs: { priority: ['%SSL3_RECORD_VERSION'] },
    },
    { item: 'a ClientHello of more than 512 bytes', theirs: { priority: ['%DUMBFW'] } },
  ]),
)
