/** node:tls, and what has its shape, over TCP. */
import { chainLength } from './node-tls.mjs'
import { socketLink } from './tcp-plain.mjs'

/**
 * @param clientOptions in addition to `common`.
 * @param tickets how many a full handshake brings.
 */
export function makePeer(tls, chain, common, clientOptions, tickets) {
  const options = { ...common, minVersion: 'TLSv1.3' }
  const serverOptions = { ...options, key: chain.keyPem, cert: chain.chainPem, noDelay: true }
  return {
    serve(onLink) {
      const server = tls.createServer(serverOptions, (socket) => {
        socket.on('error', () => {})
        onLink(link(socket))
      })
      return new Promise((resolve) => {
        server.listen(0, '127.0.0.1', () => {
          resolve({ port: server.address().port, close: () => server.close() })
        })
      })
    },
    dial(port, session) {
      const expected = session === undefined ? tickets : 0
      return new Promise((resolve, reject) => {
        const sessions = []
        let isReady = false
        const client = tls.connect({
          ...options,
          ...clientOptions,
          host: '127.0.0.1',
          port,
          servername: 'localhost',
          session,
        })
        client.setNoDelay(true)
        const check = () => {
          if (!isReady || sessions.length < expected) return
          const facts = factsOf(client, session, sessions)
          resolve({ ...link(client), facts, session: sessions.at(-1) })
        }
        client.on('error', reject)
        client.on('secureConnect', () => {
          isReady = true
          check()
        })
        client.on('session', (bytes) => {
          sessions.push(bytes)
          check()
        })
      })
    },
  }
}

const link = (socket) => ({
  agreed: { version: socket.getProtocol(), suite: socket.getCipher().standardName },
  ...socketLink(socket),
})

function factsOf(client, session, sessions) {
  return {
    version: client.getProtocol(),
    suite: client.getCipher().standardName,
    group: (client.getEphemeralKeyInfo().name ?? '').toLowerCase(),
    // The peer's own chain, without the root.
    chain: session === undefined ? chainLength(client.getPeerCertificate(true)) - 1 : 0,
    tickets: sessions.length,
    resumed: client.isSessionReused(),
  }
}
