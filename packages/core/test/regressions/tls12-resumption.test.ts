import { test } from 'uvu'
import { noBytes } from '#src/bytes.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { tls12 } from '#src/handshake/tls12.js'
import { tls13 } from '#src/handshake/tls13.js'
import type { Observer } from '#src/observe.js'
import type { Session } from '#src/session.js'
import { editExtension, editWith, type Pair, type Script, seededRandom } from '#src/testing.js'
import { decode } from '#src/wire/codec.js'
import { extensionTable } from '#src/wire/extension.js'
import { clientHello, serverHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { connect, connectToScript, demand } from '../support/connect.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'

const versions = [tls12]
const keys = { keys: [{ name: new Uint8Array(16).fill(1), key: new Uint8Array(32).fill(2) }] }
const server: Partial<ServerConfig> = {
  versions,
  tickets: { keys },
  extendedMainSecret: 'prefer',
}
const { type } = extensionTable.extendedMainSecret

const client: Partial<ClientConfig> = { versions, extendedMainSecret: 'prefer' }

function sessionOf(): Session {
  return demand(connect(client, server).run().client.sessions[0])
}

/** A client that resumes a session at a server that follows the script. */
function resume(script: Script, session: Session): Pair {
  const random = seededRandom('resumed')
  return connectToScript(script, { ...client, session }, { ...server, random }).pair.run()
}

test('a session goes on under its own suite, or the server is refused (RFC 5246 7.4.1.3)', () => {
  const other = editWith(messageType.serverHello, serverHello, (hello) => ({
    ...hello,
    cipherSuite: 0xcca9,
  }))
  expectRefusal(resume(other, sessionOf()), 'client', 'changedSession', 'illegalParameter')
  expectEstablished(resume({}, sessionOf()))
})

test('a session neither loses nor gains an extended main secret (RFC 7627 5.3)', () => {
  const without = editExtension(messageType.serverHello, type, () => undefined)
  const pair = resume(without, sessionOf())
  expectRefusal(pair, 'client', 'extendedMainSecretMissing', 'handshakeFailure')
  // What the client has of the session had none.
  const gained = resume({}, { ...sessionOf(), extendedMainSecret: false })
  expectRefusal(gained, 'client', 'changedSession', 'illegalParameter')
})

test('a session id for middleboxes is no session', () => {
  let sent: Uint8Array = noBytes
  const observe: Observer = (observation) => {
    if (observation.kind === 'message' && observation.type === messageType.clientHello)
      sent = decode(clientHello, observation.bytes.subarray(4)).legacySessionId
  }
  const echo = editWith(messageType.serverHello, serverHello, (hello) => ({
    ...hello,
    legacySessionIdEcho: sent,
  }))
  const both = { versions: [tls13, tls12] }
  const { pair } = connectToScript(echo, both, { versions, observe })
  expectRefusal(pair.run(), 'client', 'unofferedSession', 'illegalParameter')
})

test.run()
