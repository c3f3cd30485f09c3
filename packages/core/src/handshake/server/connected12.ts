/**
 * TLS 1.2, server: after the handshake (RFC 5246 7.4.1).
 *
 *   <--------  HelloRequest, where we want another handshake
 *   ClientHello  -------->  begins one, where the configuration allows it
 */
import { serverEndPoint } from '../../crypto/end-point.js'
import type { CipherSuite12, NamedGroup } from '../../crypto/provider.js'
import type { SignatureScheme } from '../../crypto/scheme.js'
import type { ExternalPsk } from '../../decision.js'
import type { ExportedConnection } from '../../exported.js'
import { overrideSettings, type ServerSettings } from '../../options.js'
import type { ConnectionInfo } from '../../output.js'
import { encode } from '../../wire/codec.js'
import { helloRequest } from '../../wire/message12.js'
import { messageType } from '../../wire/registry.js'
import { restoredPeer, type VerifiedPeer } from '../authenticate.js'
import {
  type Agreed12,
  Connected12,
  directionKeys,
  importAgreed,
  type Role12,
} from '../connected12.js'
import { type Context, type State, type Step, state, type Table } from '../context.js'
import { named } from '../named.js'
import { spokenVersion } from '../version.js'
import { readClientHello } from './hello.js'
import { hello12 } from './hello12.js'
import { type Resumable12, saveSession12 } from './ticket12.js'

/** What the handshake has come to. */
export interface CompletedServer12 extends Resumable12 {
  readonly sessionId: Uint8Array
  readonly resumed: boolean
  readonly psk: ExternalPsk | undefined
  readonly ownCertificate: Uint8Array | undefined
  readonly group: NamedGroup | undefined
  readonly scheme: SignatureScheme | undefined
  readonly finished: Agreed12['finished']
  readonly first: Agreed12['first']
}

interface Idle {
  readonly settings: ServerSettings
  readonly connected: Connected12
}

export function connectServer12(fields: CompletedServer12, context: Context): Step {
  const { settings, suite, secret, randoms, finished, first, peer, previous, resumed } = fields
  if (!resumed) saveSession12(fields, fields.sessionId, context)
  const info = connectionInfo(fields, context)
  const agreed: Agreed12 = { info, suite, secret, randoms, finished, first, peer }
  const role = roleOf(settings, fields.ownCertificate, () => connected)
  const connected: Connected12 = previous ?? new Connected12(agreed, role, settings.config)
  return previous === undefined ? role.idle() : previous.replace(agreed, role, context)
}

function roleOf(
  settings: ServerSettings,
  ownCertificate: Uint8Array | undefined,
  connected: () => Connected12,
): Role12 {
  return {
    endPoint: () =>
      ownCertificate === undefined
        ? undefined
        : serverEndPoint(ownCertificate, settings.crypto.hashes),
    begin(options) {
      const { clientAuthentication } = options
      const next =
        clientAuthentication === undefined
          ? settings
          : overrideSettings(settings, { clientAuthentication })
      return (context) => {
        context.send(messageType.helloRequest, encode(helloRequest, {}))
        context.flush()
        return waitMessages({ settings: next, connected: connected() })
      }
    },
    idle: () => waitMessages({ settings, connected: connected() }),
  }
}

function waitMessages(idle: Idle): State {
  const refused: State['warned'] = (description, context) =>
    description === noRenegotiation ? idle.connected.refused(context) : undefined
  return state('connected', connectedTable, idle, idle.connected, refused)
}

const noRenegotiation = 100

const connectedTable: Table<Idle> = {
  [messageType.clientHello](idle, message, context) {
    const { settings, connected } = idle
    if (!connected.peerStarts(context)) return waitMessages(idle)
    // The version stays (RFC 9846 4.2.1).
    const versions = settings.versions.filter(
      (version) => spokenVersion(version, context).id === connected.info.version.id,
    )
    const received = readClientHello(message, { ...settings, versions }, context)
    return hello12(received, { ...settings, versions }, connected, context)
  },
}

function connectionInfo(fields: CompletedServer12, context: Context): ConnectionInfo {
  const { received, suite, group, scheme, psk, alpn, peer } = fields
  return {
    role: 'server',
    version: spokenVersion(received.version, context),
    suite: named(suite),
    group: named(group),
    signatureScheme: named(scheme),
    alpn,
    serverName: received.serverName,
    resumed: fields.resumed,
    pskIdentity: psk?.identity,
    earlyData: 'none',
    peer,
    helloRetried: false,
    tls12: {
      sessionId: fields.sessionId,
      extendedMainSecret: fields.extendedMainSecret,
      encryptThenMac: fields.encryptThenMac,
      secureRenegotiation: fields.secureRenegotiation,
    },
  }
}

/** After an export: renegotiation goes on. */
export function restoreServer12(
  exported: ExportedConnection,
  settings: ServerSettings,
  suite: CipherSuite12,
  context: Context,
): State {
  const { info, peerExpires } = exported
  const peer: VerifiedPeer | undefined =
    info.peer === undefined ? undefined : restoredPeer(info.peer, peerExpires)
  const agreed = importAgreed(exported, suite, peer)
  const random = (length: number) => context.random(length)
  context.installRecordKeys(
    directionKeys(agreed, 'client', random),
    directionKeys(agreed, 'server', random),
  )
  const role = roleOf(settings, undefined, () => connected)
  const connected: Connected12 = new Connected12(agreed, role, settings.config)
  return role.idle()
}
