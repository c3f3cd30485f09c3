/** node:tls over a pair of Duplex streams. */
import { Duplex } from 'node:stream'
import tls from 'node:tls'

function duplexPair() {
  const side = () => {
    const self = new Duplex({
      read() {
        const resume = self.resumeOther
        self.resumeOther = undefined
        resume?.()
      },
      write(chunk, _encoding, done) {
        if (self.other.push(chunk)) done()
        else self.other.resumeOther = done
      },
      final(done) {
        self.other.push(null)
        done()
      },
    })
    return self
  }
  const [a, b] = [side(), side()]
  a.other = b
  b.other = a
  return [a, b]
}

export function makePeer(chain) {
  const common = {
    minVersion: 'TLSv1.3',
    ciphers: 'TLS_AES_128_GCM_SHA256',
    ecdhCurve: 'X25519',
  }
  const serverContext = tls.createSecureContext({
    key: chain.keyPem,
    cert: chain.chainPem,
    ...common,
  })
  const clientContext = tls.createSecureContext({ ca: chain.rootPem, ...common })
  return {
    handshake: (session) => handshake(clientContext, serverContext, session),
    open: async () => (await handshake(clientContext, serverContext)).pair,
    send: transfer,
    close,
  }
}

function handshake(clientContext, serverContext, session) {
  const [left, right] = duplexPair()
  const expected = session === undefined ? 2 : 0
  return new Promise((resolve, reject) => {
    const server = new tls.TLSSocket(right, { isServer: true, secureContext: serverContext })
    const client = tls.connect({
      socket: left,
      servername: 'localhost',
      secureContext: clientContext,
      session,
    })
    const sessions = []
    const ready = { client: false, server: false }
    const check = () => {
      if (!ready.client || !ready.server || sessions.length < expected) return
      resolve({
        pair: { client, server },
        session: sessions.at(-1),
        facts: {
          version: client.getProtocol(),
          suite: client.getCipher().standardName,
          group: (client.getEphemeralKeyInfo().name ?? '').toLowerCase(),
          // The peer's own chain, without the root.
          chain: session === undefined ? chainLength(client.getPeerCertificate(true)) - 1 : 0,
          tickets: sessions.length,
          resumed: client.isSessionReused(),
        },
      })
    }
    client.on('error', reject)
    server.on('error', reject)
    client.on('secureConnect', () => {
      ready.client = true
      check()
    })
    server.on('secure', () => {
      ready.server = true
      check()
    })
    client.on('session', (bytes) => {
      sessions.push(bytes)
      check()
    })
    client.resume()
  })
}

function close({ client, server }) {
  client.destroy()
  server.destroy()
}

export function chainLength(certificate) {
  let length = 0
  let at = certificate
  while (at?.raw !== undefined) {
    length++
    if (at.issuerCertificate === at) break
    at = at.issuerCertificate
  }
  return length
}

function transfer({ client, server }, bytes, times) {
  return new Promise((resolve, reject) => {
    let missing = bytes.length * times
    const onData = (chunk) => {
      missing -= chunk.length
      if (missing > 0) return
      server.off('data', onData)
      server.off('error', reject)
      resolve()
    }
    server.on('data', onData)
    server.on('error', reject)

    let left = times
    const write = () => {
      while (left > 0) {
        left--
        if (!client.write(bytes)) {
          client.once('drain', write)
          return
        }
      }
    }
    write()
  })
}
