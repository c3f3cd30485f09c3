/** curl against an HTTPS server of ours, as people use it. */
import type { CryptoProvider } from '@sanstls/core'
import { noble } from '@sanstls/core/noble'
import type { TlsConnection } from '@sanstls/transport-node'
import { nodeCrypto } from '@sanstls/transport-node/crypto'
import * as assert from 'uvu/assert'
import { authority, identity, otherAuthority, serverName, trust } from './support/authority.js'
import { type Case, type Protocol, runCases } from './support/live.js'
import { type ServerChanges, serve } from './support/ours.js'
import { firstLine, Program } from './support/process.js'
import type { Scope } from './support/scope.js'
import { faultOf } from './support/watch.js'

const curl = {
  name: 'curl',
  detect() {
    const line = firstLine('curl', ['--version']) ?? ''
    const version = /^curl (\S+) .*?((?:OpenSSL|GnuTLS|BoringSSL|wolfSSL)\S*)/.exec(line)
    if (version === null) return { missing: 'curl is not installed, or not with a TLS known here' }
    return { version: `${version[1]} (${version[2]?.replace('/', ' ')})` }
  },
}

function get(scope: Scope, protocol: Protocol, port: number, args: readonly string[]): Program {
  return new Program(scope, 'curl', [
    ...['--silent', '--show-error', '--noproxy', '*', '--max-time', '30'],
    ...(protocol === 'TLS 1.3' ? ['--tlsv1.3'] : ['--tls-max', '1.2']),
    ...['--connect-to', `${serverName}:443:127.0.0.1:${port}`, ...args],
    `https://${serverName}/`,
  ])
}

async function answer(connection: TlsConnection, body: string): Promise<string> {
  let request = ''
  while (!request.includes('\r\n\r\n')) {
    const chunk = await connection.read()
    if (chunk === undefined) throw new Error('curl closed before its request was complete')
    request += Buffer.from(chunk).toString('latin1')
  }
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n'
  await connection.write(new Uint8Array(Buffer.from(head + body)))
  await connection.end()
  return request
}

function cases(protocol: Protocol, crypto: CryptoProvider): readonly Case[] {
  const area = 'HTTPS'
  const ours = 'server'
  const fetched = (item: string, changes: ServerChanges, args: readonly string[]): Case => ({
    area,
    item,
    ours,
    async run(scope) {
      const server = await serve(scope, crypto, { alpn: ['http/1.1'], ...changes })
      const program = get(scope, protocol, server.port, ['--cacert', authority.file, ...args])
      const connection = await server.accept()
      assert.is(connection.info.version.name, protocol)
      assert.is(connection.info.alpn, 'http/1.1')
      assert.is(connection.info.serverName, serverName)
      assert.match(await answer(connection, 'it works'), `Host: ${serverName}`)
      assert.is(await program.over, 'it works')
    },
  })
  const { chainFile, keyFile } = identity('ECDSA P-384')
  const clients: ServerChanges = {
    clientAuthentication: 'require',
    verify: trust(authority, crypto),
  }
  return [
    fetched('GET', {}, []),
    fetched('GET with a client certificate', clients, [
      ...['--cert', chainFile],
      ...['--key', keyFile],
    ]),
    {
      area,
      item: 'an unknown authority refused',
      ours,
      async run(scope) {
        const server = await serve(scope, crypto)
        const program = get(scope, protocol, server.port, ['--cacert', otherAuthority.file])
        const fault = await faultOf(server.accept())
        assert.is(fault.code, 'alertReceived')
        assert.match(await program.over, 'certificate')
      },
    },
  ]
}

for (const protocol of ['TLS 1.3', 'TLS 1.2'] as const)
  runCases(protocol, curl, [
    [noble, cases(protocol, noble)],
    [nodeCrypto, cases(protocol, nodeCrypto)],
  ])
