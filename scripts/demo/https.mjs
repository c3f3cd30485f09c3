// A web server of another make.
import { createServer } from 'node:https'

export async function startHttps(credential) {
  const server = createServer(credential, (request, response) => {
    response.setHeader('content-type', 'text/plain; charset=utf-8')
    response.end(
      `You asked for ${request.url} over ${request.socket.getProtocol()}, ` +
        `and OpenSSL ${process.versions.openssl} answers.\n`,
    )
  })
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: server.address().port,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
