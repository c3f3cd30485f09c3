import { clientOptions, serverOptions } from './cases/options.js'
import { gnutls } from './peers/gnutls.js'
import { runLive } from './support/all.js'

const extensions = [
  { item: 'no tickets', args: ['--noticket'] },
  { item: 'heartbeats offered', args: ['--heartbeat'] },
  { item: 'compressed certificates offered', args: ['--compress-cert', 'zlib'] },
]

runLive(gnutls, serverOptions(extensions), clientOptions(extensions))
