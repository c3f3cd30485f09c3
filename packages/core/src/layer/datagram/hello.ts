/** What is different in DTLS for the handshake itself: the ClientHello's cookie field, and the version numbers. */
import { noBytes } from '../../bytes.js'
import { type Codec, opaque, struct } from '../../wire/codec.js'
import { type ClientHello, clientHelloFields } from '../../wire/message.js'
import { protocolVersion } from '../../wire/registry.js'

const { legacyVersion, random, legacySessionId, ...rest } = clientHelloFields
const fields = struct({
  legacyVersion,
  random,
  legacySessionId,
  legacyCookie: opaque(1, 0),
  ...rest,
})

/** RFC 9147 5.3. */
export const datagramClientHello: Codec<ClientHello> = {
  shape: fields.shape,
  read: fields.read,
  write: (writer, hello) => fields.write(writer, { legacyCookie: noBytes, ...hello }),
}

const wireVersions: ReadonlyMap<number, number> = new Map([
  [protocolVersion.tls11, protocolVersion.dtls10],
  [protocolVersion.tls12, protocolVersion.dtls12],
  [protocolVersion.tls13, protocolVersion.dtls13],
])

export function datagramVersion(version: number): number {
  return wireVersions.get(version) ?? version
}
