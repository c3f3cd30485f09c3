/** sanstls over TCP, as an application uses it. */
import { tls13 } from '@sanstls/core'
import { connect, listen } from '@sanstls/transport-node'
import { createVerifier, trustAnchorsFromPem, verificationPolicy } from '@sanstls/x509'

export function makePeer(crypto, chain, chainKnown) {
  const common = {
    crypto,
    versions: [tls13],
    suites: ['TLS_AES_128_GCM_SHA256'],
    groups: ['x25519'],
  }
  const anchors = trustAnchorsFromPem(chain.rootPem)
  const verifier = createVerifier({ anchors, crypto, cacheSize: chainKnown ? 256 : 0 })
  const verify = verificationPolicy(verifier)
  return {
    /** Listens on a free port; each connection comes as a link. */
    async serve(onLink) {
      const server = await listen({
        ...common,
        host: '127.0.0.1',
        cert: chain.chainPem,
        key: chain.keyPem,
        onConnection: (connection) => onLink(link(connection)),
      })
      return { port: server.address.port, close: () => server.close() }
    },
    /** Resolves once connected, with the tickets that came. */
    async dial(port, session) {
      const expected = session === undefined ? 2 : 0
      const sessions = []
      let arrived
      const tickets = new Promise((resolve) => {
        arrived = resolve
      })
      if (expected === 0) arrived()
      const connection = await connect({
        ...common,
        host: '127.0.0.1',
        port,
        serverName: 'localhost',
        verify,
        ticketRequest: { newSession: 2, resumption: 0 },
        session,
        onSession(fresh) {
          sessions.push(fresh)
          if (sessions.length === expected) arrived()
        },
      })
      await tickets
      const { info } = connection
      const facts = {
        version: 'TLSv1.3',
        suite: info.suite.name,
        group: info.group.name.toLowerCase(),
        chain: session === undefined ? info.peer.chain.length : 0,
        tickets: sessions.length,
        resumed: info.resumed,
      }
      return { ...link(connection), facts, session: sessions.at(-1) }
    },
  }
}

function link(connection) {
  const { suite, version } = connection.info
  return {
    agreed: { version: version.name.replace(' ', 'v'), suite: suite.name },
    /** Writes `bytes` so many times. */
    async send(bytes, times) {
      for (let i = 0; i < times; i++) await connection.write(bytes)
    },
    /** Writes `bytes` so many times without waiting in between. */
    burst(bytes, times) {
      let last
      for (let i = 0; i < times; i++) last = connection.write(bytes)
      return last
    },
    /** Reads so many bytes, which must end at the end of a chunk. */
    async receive(length) {
      let left = length
      while (left > 0) {
        const chunk = await connection.read()
        if (chunk === undefined) throw new Error('bench: the connection ended')
        left -= chunk.length
      }
      if (left < 0) throw new Error('bench: more came than was sent')
    },
    destroy: () => connection.abort(),
  }
}
