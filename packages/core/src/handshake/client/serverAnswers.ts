/** What a server answers in extensions of which all versions have the same, though in different messages. */
import { latin1 } from '../../bytes.js'
import { Fault } from '../../fault.js'
import type { ClientSettings } from '../../options.js'
import type { Context } from '../context.js'

/** RFC 7301 3.1: exactly one name, and one of ours. */
export function checkAlpn(
  chosen: readonly Uint8Array[] | undefined,
  settings: ClientSettings,
  context: Context,
): string | undefined {
  if (chosen === undefined) {
    if (context.layer.traits.requiresAlpn)
      throw new Fault('noCommonProtocol', 'the server chose none')
    return undefined
  }
  const [protocol] = chosen
  if (chosen.length !== 1 || protocol === undefined)
    throw new Fault('unofferedProtocol', `${chosen.length} application protocols`)
  const name = latin1(protocol)
  if (!settings.config.alpn?.includes(name))
    throw new Fault('unofferedProtocol', JSON.stringify(name))
  return name
}

/**
 * RFC 8449, RFC 6066 section 4.
 * @param ours how many bytes of the server's value are the content type's; and what we receive at most, where it answers.
 */
export function applyRecordSize(
  {
    recordSizeLimit,
    maxFragmentLength,
  }: {
    readonly recordSizeLimit?: number | undefined
    readonly maxFragmentLength?: number | undefined
  },
  { config }: ClientSettings,
  ours: { readonly typeLength: 0 | 1; readonly receive: number | undefined },
  { layer }: Context,
): void {
  if (recordSizeLimit !== undefined) {
    // RFC 8449 4: at least 64; RFC 8449 5: not together with max_fragment_length.
    if (recordSizeLimit < 64)
      throw new Fault('illegalParameter', `record_size_limit ${recordSizeLimit}`)
    if (maxFragmentLength !== undefined)
      throw new Fault('illegalParameter', 'record_size_limit and max_fragment_length together')
    layer.setSendLimit(recordSizeLimit - ours.typeLength)
    // A server that does not answer does not know our limit either.
    if (ours.receive !== undefined) layer.setReceiveLimit(ours.receive)
  }
  if (maxFragmentLength === undefined) return
  if (config.maxFragmentLength !== 2 ** (8 + maxFragmentLength))
    throw new Fault('illegalParameter', `max_fragment_length ${maxFragmentLength}`)
  layer.setSendLimit(config.maxFragmentLength)
  layer.setReceiveLimit(config.maxFragmentLength)
}
