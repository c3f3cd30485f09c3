/**
 * TLS 1.2, client: a session goes on (RFC 5246 7.3, RFC 5077 3.1).
 *
 *   <--------  [NewSessionTicket], change_cipher_spec, Finished
 *   change_cipher_spec, Finished  -------->  on to connected12.ts
 */
import { copyBytes } from '../../bytes.js'
import type { RecordKeys } from '../../layer/layer.js'
import type { Session } from '../../session.js'
import { decode, type Value } from '../../wire/codec.js'
import { newSessionTicket12 } from '../../wire/message12.js'
import { messageType } from '../../wire/registry.js'
import { resumedPeer } from '../authenticate.js'
import { type Context, type Step, state, type Table } from '../context.js'
import { checkFinished, connectionKeys, sendFinished } from '../secrets12.js'
import { connectClient12 } from './connected12.js'
import type { Negotiated12 } from './serverFlight12.js'

interface Resuming extends Negotiated12 {
  readonly session: Session
  readonly secret: Uint8Array
  readonly keys: { readonly client: RecordKeys; readonly server: RecordKeys }
  readonly ticket: Value<typeof newSessionTicket12> | undefined
}

export function resume12(
  negotiated: Negotiated12 & { readonly session: Session },
  context: Context,
): Step {
  negotiated.transcript.forgetMessages()
  const secret = copyBytes(negotiated.session.secret)
  const keys = connectionKeys(negotiated, secret, context)
  const fields: Resuming = { ...negotiated, secret, keys, ticket: undefined }
  if (!negotiated.expectsTicket) return waitFinished(fields, context)
  return state('waitNewSessionTicket', newSessionTicketTable, fields)
}

const newSessionTicketTable: Table<Resuming> = {
  [messageType.newSessionTicket](fields, message, context) {
    const ticket = decode(newSessionTicket12, message.body)
    fields.transcript.add(message.raw)
    return waitFinished({ ...fields, ticket }, context)
  },
}

function waitFinished(fields: Resuming, context: Context): Step {
  context.expectChangeCipherSpec(fields.keys.server)
  return state('waitFinished', finishedTable, fields)
}

const finishedTable: Table<Resuming> = {
  [messageType.finished](fields, message, context) {
    const { secret, keys, session } = fields
    const server = checkFinished(fields, secret, 'server', message)
    // The server waits for us now.
    context.layer.demandBoundary?.()
    const client = sendFinished(fields, secret, 'client', keys.client, context)
    const { peer, expires } = session
    return connectClient12(
      {
        ...fields,
        finished: { client, server },
        first: 'server',
        peer: peer === undefined ? undefined : resumedPeer(peer, expires),
        psk: undefined,
        group: undefined,
        scheme: undefined,
        expiresBy: expires,
      },
      context,
    )
  },
}
