/** Certificates of each kind of key, of servers, of clients, and of clients after the handshake. */
import * as assert from 'uvu/assert'
import {
  authority,
  type IdentityKind,
  identity,
  identityKinds,
  serverName,
  trust,
} from '../support/authority.js'
import type { Case, Setting } from '../support/live.js'
import { dial, exchange, read, serve } from '../support/ours.js'
import { watch } from '../support/watch.js'

export function serverCertificates({ peer, crypto }: Setting): readonly Case[] {
  const area = 'server certificates'
  return identityKinds.flatMap((kind): Case[] => {
    const cases: Case[] = []
    if (peer.server.identities.includes(kind))
      cases.push({
        area,
        item: kind,
        ours: 'client',
        async run(scope) {
          const server = await peer.serve(scope, { identity: identity(kind) })
          const connection = await dial(scope, server.port, crypto)
          assert.equal(connection.info.peer?.chain[0], identity(kind).certificate.der)
          assert.is(connection.info.peer?.dangerouslyUnverified, false)
          await exchange(connection, server)
        },
      })
    if (peer.client.identities.includes(kind))
      cases.push({
        area,
        item: kind,
        ours: 'server',
        async run(scope) {
          const credentials = [identity(kind).credential(crypto)]
          const server = await serve(scope, crypto, { credentials })
          const client = peer.connect(scope, server.port, { trust: authority, serverName })
          await exchange(await server.accept(), client)
        },
      })
    return cases
  })
}

export function clientCertificates({ peer, crypto }: Setting): readonly Case[] {
  const area = 'client certificates'
  return identityKinds.flatMap((kind): Case[] => {
    const cases: Case[] = []
    const has = (abilities: typeof peer.server, kind: IdentityKind) =>
      abilities.features.has('clientCertificate') && abilities.identities.includes(kind)
    if (has(peer.server, kind))
      cases.push({
        area,
        item: kind,
        ours: 'client',
        async run(scope) {
          const server = await peer.serve(scope, { identity: identity(), trust: authority })
          const credentials = [identity(kind).credential(crypto)]
          const connection = await dial(scope, server.port, crypto, { credentials })
          await exchange(connection, server)
        },
      })
    if (has(peer.client, kind))
      cases.push({
        area,
        item: kind,
        ours: 'server',
        async run(scope) {
          const server = await serve(scope, crypto, {
            clientAuthentication: 'require',
            verify: trust(authority, crypto),
          })
          const options = { trust: authority, serverName, identity: identity(kind) }
          const client = peer.connect(scope, server.port, options)
          const connection = await server.accept()
          assert.equal(connection.info.peer?.chain[0], identity(kind).certificate.der)
          await exchange(connection, client)
        },
      })
    return cases
  })
}

export function requestedCertificates({ peer, crypto }: Setting): readonly Case[] {
  const area = 'client certificates'
  if (!peer.client.features.has('clientCertificate')) return []
  const verify = trust(authority, crypto)
  return [
    {
      area,
      item: 'of a named authority',
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto, {
          clientAuthentication: 'require',
          certificateAuthorities: [identity().certificate.issuerDer],
          verify,
        })
        const options = { trust: authority, serverName, identity: identity() }
        const client = peer.connect(scope, server.port, options)
        const connection = await server.accept()
        assert.equal(connection.info.peer?.chain[0], identity().certificate.der)
        await exchange(connection, client)
      },
    },
    {
      area,
      item: 'asked for, none given',
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto, { clientAuthentication: 'request', verify })
        const client = peer.connect(scope, server.port, { trust: authority, serverName })
        const connection = await server.accept()
        assert.is(connection.info.peer, undefined)
        await exchange(connection, client)
      },
    },
  ]
}

export function postHandshakeAuthentication({ peer, crypto }: Setting): readonly Case[] {
  const area = 'post-handshake authentication'
  const cases: Case[] = []
  if (peer.server.features.has('postHandshakeAuth'))
    cases.push({
      area,
      item: 'asked for once',
      ours: 'client',
      async run(scope) {
        const server = await peer.serve(scope, {
          identity: identity(),
          trust: authority,
          postHandshakeAuth: true,
        })
        const seen = watch()
        const connection = await dial(scope, server.port, crypto, {
          postHandshakeAuth: true,
          credentials: [identity('Ed25519').credential(crypto)],
          observe: seen.observe,
        })
        await exchange(connection, server)
        assert.not(seen.messages.includes('received CertificateRequest'))
        const asking = server.requestCertificate?.()
        if (asking !== undefined) {
          await connection.write(new Uint8Array(Buffer.from(asking.command)))
          assert.is((await read(connection, asking.answer.length)).toString(), asking.answer)
        }
        await exchange(connection, server)
        assert.ok(seen.messages.includes('received CertificateRequest'))
        const answer = ['sent Certificate', 'sent CertificateVerify', 'sent Finished']
        const from = seen.messages.indexOf('sent Certificate')
        assert.equal(seen.messages.slice(from, from + 3), answer)
      },
    })
  if (peer.client.features.has('postHandshakeAuth')) {
    for (const times of [1, 2])
      cases.push({
        area,
        item: times === 1 ? 'asked for once' : 'asked for twice',
        ours: 'server',
        async run(scope) {
          const server = await serve(scope, crypto, { verify: trust(authority, crypto) })
          const client = peer.connect(scope, server.port, {
            trust: authority,
            serverName,
            identity: identity('ECDSA P-384'),
            postHandshakeAuth: true,
          })
          const connection = await server.accept()
          assert.is(connection.info.peer, undefined)
          await exchange(connection, client)
          for (let time = 0; time < times; time++) {
            const authenticated = await connection.requestClientCertificate()
            assert.equal(authenticated?.chain[0], identity('ECDSA P-384').certificate.der)
            await exchange(connection, client)
          }
        },
      })
    cases.push({
      area,
      item: 'declined',
      ours: 'server',
      async run(scope) {
        const server = await serve(scope, crypto, {
          verify: trust(authority, crypto),
          clientAuthentication: 'none',
        })
        const client = peer.connect(scope, server.port, {
          trust: authority,
          serverName,
          postHandshakeAuth: true,
        })
        const connection = await server.accept()
        await exchange(connection, client)
        assert.is(await connection.requestClientCertificate(), undefined)
        await exchange(connection, client)
      },
    })
  }
  return cases
}
