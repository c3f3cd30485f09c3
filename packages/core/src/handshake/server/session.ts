/** Which sessions a server resumes, in any version. */
import type { ServerSettings } from '../../options.js'
import type { ServerSessionState } from '../../session.js'
import { acceptsStored } from '../../verification.js'
import { callPolicy } from '../consult.js'
import type { Context } from '../context.js'
import { spokenVersion } from '../version.js'
import type { ReceivedClientHello } from './hello.js'

/** How far another server's clock may be ahead, ms. */
const clockSkew = 60_000

/** A session serves only where everything that the full handshake decided would be decided alike. */
export function sessionFits(
  session: ServerSessionState,
  received: ReceivedClientHello,
  settings: ServerSettings,
  alpn: string | undefined,
  context: Context,
): boolean {
  const { tickets, clientAuthentication = 'none' } = settings.config
  const { secret: _, ageAdd: __, ...summary } = session
  const { peer } = session
  const accept = tickets?.accept
  return (
    session.version === spokenVersion(received.version, context).id &&
    session.expires > context.time.unix &&
    session.issued <= context.time.unix + clockSkew &&
    session.serverName === received.serverName &&
    session.alpn === alpn &&
    session.context === settings.sessionContext &&
    // A session without a client identity cannot stand for one, an unverified one not for a verified one, and one that
    // others verified not for anybody where nobody can be verified.
    (clientAuthentication !== 'require' || peer !== undefined) &&
    (peer === undefined || acceptsStored(settings.verify, peer)) &&
    (accept === undefined || callPolicy('tickets.accept', () => accept(summary)) === true)
  )
}
