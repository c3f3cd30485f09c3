/** The resident side: takes command lines from the launcher and answers with exit code and output. */
import { createServer, type Server, type Socket } from 'node:net'
import { runShim } from './shim.js'

export interface Worker {
  readonly port: number
  /** How often which reason kept a test from running. */
  readonly unimplemented: ReadonlyMap<string, number>
  close(): void
}

/** @param token what the launcher must know; other programs of this machine do not. */
export function startWorker(token: string): Promise<Worker> {
  const unimplemented = new Map<string, number>()
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    serve(socket, token, (reason) =>
      unimplemented.set(reason, (unimplemented.get(reason) ?? 0) + 1),
    )
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      resolve({ port, unimplemented, close: () => server.close() })
    })
  })
}

function serve(socket: Socket, token: string, count: (reason: string) => void): void {
  let text = ''
  socket.setEncoding('latin1')
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    text += chunk
    const args = readArguments(text, token)
    if (args === undefined) return
    socket.removeAllListeners('data')
    void runShim(args).then(({ code, stdout, stderr, unimplemented }) => {
      if (unimplemented !== undefined) count(unimplemented)
      socket.end(`${code}\0${stdout}\0${stderr}\0`)
    })
  })
}

/** Token, count and arguments, each ended by a null; undefined while something is missing. */
function readArguments(text: string, token: string): readonly string[] | undefined {
  const parts = text.split('\0')
  const [given, count = ''] = parts
  if (parts.length < 3 || parts.length < Number(count) + 3) return undefined
  return given === token ? parts.slice(2, 2 + Number(count)) : ['-no-token']
}
