import * as assert from 'uvu/assert'
import { node12 } from './peers/node.js'
import { runLive12 } from './support/all12.js'
import { authority, identity, serverName } from './support/authority.js'
import type { CaseBuilder } from './support/live.js'
import { dial, exchange, send, serve } from './support/ours.js'
import { firstSession, tickets } from './support/sessions.js'

const area = 'exporter'
const item = 'tls-unique of a resumption'
const exportLabel = 'EXPORTER-sanstls-live'

/** The server's Finished comes first then. Other peers do not tell one connection's from the next one's. */
const resumedBinding: CaseBuilder = (setting) => {
  const { peer, crypto } = setting
  const { reconnect } = peer
  const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex')
  return [
    {
      area,
      item,
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity(), exportLabel })
        const session = await firstSession(setting, scope, server)
        const connection = await dial(scope, server.port, crypto, { session })
        assert.is(connection.info.resumed, true)
        await exchange(connection, server)
        assert.is(hex(connection.channelBinding('tls-unique')), await server.fact('tlsUnique'))
      },
    },
    {
      area,
      item,
      ours: 'server',
      async run(scope) {
        assert.ok(reconnect)
        const server = await serve(scope, crypto, tickets())
        const options = { trust: authority, serverName, exportLabel }
        const client = reconnect(scope, server.port, options)
        await send(await server.accept(), client, '1 behind the tickets\n')
        const again = await client.second()
        const connection = await server.accept()
        assert.is(connection.info.resumed, true)
        await exchange(connection, again)
        assert.is(hex(connection.channelBinding('tls-unique')), await again.fact('tlsUnique'))
      },
    },
  ]
}

runLive12(node12, resumedBinding)
