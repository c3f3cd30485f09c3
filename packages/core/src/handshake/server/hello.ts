/**
 * The server's hello stage, before the version is known.
 *
 *   ClientHello  -------->  hands over to the version that both sides speak
 */
import { equal, latin1 } from '../../bytes.js'
import type { ConfigureAnswer } from '../../decision.js'
import { Fault } from '../../fault.js'
import type { HandshakeMessage } from '../../layer/layer.js'
import { overrideSettings, type ServerSettings } from '../../options.js'
import { decode } from '../../wire/codec.js'
import {
  type Extension,
  type ExtensionsOf,
  extensionTable,
  readExtensions,
} from '../../wire/extension.js'
import type { ClientHello } from '../../wire/message.js'
import { messageType, protocolVersion } from '../../wire/registry.js'
import { ask, type Context, type Step, state, type Table } from '../context.js'
import type { VersionForServers } from '../version.js'

/** What a version does for a server. */
export interface ServerVersion {
  /** Goes on with a ClientHello that offers this version, the best that both sides have. */
  clientHello(received: ReceivedClientHello, settings: ServerSettings, context: Context): Step
}

/** A ClientHello, read. */
export interface ReceivedClientHello {
  readonly hello: ClientHello
  readonly message: HandshakeMessage
  readonly list: readonly Extension[]
  readonly extensions: ExtensionsOf<'clientHello'>
  readonly serverName: string | undefined
  readonly version: VersionForServers
}

export function startServer(settings: ServerSettings): Step {
  return state('waitClientHello', waitClientHelloTable, { settings })
}

const waitClientHelloTable: Table<{ readonly settings: ServerSettings }> = {
  [messageType.clientHello]({ settings }, message, context) {
    const received = readClientHello(message, settings, context)
    const { version } = received
    if (settings.config.configure === undefined)
      return version.server.clientHello(received, settings, context)
    const { hello, extensions, serverName } = received
    return ask(
      {
        kind: 'configure',
        serverName,
        alpn: (extensions.alpn ?? []).map(latin1),
        cipherSuites: hello.cipherSuites,
        signatureSchemes: extensions.signatureAlgorithms ?? [],
        versions: extensions.supportedVersions ?? [hello.legacyVersion],
        clientHello: hello,
      },
      settings.config.configure,
      (answer: ConfigureAnswer) => {
        if ('refuse' in answer)
          throw new Fault(
            'refusedByConfiguration',
            answer.refuse,
            answer.alert === undefined ? {} : { alert: answer.alert },
          )
        const overridden = overrideSettings(settings, answer)
        // Of the versions, those are left that have suites; and each passes over other extensions.
        const again = readClientHello(message, overridden, context)
        return again.version.server.clientHello(again, overridden, context)
      },
    )
  },
}

export function readClientHello(
  message: HandshakeMessage,
  settings: ServerSettings,
  context: Context,
): ReceivedClientHello {
  const hello = decode(context.layer.traits.clientHello, message.body)
  const list = hello.extensions ?? []
  const version = chooseVersion(hello, list, settings, context)
  // RFC 5246 7.4.1.4: a server of TLS 1.2 does not know them, whatever they hold.
  const passedOver = version.id < protocolVersion.tls13 ? since13 : undefined
  const extensions = readExtensions('clientHello', list, passedOver)
  return {
    hello,
    message,
    list,
    extensions,
    serverName: readServerName(extensions.serverName),
    version,
  }
}

/** Extensions of the ClientHello that came with TLS 1.3 and mean nothing before it. */
const since13: ReadonlySet<number> = new Set(
  (
    [
      'preSharedKey',
      'earlyData',
      'cookie',
      'pskKeyExchangeModes',
      'postHandshakeAuth',
      'keyShare',
      'ticketRequest',
    ] as const
  ).map((name) => extensionTable[name].type),
)

/** RFC 9846 4.3.1: supported_versions where it stands; legacy_version says 1.2 at most. */
function chooseVersion(
  hello: ClientHello,
  list: readonly Extension[],
  { versions }: ServerSettings,
  context: Context,
): VersionForServers {
  const { traits } = context.layer
  const { supportedVersions: row } = extensionTable
  const named = list.find(({ type }) => type === row.type)
  const supportedVersions = named && decode(row.clientHello, named.data)
  const newestFirst = [...versions].sort((a, b) => b.id - a.id)
  const version = newestFirst.find(({ id }) => {
    const wire = traits.wireVersion(id)
    if (supportedVersions !== undefined) return supportedVersions.includes(wire)
    // DTLS counts downwards.
    const offered = hello.legacyVersion
    return id < protocolVersion.tls13 && (wire > 0x8000 ? offered <= wire : offered >= wire)
  })
  if (version === undefined)
    throw new Fault(
      'noCommonVersion',
      `the client offers ${(supportedVersions ?? [hello.legacyVersion]).map((id) => `0x${id.toString(16)}`).join(', ')}`,
    )
  return version
}

/** RFC 6066 section 3: at most one name of a type; host names are ASCII without a trailing dot. */
function readServerName(list: ExtensionsOf<'clientHello'>['serverName']): string | undefined {
  const names = (list ?? []).filter(({ nameType }) => nameType === 0)
  if (names.length > 1) throw new Fault('illegalParameter', 'several host names in server_name')
  const [first] = names
  if (first === undefined) return undefined
  const name = latin1(first.name)
  if (!/^[\x21-\x7e]{1,255}$/.test(name))
    throw new Fault('illegalParameter', 'the host name in server_name is not one')
  return name.toLowerCase()
}

export function sameExcept(
  first: readonly Extension[],
  second: readonly Extension[],
  changeable: ReadonlySet<number>,
): boolean {
  const fixed = (list: readonly Extension[]) => list.filter(({ type }) => !changeable.has(type))
  const [a, b] = [fixed(first), fixed(second)]
  return (
    a.length === b.length &&
    a.every((extension, index) => {
      const other = b[index]
      return (
        other !== undefined && extension.type === other.type && equal(extension.data, other.data)
      )
    })
  )
}
