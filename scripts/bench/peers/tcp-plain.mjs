/** Sockets without TLS: what a connection costs before TLS begins. */
import { connect, createServer } from 'node:net'

export function makePeer() {
  return {
    serve(onLink) {
      const server = createServer({ noDelay: true }, (socket) => {
        socket.on('error', () => {})
        onLink(socketLink(socket))
      })
      return new Promise((resolve) => {
        server.listen(0, '127.0.0.1', () => {
          resolve({ port: server.address().port, close: () => server.close() })
        })
      })
    },
    dial(port) {
      return new Promise((resolve, reject) => {
        const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () =>
          resolve(socketLink(socket)),
        )
        socket.on('error', reject)
      })
    },
  }
}

/** What is done with a connection, for any Duplex. */
export function socketLink(socket) {
  let received = 0
  let wanted = 0
  let resolveWanted
  const settle = () => {
    if (resolveWanted === undefined || received < wanted) return
    received -= wanted
    const resolve = resolveWanted
    resolveWanted = undefined
    resolve()
  }
  socket.on('data', (chunk) => {
    received += chunk.length
    settle()
  })
  return {
    /** Writes `bytes` so many times. */
    send(bytes, times) {
      return new Promise((resolve) => {
        let left = times
        const write = () => {
          while (left > 0) {
            left--
            if (!socket.write(bytes) && left > 0) {
              socket.once('drain', write)
              return
            }
          }
          resolve()
        }
        write()
      })
    },
    /** Writes `bytes` so many times without waiting in between. */
    burst(bytes, times) {
      for (let i = 0; i < times; i++) socket.write(bytes)
    },
    /** Reads so many bytes. */
    receive(length) {
      return new Promise((resolve) => {
        wanted = length
        resolveWanted = resolve
        settle()
      })
    },
    destroy: () => socket.destroy(),
  }
}
