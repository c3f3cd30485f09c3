/** The handshake messages of TLS 1.2 that differ from those of TLS 1.3 (RFC 5246 section 7.4 and what extends it). */
import {
  type Codec,
  constant,
  opaque,
  rest,
  struct,
  uint16,
  uint32,
  type Value,
  vector,
} from './codec.js'
import { clientHello, finished, messageName, serverHello } from './message.js'
import { messageType } from './registry.js'

export const certificate12 = struct({ certificateList: vector(3, opaque(3, 1), 0) })

/** RFC 6066 section 8: OCSP is the one type there is. */
export const certificateStatus = struct({ statusType: constant(1, 1), response: opaque(3, 1) })

export const certificateRequest12 = struct({
  certificateTypes: opaque(1, 1),
  supportedSignatureAlgorithms: vector(2, uint16, 2, 2 ** 16 - 2),
  certificateAuthorities: vector(2, opaque(2, 1), 0),
})
export type CertificateRequest12 = Value<typeof certificateRequest12>

/** ClientCertificateType (RFC 5246 7.4.4, RFC 8422 5.5). */
export const clientCertificateType = { rsaSign: 1, ecdsaSign: 64 } as const

export const serverHelloDone = struct({})
export const helloRequest = struct({})

/** RFC 5077 3.3. An empty ticket is none. */
export const newSessionTicket12 = struct({ ticketLifetimeHint: uint32, ticket: opaque(2, 0) })

/** DigitallySigned (RFC 5246 4.7). */
export const digitallySigned = struct({ algorithm: uint16, signature: opaque(2, 0) })

/** ServerECDHParams (RFC 8422 5.4): named curves only. */
export const ecdhParams = struct({
  curveType: constant(1, 3),
  namedCurve: uint16,
  public: opaque(1, 1),
})
export const ecdhPublic = opaque(1, 1)

/** ServerDHParams (RFC 5246 7.4.3). */
export const dhParams = struct({ dhP: opaque(2, 1), dhG: opaque(2, 1), dhYs: opaque(2, 1) })
export const dhPublic = opaque(2, 1)

/** RFC 5246 7.4.7.1. */
export const encryptedPremaster = opaque(2, 0)

/** psk_identity_hint and psk_identity (RFC 4279 section 2). */
export const pskIdentity = opaque(2, 0)

/** The messages of TLS 1.2 by their type, for tools. What the key exchanges hold, the suite decides. */
export const messages12: Readonly<
  Record<number, { readonly name: string; readonly codec: Codec<unknown> }>
> = /* @__PURE__ */ (() => {
  const codecs: Readonly<Record<number, unknown>> = {
    [messageType.helloRequest]: helloRequest,
    [messageType.clientHello]: clientHello,
    [messageType.serverHello]: serverHello,
    [messageType.newSessionTicket]: newSessionTicket12,
    [messageType.certificate]: certificate12,
    [messageType.serverKeyExchange]: rest,
    [messageType.certificateRequest]: certificateRequest12,
    [messageType.serverHelloDone]: serverHelloDone,
    [messageType.certificateVerify]: digitallySigned,
    [messageType.clientKeyExchange]: rest,
    [messageType.finished]: finished,
    [messageType.certificateStatus]: certificateStatus,
  }
  return Object.fromEntries(
    Object.entries(codecs).map(([type, codec]) => [
      type,
      { name: messageName(Number(type)), codec: codec as Codec<unknown> },
    ]),
  )
})()
