/**
 * Every state of the handshake, each with a way into it: a scripted peer does everything right up to the message that
 * the state waits for, and something else in its place.
 */
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { HandshakeMessage } from '#src/layer/layer.js'
import type { Session } from '#src/session.js'
import { instead, type Pair, trustEveryone, type Wire } from '#src/testing.js'
import { messageType } from '#src/wire/registry.js'
import {
  clientCredential,
  connect,
  connectToScript,
  demand,
  scriptConnects,
  text,
} from './connect.js'

/**
 * What the peer does in this state. `message` is what it would have sent, where the state waits for something. Returns
 * what the peer's transcript has of it.
 */
export type Act = (wire: Wire, message?: HandshakeMessage) => Uint8Array | undefined

export interface Station {
  readonly name: string
  readonly tested: 'client' | 'server'
  /** As in RFC 9846 appendix A. */
  readonly state: string
  /** The messages that are legal in it. */
  readonly accepts: readonly number[]
  /** The handshake is complete: data is delivered. */
  readonly established: boolean
  /** Goes there, acts, and runs until nothing more happens. */
  readonly visit: (act: Act) => Pair
}

const {
  clientHello,
  serverHello,
  newSessionTicket,
  endOfEarlyData,
  encryptedExtensions,
  certificate,
  certificateRequest,
  certificateVerify,
  finished,
  keyUpdate,
} = messageType

interface Options {
  readonly client?: Partial<ClientConfig>
  readonly server?: Partial<ServerConfig>
}

interface Way extends Options {
  readonly name: string
  readonly state: string
  readonly accepts: readonly number[]
  /** The message that the state waits for. */
  readonly instead: number
  /** Only the nth message of this type. */
  readonly nth?: number
  /** Done when both have established. */
  readonly once?: (pair: Pair) => void
  readonly established?: boolean
  readonly resumes?: boolean
}

const psk = { identity: text('identity'), key: new Uint8Array(32).fill(7) }
const keys = { keys: [{ name: new Uint8Array(16).fill(1), key: new Uint8Array(32).fill(2) }] }
const cookie = { keys: [new Uint8Array(32).fill(3)], peer: text('192.0.2.1') }
const authentication = { clientAuthentication: 'require', verify: trustEveryone } as const
const earlyServer = {
  tickets: { keys },
  earlyData: { maxBytes: 1_000, replay: () => true },
}

const clientWays: readonly Way[] = [
  { name: 'ServerHello', state: 'waitServerHello', accepts: [serverHello], instead: serverHello },
  {
    name: 'ServerHello after a retry',
    state: 'waitServerHello',
    accepts: [serverHello],
    instead: serverHello,
    nth: 2,
    server: { cookie },
  },
  {
    name: 'ServerHello, with early data under way',
    state: 'waitServerHello',
    accepts: [serverHello],
    instead: serverHello,
    resumes: true,
    client: { earlyData: true },
    server: earlyServer,
  },
  {
    name: 'EncryptedExtensions',
    state: 'waitEncryptedExtensions',
    accepts: [encryptedExtensions],
    instead: encryptedExtensions,
  },
  {
    name: 'Certificate or CertificateRequest',
    state: 'waitCertificateOrCertificateRequest',
    accepts: [certificate, certificateRequest],
    instead: certificate,
  },
  {
    name: 'CertificateRequest',
    state: 'waitCertificateOrCertificateRequest',
    accepts: [certificate, certificateRequest],
    instead: certificateRequest,
    client: { credentials: [clientCredential] },
    server: authentication,
  },
  {
    name: 'Certificate after CertificateRequest',
    state: 'waitCertificate',
    accepts: [certificate],
    instead: certificate,
    client: { credentials: [clientCredential] },
    server: authentication,
  },
  {
    name: 'CertificateVerify',
    state: 'waitCertificateVerify',
    accepts: [certificateVerify],
    instead: certificateVerify,
  },
  { name: 'Finished', state: 'waitFinished', accepts: [finished], instead: finished },
  {
    name: 'Finished under a PSK',
    state: 'waitFinished',
    accepts: [finished],
    instead: finished,
    client: { psks: [psk] },
    server: { psks: [psk] },
  },
  {
    name: 'Finished with early data accepted',
    state: 'waitFinished',
    accepts: [finished],
    instead: finished,
    resumes: true,
    client: { earlyData: true },
    server: earlyServer,
  },
]

const serverWays: readonly Way[] = [
  { name: 'ClientHello', state: 'waitClientHello', accepts: [clientHello], instead: clientHello },
  {
    name: 'ClientHello with a PSK',
    state: 'waitClientHello',
    accepts: [clientHello],
    instead: clientHello,
    client: { psks: [psk] },
    server: { psks: [psk] },
  },
  {
    name: 'second ClientHello',
    state: 'waitSecondClientHello',
    accepts: [clientHello],
    instead: clientHello,
    nth: 2,
    server: { cookie },
  },
  {
    name: 'second ClientHello, for a group',
    state: 'waitSecondClientHello',
    accepts: [clientHello],
    instead: clientHello,
    nth: 2,
    client: { keyShares: ['x25519'] },
    server: { groups: ['secp256r1'] },
  },
  {
    name: 'EndOfEarlyData',
    state: 'waitEndOfEarlyData',
    accepts: [endOfEarlyData],
    instead: endOfEarlyData,
    resumes: true,
    client: { earlyData: true },
    server: earlyServer,
  },
  {
    name: 'Certificate',
    state: 'waitCertificate',
    accepts: [certificate],
    instead: certificate,
    client: { credentials: [clientCredential] },
    server: authentication,
  },
  {
    name: 'CertificateVerify',
    state: 'waitCertificateVerify',
    accepts: [certificateVerify],
    instead: certificateVerify,
    client: { credentials: [clientCredential] },
    server: authentication,
  },
  { name: 'Finished', state: 'waitFinished', accepts: [finished], instead: finished },
  {
    name: 'Finished after a certificate',
    state: 'waitFinished',
    accepts: [finished],
    instead: finished,
    client: { credentials: [clientCredential] },
    server: authentication,
  },
  {
    name: 'Finished after early data',
    state: 'waitFinished',
    accepts: [finished],
    instead: finished,
    resumes: true,
    client: { earlyData: true },
    server: earlyServer,
  },
  ...[
    { name: 'Certificate', instead: certificate, accepts: [certificate, keyUpdate] },
    { name: 'CertificateVerify', instead: certificateVerify, accepts: [certificateVerify] },
    // The first Finished is the handshake's.
    { name: 'Finished', instead: finished, accepts: [finished], nth: 2 },
  ].map((way) => ({
    ...way,
    name: `${way.name} after the handshake`,
    state: `waitPostHandshake${way.name}`,
    client: { credentials: [clientCredential], postHandshakeAuth: true },
    server: { verify: trustEveryone },
    established: true,
    once: (pair: Pair) => pair.server.connection.requestClientCertificate(),
  })),
]

interface Connected extends Options {
  readonly name: string
  readonly accepts: readonly number[]
}

const connectedClients: readonly Connected[] = [
  { name: 'connected', accepts: [newSessionTicket, keyUpdate] },
  {
    name: 'connected, offering authentication',
    accepts: [newSessionTicket, keyUpdate, certificateRequest],
    client: { credentials: [clientCredential], postHandshakeAuth: true },
  },
]

const connectedServers: readonly Connected[] = [
  { name: 'connected', accepts: [keyUpdate] },
  {
    name: 'connected, with an offer of authentication',
    accepts: [keyUpdate],
    client: { credentials: [clientCredential], postHandshakeAuth: true },
    server: { verify: trustEveryone },
  },
]

export const stations: readonly Station[] = [
  ...clientWays.map((way) => station('client', way)),
  ...connectedClients.map((options) => connectedStation('client', options)),
  ...serverWays.map((way) => station('server', way)),
  ...connectedServers.map((options) => connectedStation('server', options)),
]

function station(tested: 'client' | 'server', way: Way): Station {
  const session = way.resumes ? once(() => firstSession(way)) : undefined
  return {
    name: `${tested}: ${way.name}`,
    tested,
    state: way.state,
    accepts: way.accepts,
    established: way.established ?? false,
    visit(act) {
      const script = instead(way.instead, (wire, message) => act(wire, message), way.nth)
      const client = { ...way.client, ...(session === undefined ? {} : { session: session() }) }
      const open = tested === 'client' ? connectToScript : scriptConnects
      const { pair } = open(script, client, way.server)
      if (way.client?.earlyData) pair.client.connection.sendEarly(text('early'))
      pair.run()
      if (way.once !== undefined && !pair[tested].over) {
        way.once(pair)
        pair.run()
      }
      return pair
    },
  }
}

function connectedStation(
  tested: 'client' | 'server',
  { name, accepts, client, server }: Connected,
): Station {
  return {
    name: `${tested}: ${name}`,
    tested,
    state: 'connected',
    accepts,
    established: true,
    visit(act) {
      const open = tested === 'client' ? connectToScript : scriptConnects
      const { pair, peer } = open({}, client, server)
      pair.run()
      act(peer.wire)
      return pair.run()
    },
  }
}

function firstSession({ client, server }: Options): Session {
  const { earlyData: _, ...others } = client ?? {}
  return demand(connect(others, server).run().client.sessions[0])
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
