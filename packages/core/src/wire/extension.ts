/**
 * The one table of extensions: which codec each has in which message (RFC 9846 4.3). An extension that stands where the
 * table has no entry is misplaced; one that the table lacks is unknown, kept as bytes and otherwise ignored.
 */
import { Fault } from '../fault.js'
import {
  type Codec,
  constant,
  decode,
  empty,
  encode,
  opaque,
  rest,
  struct,
  uint8,
  uint16,
  uint32,
  type Value,
  vector,
} from './codec.js'

/** An extension as it stands on the wire. */
export interface Extension {
  readonly type: number
  readonly data: Uint8Array
}

export const extension: Codec<Extension> = struct({ type: uint16, data: opaque(2, 0) })
export const extensionList = vector(2, extension, 0)

const uint16List = vector(2, uint16, 2, 2 ** 16 - 2)
const serverNames = vector(2, struct({ nameType: uint8, name: opaque(2, 1) }), 1)
const certificateTypes = vector(1, uint8, 1)
const statusRequest = struct({
  statusType: constant(1, 1),
  responderIdList: vector(2, opaque(2, 1), 0),
  requestExtensions: opaque(2, 0),
})
const keyShareEntry = struct({ group: uint16, keyExchange: opaque(2, 1) })
const distinguishedNames = vector(2, opaque(2, 1), 3)
const timestamps = vector(2, opaque(2, 1), 1)
const srtp = struct({ profiles: uint16List, mki: opaque(1, 0) })

export const extensionTable = {
  serverName: {
    type: 0,
    clientHello: serverNames,
    serverHello12: empty,
    encryptedExtensions: empty,
    // Of use with exported authenticators only (RFC 9261), but allowed (RFC 9846 4.3).
    certificateRequest: serverNames,
  },
  maxFragmentLength: {
    type: 1,
    clientHello: uint8,
    serverHello12: uint8,
    encryptedExtensions: uint8,
  },
  statusRequest: {
    type: 5,
    clientHello: statusRequest,
    serverHello12: empty,
    certificateRequest: rest,
    certificate: struct({ statusType: constant(1, 1), response: opaque(3, 1) }),
  },
  supportedGroups: {
    type: 10,
    clientHello: uint16List,
    // No RFC lets it stand there, but some old servers send it, and nothing depends on it.
    serverHello12: rest,
    encryptedExtensions: uint16List,
  },
  ecPointFormats: {
    type: 11,
    clientHello: vector(1, uint8, 1),
    serverHello12: vector(1, uint8, 1),
  },
  signatureAlgorithms: { type: 13, clientHello: uint16List, certificateRequest: uint16List },
  useSrtp: { type: 14, clientHello: srtp, serverHello12: srtp, encryptedExtensions: srtp },
  alpn: {
    type: 16,
    clientHello: vector(2, opaque(1, 1), 2),
    serverHello12: vector(2, opaque(1, 1), 2),
    encryptedExtensions: vector(2, opaque(1, 1), 2),
  },
  signedCertificateTimestamp: {
    type: 18,
    clientHello: empty,
    serverHello12: timestamps,
    certificateRequest: empty,
    certificate: timestamps,
  },
  clientCertificateType: {
    type: 19,
    clientHello: certificateTypes,
    serverHello12: uint8,
    encryptedExtensions: uint8,
  },
  serverCertificateType: {
    type: 20,
    clientHello: certificateTypes,
    serverHello12: uint8,
    encryptedExtensions: uint8,
  },
  padding: { type: 21, clientHello: rest },
  encryptThenMac: { type: 22, clientHello: empty, serverHello12: empty },
  extendedMainSecret: { type: 23, clientHello: empty, serverHello12: empty },
  compressCertificate: {
    type: 27,
    clientHello: vector(1, uint16, 2),
    certificateRequest: vector(1, uint16, 2),
  },
  recordSizeLimit: {
    type: 28,
    clientHello: uint16,
    serverHello12: uint16,
    encryptedExtensions: uint16,
  },
  sessionTicket: { type: 35, clientHello: rest, serverHello12: empty },
  preSharedKey: {
    type: 41,
    clientHello: struct({
      identities: vector(2, struct({ identity: opaque(2, 1), obfuscatedTicketAge: uint32 }), 7),
      binders: vector(2, opaque(1, 32), 33),
    }),
    serverHello: uint16,
  },
  earlyData: { type: 42, clientHello: empty, encryptedExtensions: empty, newSessionTicket: uint32 },
  supportedVersions: {
    type: 43,
    clientHello: vector(1, uint16, 2, 254),
    serverHello: uint16,
    helloRetryRequest: uint16,
  },
  cookie: { type: 44, clientHello: opaque(2, 1), helloRetryRequest: opaque(2, 1) },
  pskKeyExchangeModes: { type: 45, clientHello: vector(1, uint8, 1) },
  certificateAuthorities: {
    type: 47,
    clientHello: distinguishedNames,
    certificateRequest: distinguishedNames,
  },
  oidFilters: {
    type: 48,
    certificateRequest: vector(2, struct({ oid: opaque(1, 1), values: opaque(2, 0) }), 0),
  },
  postHandshakeAuth: { type: 49, clientHello: empty },
  signatureAlgorithmsCert: { type: 50, clientHello: uint16List, certificateRequest: uint16List },
  keyShare: {
    type: 51,
    clientHello: vector(2, keyShareEntry, 0),
    serverHello: keyShareEntry,
    helloRetryRequest: uint16,
  },
  quicTransportParameters: { type: 57, clientHello: rest, encryptedExtensions: rest },
  ticketRequest: {
    type: 58,
    clientHello: struct({ newSessionCount: uint8, resumptionCount: uint8 }),
    encryptedExtensions: struct({ expectedCount: uint8 }),
  },
  renegotiationInfo: { type: 0xff01, clientHello: opaque(1, 0), serverHello12: opaque(1, 0) },
} as const

type Table = typeof extensionTable
export type ExtensionName = keyof Table

/** The messages that carry extensions. A ServerHello of TLS 1.2 allows others than one of TLS 1.3. */
export type ExtensionContext =
  | 'clientHello'
  | 'serverHello'
  | 'serverHello12'
  | 'helloRetryRequest'
  | 'encryptedExtensions'
  | 'certificateRequest'
  | 'certificate'
  | 'newSessionTicket'

/** The known extensions of one message, by name. Undefined stands for one that is not there. */
export type ExtensionsOf<C extends ExtensionContext> = {
  readonly [N in ExtensionName as C extends keyof Table[N] ? N : never]?: C extends keyof Table[N]
    ? Value<Table[N][C]> | undefined
    : never
}

const byType = new Map<number, ExtensionName>()
for (const name in extensionTable)
  byType.set(extensionTable[name as ExtensionName].type, name as ExtensionName)

export function extensionName(type: number): ExtensionName | undefined {
  return byType.get(type)
}

/**
 * Reads the known extensions of a message.
 * @param passedOver types that count as unknown.
 * @throws {Fault} for an extension that stands twice, is misplaced or malformed (RFC 9846 4.3).
 */
export function readExtensions<C extends ExtensionContext>(
  context: C,
  list: readonly Extension[],
  passedOver?: ReadonlySet<number>,
): ExtensionsOf<C> {
  const values: Record<string, unknown> = {}
  const seen = new Set<number>()
  for (const { type, data } of list) {
    if (seen.has(type)) throw new Fault('duplicateExtension', `extension ${type} stands twice`)
    seen.add(type)
    const name = passedOver?.has(type) ? undefined : byType.get(type)
    if (name === undefined) continue
    const codec = codecOf(name, context)
    if (codec === undefined)
      throw new Fault('misplacedExtension', `${name} may not stand in ${context}`)
    values[name] = decode(codec, data)
  }
  // Each value was read by the codec that its type is taken from.
  return values as ExtensionsOf<C>
}

/** Undefined for an empty list, which some extensions cannot have. */
export function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list
}

/** Writes extensions in the order of the object's own keys. */
export function writeExtensions<C extends ExtensionContext>(
  context: C,
  values: ExtensionsOf<C>,
): readonly Extension[] {
  const list: Extension[] = []
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    const codec = codecOf(name as ExtensionName, context)
    if (codec === undefined) throw new RangeError(`${name} may not stand in ${context}`)
    list.push({ type: extensionTable[name as ExtensionName].type, data: encode(codec, value) })
  }
  return list
}

/**
 * What the server answers must have been asked for (RFC 9846 4.3).
 * @throws {Fault} unsupported_extension for an extension that `offered` lacks.
 */
export function checkSolicited(
  list: readonly Extension[],
  offered: ReadonlySet<number>,
  message: string,
): void {
  for (const { type } of list)
    if (!offered.has(type))
      throw new Fault(
        'unsolicitedExtension',
        `${message} answers extension ${type}, which was not offered`,
      )
}

function codecOf(name: ExtensionName, context: ExtensionContext): Codec<unknown> | undefined {
  const row: { readonly [context: string]: Codec<unknown> | number } = extensionTable[name]
  const codec = row[context]
  return typeof codec === 'object' ? codec : undefined
}
