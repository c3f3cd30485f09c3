/**
 * Goes on elsewhere with a connection that was exported: another worker, process or machine.
 *
 * An export holds the connection's keys. One that is imported twice makes two connections seal different data under the
 * same key and nonce, which breaks confidentiality and integrity: import once, then destroy it.
 */
import { ascii, copyBytes, fromUtf16, latin1, utf16 } from './bytes.js'
import type { ClientConfig, ServerConfig } from './config.js'
import type { Connection } from './connection.js'
import { Engine } from './engine.js'
import type { ExportedConnection } from './exported.js'
import { OptionError } from './fault.js'
import type { Context, State } from './handshake/context.js'
import { StreamLayer } from './layer/stream.js'
import { clientSettings, type Settings, serverSettings } from './options.js'
import type { ConnectionInfo, Info12 } from './output.js'
import type { Time } from './time.js'
import {
  type Codec,
  decode,
  encode,
  opaque,
  struct,
  uint8,
  uint16,
  uint24,
  uint64,
  vector,
} from './wire/codec.js'

export type { ExportedConnection, ExportedKeys, ExportedRecords } from './exported.js'

/**
 * Goes on with a client's connection. The configuration is given anew and must have the version and suite; the first
 * `poll` gives `established` again.
 * @throws {OptionError} where the configuration lacks what the connection uses.
 */
export function importClient(
  exported: ExportedConnection,
  config: ClientConfig,
  now: Time,
): Connection {
  return resume(exported, clientSettings(config), now)
}

/** As `importClient`, for a server's connection. @throws {OptionError} */
export function importServer(
  exported: ExportedConnection,
  config: ServerConfig,
  now: Time,
): Connection {
  return resume(exported, serverSettings(config), now)
}

function resume(exported: ExportedConnection, settings: Settings, now: Time): Connection {
  const { info, role, records } = exported
  if (role !== settings.role)
    throw new OptionError('exported', role, `Import it with the ${role}'s function.`)
  const restore = restorer(exported, settings)
  if (restore === undefined)
    throw new OptionError('versions', info.version.name, 'The connection speaks this version.')
  if (!settings.suiteIds.includes(info.suite.id))
    throw new OptionError('suites', info.suite.name, 'The connection uses this suite.')
  // Tickets that are still to come would be kept for the name of the configuration.
  if (settings.role === 'client' && settings.serverName !== info.serverName)
    throw new OptionError(
      'serverName',
      settings.serverName,
      `The connection is one to ${String(info.serverName)}.`,
    )
  if (settings.sessionContext !== exported.sessionContext)
    throw new OptionError(
      'sessionContext',
      settings.sessionContext,
      `The connection's was ${String(exported.sessionContext)}.`,
    )
  const layer = new StreamLayer({
    role,
    ...settings.limits,
    recordPadding: settings.config.recordPadding,
  })
  const engine = new Engine(settings, layer, now, (effects) => {
    const state = restore(effects)
    layer.restore(records)
    return state
  })
  engine.restore(exported.readClosed, exported.writeClosed)
  return engine
}

/** What goes on in the connection's version, where the settings have it. */
function restorer(
  exported: ExportedConnection,
  settings: Settings,
): ((context: Context) => State) | undefined {
  const { id } = exported.info.version
  if (settings.role === 'client') {
    const version = settings.versions.find((one) => one.id === id)
    return version && ((context) => version.restoreClient(exported, settings, context))
  }
  const version = settings.versions.find((one) => one.id === id)
  return version && ((context) => version.restoreServer(exported, settings, context))
}

const format = 2

/** At most one item: present or absent. */
function optional<T>(item: Codec<T>): Codec<readonly T[]> {
  return vector(3, item, 0)
}

const named = struct({ id: uint16, name: opaque(1, 0) })

const contents = struct({
  format: uint8,
  role: uint8,
  readClosed: uint8,
  writeClosed: uint8,
  version: named,
  suite: named,
  group: optional(named),
  signatureScheme: optional(named),
  alpn: optional(opaque(1, 1)),
  serverName: optional(opaque(2, 1)),
  resumed: uint8,
  // Those of TLS 1.2 may be empty (RFC 4279 section 2).
  pskIdentity: optional(opaque(2, 0)),
  earlyData: uint8,
  helloRetried: uint8,
  tls12: optional(
    struct({
      sessionId: opaque(1, 0, 32),
      extendedMainSecret: uint8,
      encryptThenMac: uint8,
      secureRenegotiation: uint8,
    }),
  ),
  peer: optional(
    struct({
      chain: vector(3, opaque(3, 1), 0),
      publicKey: opaque(2, 0),
      dangerouslyUnverified: uint8,
    }),
  ),
  sessionContext: optional(opaque(2, 0)),
  peerExpires: optional(uint64),
  keys: struct({
    read: opaque(1, 1),
    write: opaque(1, 1),
    exporter: opaque(1, 1),
    resumption: opaque(1, 0),
    tickets: uint24,
    keyUpdates: uint24,
    owesKeyUpdate: uint8,
    awaitsKeyUpdate: uint8,
  }),
  records: struct({
    readSequence: uint64,
    writeSequence: uint64,
    sendLimit: uint16,
    receiveLimit: uint16,
    input: opaque(3, 0),
    handshake: opaque(3, 0),
  }),
})

const earlyDataNames = ['none', 'accepted', 'rejected'] as const

/** An export as bytes. They hold the connection's keys. */
export function serializeConnection(exported: ExportedConnection): Uint8Array {
  const { info, records } = exported
  const { peer } = info
  return encode(contents, {
    format,
    role: exported.role === 'client' ? 0 : 1,
    readClosed: Number(exported.readClosed),
    writeClosed: Number(exported.writeClosed),
    version: writeNamed(info.version),
    suite: writeNamed(info.suite),
    group: list(info.group).map(writeNamed),
    signatureScheme: list(info.signatureScheme).map(writeNamed),
    alpn: list(info.alpn).map(ascii),
    serverName: list(info.serverName).map(ascii),
    resumed: Number(info.resumed),
    pskIdentity: list(info.pskIdentity),
    earlyData: earlyDataNames.indexOf(info.earlyData),
    helloRetried: Number(info.helloRetried),
    tls12: list(info.tls12).map(writeInfo12),
    peer: list(peer).map(({ chain, publicKey, dangerouslyUnverified }) => ({
      chain,
      publicKey,
      dangerouslyUnverified: Number(dangerouslyUnverified),
    })),
    sessionContext: list(exported.sessionContext).map(utf16),
    peerExpires: list(exported.peerExpires).map((time) => BigInt(Math.floor(time))),
    keys: {
      ...exported.keys,
      owesKeyUpdate: Number(exported.keys.owesKeyUpdate),
      awaitsKeyUpdate: Number(exported.keys.awaitsKeyUpdate),
    },
    records: {
      ...records,
      readSequence: BigInt(records.readSequence),
      writeSequence: BigInt(records.writeSequence),
    },
  })
}

/** @throws {TypeError} where the bytes are not an export of this format. */
export function parseConnection(input: Uint8Array): ExportedConnection {
  const value = decodeContents(input)
  const [peer] = value.peer
  const [expires] = value.peerExpires
  const info: ConnectionInfo = {
    role: value.role === 0 ? 'client' : 'server',
    version: readNamed(value.version),
    suite: readNamed(value.suite),
    group: value.group.map(readNamed)[0],
    signatureScheme: value.signatureScheme.map(readNamed)[0],
    alpn: value.alpn.map(latin1)[0],
    serverName: value.serverName.map(latin1)[0],
    resumed: value.resumed !== 0,
    pskIdentity: value.pskIdentity[0],
    earlyData: earlyDataNames[value.earlyData] ?? 'none',
    peer:
      peer === undefined
        ? undefined
        : {
            ...peer,
            dangerouslyUnverified: peer.dangerouslyUnverified !== 0,
            details: undefined,
          },
    helloRetried: value.helloRetried !== 0,
    tls12: value.tls12.map(readInfo12)[0],
  }
  return {
    role: info.role,
    readClosed: value.readClosed !== 0,
    writeClosed: value.writeClosed !== 0,
    info,
    sessionContext: value.sessionContext.map(fromUtf16)[0],
    peerExpires: expires === undefined ? undefined : Number(expires),
    keys: {
      ...value.keys,
      owesKeyUpdate: value.keys.owesKeyUpdate !== 0,
      awaitsKeyUpdate: value.keys.awaitsKeyUpdate !== 0,
    },
    records: {
      ...value.records,
      readSequence: Number(value.records.readSequence),
      writeSequence: Number(value.records.writeSequence),
    },
  }
}

function writeInfo12(info: Info12) {
  return {
    sessionId: info.sessionId,
    extendedMainSecret: Number(info.extendedMainSecret),
    encryptThenMac: Number(info.encryptThenMac),
    secureRenegotiation: Number(info.secureRenegotiation),
  }
}

function readInfo12(value: ReturnType<typeof writeInfo12>): Info12 {
  return {
    sessionId: value.sessionId,
    extendedMainSecret: value.extendedMainSecret !== 0,
    encryptThenMac: value.encryptThenMac !== 0,
    secureRenegotiation: value.secureRenegotiation !== 0,
  }
}

function decodeContents(input: Uint8Array) {
  const notOurs = 'exported: these bytes are not a connection exported by this version'
  try {
    const value = decode(contents, copyBytes(input))
    if (value.format === format) return value
  } catch (cause) {
    throw new TypeError(notOurs, { cause })
  }
  throw new TypeError(notOurs)
}

function list<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value]
}

function writeNamed({ id, name }: { readonly id: number; readonly name: string }) {
  return { id, name: ascii(name) }
}

function readNamed({ id, name }: { readonly id: number; readonly name: Uint8Array }) {
  return { id, name: latin1(name) }
}
