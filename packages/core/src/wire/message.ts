/** The handshake messages (RFC 9846 section 4), each declared once. */
import {
  bytes,
  type Codec,
  opaque,
  optionalTail,
  rest,
  struct,
  uint8,
  uint16,
  uint32,
  type Value,
  vector,
} from './codec.js'
import { extensionList } from './extension.js'
import { messageType } from './registry.js'

export const clientHelloFields = {
  legacyVersion: uint16,
  random: bytes(32),
  legacySessionId: opaque(1, 0, 32),
  cipherSuites: vector(2, uint16, 2, 2 ** 16 - 2),
  legacyCompressionMethods: opaque(1, 1),
  extensions: optionalTail(extensionList),
}
export const clientHello = struct(clientHelloFields)
/** `legacyCookie` stands in the ClientHello of DTLS only. */
export type ClientHello = Value<typeof clientHello> & { readonly legacyCookie?: Uint8Array }

export const serverHello = struct({
  legacyVersion: uint16,
  random: bytes(32),
  legacySessionIdEcho: opaque(1, 0, 32),
  cipherSuite: uint16,
  legacyCompressionMethod: uint8,
  extensions: optionalTail(extensionList),
})
export type ServerHello = Value<typeof serverHello>

export const encryptedExtensions = struct({ extensions: extensionList })

export const certificateRequest = struct({
  certificateRequestContext: opaque(1, 0),
  extensions: extensionList,
})
export type CertificateRequest = Value<typeof certificateRequest>

export const certificate = struct({
  certificateRequestContext: opaque(1, 0),
  certificateList: vector(3, struct({ certData: opaque(3, 1), extensions: extensionList }), 0),
})
export type Certificate = Value<typeof certificate>

export const certificateVerify = struct({ algorithm: uint16, signature: opaque(2, 0) })
export type CertificateVerify = Value<typeof certificateVerify>

export const finished = struct({ verifyData: rest })

export const newSessionTicket = struct({
  ticketLifetime: uint32,
  ticketAgeAdd: uint32,
  ticketNonce: opaque(1, 0),
  ticket: opaque(2, 1),
  extensions: extensionList,
})
export type NewSessionTicket = Value<typeof newSessionTicket>

export const keyUpdate = struct({ requestUpdate: uint8 })

export const endOfEarlyData = struct({})

/** The messages of TLS 1.3 by their type, for tools that print, generate or mutate them. */
export const messages: Readonly<
  Record<number, { readonly name: string; readonly codec: Codec<unknown> }>
> = {
  [messageType.clientHello]: { name: 'ClientHello', codec: clientHello as Codec<unknown> },
  [messageType.serverHello]: { name: 'ServerHello', codec: serverHello as Codec<unknown> },
  [messageType.newSessionTicket]: {
    name: 'NewSessionTicket',
    codec: newSessionTicket as Codec<unknown>,
  },
  [messageType.endOfEarlyData]: { name: 'EndOfEarlyData', codec: endOfEarlyData as Codec<unknown> },
  [messageType.encryptedExtensions]: {
    name: 'EncryptedExtensions',
    codec: encryptedExtensions as Codec<unknown>,
  },
  [messageType.certificate]: { name: 'Certificate', codec: certificate as Codec<unknown> },
  [messageType.certificateRequest]: {
    name: 'CertificateRequest',
    codec: certificateRequest as Codec<unknown>,
  },
  [messageType.certificateVerify]: {
    name: 'CertificateVerify',
    codec: certificateVerify as Codec<unknown>,
  },
  [messageType.finished]: { name: 'Finished', codec: finished as Codec<unknown> },
  [messageType.keyUpdate]: { name: 'KeyUpdate', codec: keyUpdate as Codec<unknown> },
}

const names: Readonly<Record<number, string>> = {
  [messageType.helloRequest]: 'HelloRequest',
  [messageType.clientHello]: 'ClientHello',
  [messageType.serverHello]: 'ServerHello',
  [messageType.newSessionTicket]: 'NewSessionTicket',
  [messageType.endOfEarlyData]: 'EndOfEarlyData',
  [messageType.encryptedExtensions]: 'EncryptedExtensions',
  [messageType.certificate]: 'Certificate',
  [messageType.serverKeyExchange]: 'ServerKeyExchange',
  [messageType.certificateRequest]: 'CertificateRequest',
  [messageType.serverHelloDone]: 'ServerHelloDone',
  [messageType.certificateVerify]: 'CertificateVerify',
  [messageType.clientKeyExchange]: 'ClientKeyExchange',
  [messageType.finished]: 'Finished',
  [messageType.certificateStatus]: 'CertificateStatus',
  [messageType.keyUpdate]: 'KeyUpdate',
  [messageType.compressedCertificate]: 'CompressedCertificate',
}

/** The RFC's name of a message. */
export function messageName(type: number): string {
  return names[type] ?? `message ${type}`
}

/** A message as it stands in the transcript of TLS 1.3: type, length and body (RFC 9846 section 4). */
export function handshakeBytes(type: number, body: Uint8Array): Uint8Array {
  const raw = new Uint8Array(4 + body.length)
  raw[0] = type
  raw[1] = body.length >> 16
  raw[2] = (body.length >> 8) & 0xff
  raw[3] = body.length & 0xff
  raw.set(body, 4)
  return raw
}

/** The random of a ServerHello that is a HelloRetryRequest: SHA-256 of that name (RFC 9846 4.2.3). */
export const helloRetryRequestRandom: Uint8Array = Uint8Array.of(
  0xcf,
  0x21,
  0xad,
  0x74,
  0xe5,
  0x9a,
  0x61,
  0x11,
  0xbe,
  0x1d,
  0x8c,
  0x02,
  0x1e,
  0x65,
  0xb8,
  0x91,
  0xc2,
  0xa2,
  0x11,
  0x16,
  0x7a,
  0xbb,
  0x8c,
  0x5e,
  0x07,
  0x9e,
  0x09,
  0xe2,
  0xc8,
  0xa8,
  0x33,
  0x9c,
)
