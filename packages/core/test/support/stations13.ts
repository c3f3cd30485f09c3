/** Every state of TLS 1.3, each with a way into it. */
import { type Pair, trustEveryone } from '#src/testing.js'
import { messageType } from '#src/wire/registry.js'
import { clientCredential, text } from './connect.js'
import { type Connected, connectedStation, type Station, station, type Way } from './station.js'

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

export const stations13: readonly Station[] = [
  ...clientWays.map((way) => station('tls13', 'client', way)),
  ...connectedClients.map((options) => connectedStation('tls13', 'client', options)),
  ...serverWays.map((way) => station('tls13', 'server', way)),
  ...connectedServers.map((options) => connectedStation('tls13', 'server', options)),
]
