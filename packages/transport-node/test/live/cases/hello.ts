/** ClientHellos of other shapes than ours by default, which servers must take. */
import { identity } from '../support/authority.js'
import type { Case, Setting } from '../support/live.js'
import { type ClientChanges, dial, exchange } from '../support/ours.js'

/** Some that every list has, in another order than ours; pre_shared_key stays last by itself. */
const order = [51, 43, 13, 10, 0]

export function helloShapes({ peer, crypto }: Setting): readonly Case[] {
  const shapes: readonly [string, ClientChanges][] = [
    ['GREASE', { profile: { grease: true } }],
    ['padded to 1,500 bytes', { profile: { padTo: 1_500 } }],
    ['extensions in another order', { profile: { extensionOrder: order } }],
    ['three key shares', { keyShares: ['x25519', 'secp256r1', 'secp384r1'] }],
    ['tickets asked for', { ticketRequest: { newSession: 3, resumption: 1 } }],
    ['without server_name', { sendServerName: false }],
    ['with authorities', { certificateAuthorities: [identity().certificate.issuerDer] }],
    ['SCTs asked for', { requestScts: true }],
    ['post-handshake authentication offered', { postHandshakeAuth: true }],
    ['psk_ke offered', { pskWithoutDiffieHellman: true }],
    ['a record size limit', { recordSizeLimit: 16_384 }],
  ]
  return shapes.map(
    ([item, changes]): Case => ({
      area: 'ClientHello shapes',
      item,
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, { identity: identity() })
        const connection = await dial(scope, server.port, crypto, changes)
        await exchange(connection, server)
      },
    }),
  )
}
