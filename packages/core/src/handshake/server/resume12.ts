/**
 * TLS 1.2, server: a session goes on (RFC 5246 7.3, RFC 5077 3.1).
 *
 *   <--------  ServerHello, [NewSessionTicket], change_cipher_spec, Finished
 *   change_cipher_spec, Finished  -------->  on to connected12.ts
 */
import { copyBytes } from '../../bytes.js'
import { Fault } from '../../fault.js'
import type { RecordKeys } from '../../layer/layer.js'
import { Transcript12 } from '../../schedule/transcript12.js'
import type { ServerSessionState } from '../../session.js'
import { encode } from '../../wire/codec.js'
import { writeExtensions } from '../../wire/extension.js'
import { serverHello } from '../../wire/message.js'
import { messageType, protocolVersion } from '../../wire/registry.js'
import { resumedPeer } from '../authenticate.js'
import { type Context, type Step, state, type Table } from '../context.js'
import { serverRandom } from '../downgrade.js'
import { checkFinished, connectionKeys, type Settled12, sendFinished } from '../secrets12.js'
import { type CompletedServer12, connectServer12 } from './connected12.js'
import { answerRenegotiationInfo } from './flight12.js'
import { encryptsThenMac, type Settled } from './hello12.js'
import { answerAlpn, answerRecordSizes } from './serverHello12.js'
import { givesTicket, sendTicket12 } from './ticket12.js'

interface Resuming extends Omit<CompletedServer12, 'finished'> {
  readonly serverVerifyData: Uint8Array
  readonly clientKeys: RecordKeys
}

export function resume12(settled: Settled, session: ServerSessionState, context: Context): Step {
  const { received } = settled
  // The main secret stays, and so does its end; the client gets a ticket that it has not shown yet.
  const sendsTicket = givesTicket(settled)
  const hello = sendServerHello(settled, session, sendsTicket, context)
  hello.transcript.forgetMessages()
  const secret = copyBytes(session.secret)
  const keys = connectionKeys(hello, secret, context)
  const { peer, expires } = session
  const completed = {
    ...settled,
    ...hello,
    secret,
    sendsTicket,
    peer: peer === undefined ? undefined : resumedPeer(peer, expires),
    psk: undefined,
    ownCertificate: undefined,
    resumed: true,
    expiresBy: expires,
    group: undefined,
    scheme: undefined,
    first: 'server' as const,
    sessionId: copyBytes(received.hello.legacySessionId),
  }
  if (sendsTicket) sendTicket12(completed, context)
  const serverVerifyData = sendFinished(hello, secret, 'server', keys.server, context)
  context.expectChangeCipherSpec(keys.client)
  const fields: Resuming = { ...completed, serverVerifyData, clientKeys: keys.client }
  return state('waitFinished', finishedTable, fields)
}

const finishedTable: Table<Resuming> = {
  [messageType.finished](fields, message, context) {
    const client = checkFinished(fields, fields.secret, 'client', message)
    const finished = { client, server: fields.serverVerifyData }
    return connectServer12({ ...fields, finished }, context)
  },
}

function sendServerHello(
  settled: Settled,
  session: ServerSessionState,
  sendsTicket: boolean,
  context: Context,
): Settled12 {
  const { settings, received, extendedMainSecret } = settled
  const suite = settings.suites12.find(({ id }) => id === session.suite)
  if (suite === undefined) throw new Fault('internalError', 'the suite of the session is gone')
  const encryptThenMac = encryptsThenMac(settled, suite.records.kind) === true
  const random = serverRandom(received.version, settings.versions, context)
  const list = writeExtensions('serverHello12', {
    ...answerRenegotiationInfo(settled),
    ...(extendedMainSecret ? { extendedMainSecret: true } : {}),
    ...(encryptThenMac ? { encryptThenMac: true } : {}),
    ...answerAlpn(settled),
    ...answerRecordSizes(settled, context),
    ...(sendsTicket ? { sessionTicket: true } : {}),
  })
  const body = encode(serverHello, {
    legacyVersion: context.layer.traits.wireVersion(protocolVersion.tls12),
    random,
    // RFC 5077 3.4: the echo says that the ticket was taken.
    legacySessionIdEcho: received.hello.legacySessionId,
    cipherSuite: suite.id,
    legacyCompressionMethod: 0,
    extensions: list.length === 0 ? undefined : list,
  })
  const raw = context.send(messageType.serverHello, body)
  return {
    suite,
    extendedMainSecret,
    encryptThenMac,
    randoms: { client: copyBytes(received.hello.random), server: random },
    transcript: new Transcript12(suite.hash, [received.message.raw, raw]),
  }
}
