import { equal, latin1 } from '../../bytes.js'
import { Fault } from '../../fault.js'
import type { ServerSettings } from '../../options.js'
import type { Context } from '../context.js'
import type { ReceivedClientHello } from './hello.js'

/** The application protocol, by our order (RFC 7301 3.2). @throws {Fault} */
export function chooseAlpn(
  { extensions: { alpn: offered } }: ReceivedClientHello,
  { alpn: ours }: ServerSettings,
  context: Context,
): string | undefined {
  if (offered === undefined && context.layer.traits.requiresAlpn)
    throw new Fault('noCommonProtocol', 'the client offers none')
  if (offered === undefined || ours.length === 0) return undefined
  const found = ours.find((name) => offered.some((other) => equal(name, other)))
  if (found === undefined)
    throw new Fault('noCommonProtocol', `the client offers ${offered.map(latin1).join(', ')}`)
  return latin1(found)
}
