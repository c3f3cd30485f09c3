/** What the runner wants to see of a connection's secrets, as the first bytes that the shim writes. */
import type { Connection } from '@sanstls/core'
import { latin1 } from './bytes.js'
import type { Seen } from './choose.js'
import type { Flags } from './flags.js'

/** There is nothing to give, or the call came too early. */
export class Refused extends Error {}

/** In the order in which BoringSSL's shim writes it. @throws {Refused} */
export function exports(connection: Connection, flags: Flags, seen: Seen): readonly Uint8Array[] {
  const parts: Uint8Array[] = []
  const length = flags['export-keying-material'] ?? 0
  if (length > 0) {
    const context = flags['use-export-context'] ? latin1(flags['export-context']) : undefined
    parts.push(connection.exporter(flags['export-label'] ?? '', context, length))
  }
  if (flags['export-traffic-secrets']) parts.push(trafficSecrets(flags, seen))
  if (flags['tls-unique']) {
    const binding = connection.channelBinding('tls-unique')
    if (binding === undefined) throw new Refused('failed to get tls-unique')
    parts.push(binding)
  }
  return parts
}

/** Their length (16 bits, little-endian), the one to read with, the one to write with. */
function trafficSecrets({ server }: Flags, { keylog }: Seen): Uint8Array {
  const [client, own] = ['CLIENT_TRAFFIC_SECRET_0', 'SERVER_TRAFFIC_SECRET_0'].map((label) => {
    const line = keylog.find((candidate) => candidate.startsWith(`${label} `))
    return Buffer.from(line?.split(' ')[2] ?? '', 'hex')
  }) as [Buffer, Buffer]
  const header = Buffer.alloc(2)
  header.writeUInt16LE(client.length)
  return new Uint8Array(Buffer.concat([header, ...(server ? [client, own] : [own, client])]))
}
