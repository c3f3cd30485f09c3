/** Every state of TLS 1.2, each with a way into it; and the hellos where TLS 1.3 is on offer too. */
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { type Pair, trustEveryone } from '#src/testing.js'
import { messageType } from '#src/wire/registry.js'
import { clientCredential, serverCredential, text } from './connect.js'
import { type Connected, connectedStation, type Station, station, type Way } from './station.js'
import { bothVersions, only12, psk12, rsaCredential, ticketKeys } from './tls12.js'

const {
  helloRequest,
  clientHello,
  serverHello,
  newSessionTicket,
  certificate,
  certificateStatus,
  serverKeyExchange,
  certificateRequest,
  serverHelloDone,
  clientKeyExchange,
  certificateVerify,
  finished,
} = messageType

const renegotiation = { peerMayStart: true }
const authentication = { clientAuthentication: 'require', verify: trustEveryone } as const
const stapled = { credentials: [{ ...serverCredential, staple: text('staple') }] }
const tickets = { tickets: { keys: ticketKeys } }

type Options = Pick<Way, 'client' | 'server'>

const authenticated: Options = {
  client: { credentials: [clientCredential] },
  server: authentication,
}

function underSuite(
  suite: string,
  client: Way['client'] = {},
  server: Way['server'] = {},
): Options {
  return { client: { suites: [suite], ...client }, server: { suites: [suite], ...server } }
}

const underRsa = underSuite('TLS_RSA_WITH_AES_128_GCM_SHA256', {}, { credentials: [rsaCredential] })
const underPsk = underSuite('TLS_PSK_WITH_AES_128_GCM_SHA256', { psks: [psk12] }, { psks: [psk12] })
const underHint: Options = { ...underPsk, server: { ...underPsk.server, pskHint: text('hint') } }

const renegotiated: Pick<Way, 'established' | 'nth'> & Options = {
  established: true,
  nth: 2,
  client: { renegotiation },
  server: { renegotiation },
}
const once = (pair: Pair) => pair.client.connection.renegotiate()

const clientWays: readonly Way[] = [
  { name: 'ServerHello', state: 'waitServerHello', accepts: [serverHello], instead: serverHello },
  {
    name: 'ServerHello, with both versions on offer',
    state: 'waitServerHello',
    accepts: [serverHello],
    instead: serverHello,
    client: bothVersions,
  },
  {
    name: 'ServerHello, with a session on offer',
    state: 'waitServerHello',
    accepts: [serverHello],
    instead: serverHello,
    resumes: true,
    server: tickets,
  },
  {
    name: 'Certificate',
    state: 'waitServerCertificate',
    accepts: [certificate],
    instead: certificate,
  },
  {
    name: 'CertificateStatus',
    state: 'waitCertificateStatus',
    accepts: [certificateStatus, serverKeyExchange],
    instead: certificateStatus,
    server: stapled,
  },
  {
    name: 'ServerKeyExchange',
    state: 'waitServerKeyExchange',
    accepts: [serverKeyExchange],
    instead: serverKeyExchange,
  },
  {
    name: 'ServerKeyExchange after CertificateStatus',
    state: 'waitServerKeyExchange',
    accepts: [serverKeyExchange],
    instead: serverKeyExchange,
    server: stapled,
  },
  {
    name: 'ServerKeyExchange with a hint',
    state: 'waitServerKeyExchange',
    accepts: [serverKeyExchange, serverHelloDone],
    instead: serverKeyExchange,
    ...underHint,
  },
  {
    name: 'ServerHelloDone behind a hint',
    state: 'waitCertificateRequest',
    accepts: [serverHelloDone],
    instead: serverHelloDone,
    ...underHint,
  },
  {
    name: 'ServerHelloDone right behind Certificate',
    state: 'waitServerKeyExchange',
    accepts: [certificateRequest, serverHelloDone],
    instead: serverHelloDone,
    ...underRsa,
  },
  {
    name: 'CertificateRequest',
    state: 'waitCertificateRequest',
    accepts: [certificateRequest, serverHelloDone],
    instead: certificateRequest,
    ...authenticated,
  },
  {
    name: 'ServerHelloDone',
    state: 'waitCertificateRequest',
    accepts: [certificateRequest, serverHelloDone],
    instead: serverHelloDone,
  },
  {
    name: 'ServerHelloDone after CertificateRequest',
    state: 'waitServerHelloDone',
    accepts: [serverHelloDone],
    instead: serverHelloDone,
    ...authenticated,
  },
  {
    name: 'NewSessionTicket',
    state: 'waitNewSessionTicket',
    accepts: [newSessionTicket],
    instead: newSessionTicket,
    server: tickets,
  },
  {
    name: 'NewSessionTicket in a resumption',
    state: 'waitNewSessionTicket',
    accepts: [newSessionTicket],
    instead: newSessionTicket,
    resumes: true,
    server: tickets,
  },
  { name: 'Finished', state: 'waitFinished', accepts: [finished], instead: finished },
  {
    name: 'Finished in a resumption',
    state: 'waitFinished',
    accepts: [finished],
    instead: finished,
    resumes: true,
    server: tickets,
  },
  ...[
    {
      name: 'ServerHello',
      state: 'waitServerHello',
      accepts: [serverHello, helloRequest],
      instead: serverHello,
    },
    {
      name: 'Certificate',
      state: 'waitServerCertificate',
      accepts: [certificate],
      instead: certificate,
    },
    {
      name: 'ServerKeyExchange',
      state: 'waitServerKeyExchange',
      accepts: [serverKeyExchange],
      instead: serverKeyExchange,
    },
    {
      name: 'ServerHelloDone',
      state: 'waitCertificateRequest',
      accepts: [certificateRequest, serverHelloDone],
      instead: serverHelloDone,
    },
    { name: 'Finished', state: 'waitFinished', accepts: [finished], instead: finished },
  ].map((way) => ({ ...renegotiated, once, ...way, name: `${way.name} in a renegotiation` })),
]

const serverWays: readonly Way[] = [
  { name: 'ClientHello', state: 'waitClientHello', accepts: [clientHello], instead: clientHello },
  {
    name: 'ClientHello, with both versions on offer',
    state: 'waitClientHello',
    accepts: [clientHello],
    instead: clientHello,
    client: bothVersions,
    server: bothVersions,
  },
  {
    name: 'ClientHello of TLS 1.2 alone, where TLS 1.3 is spoken',
    state: 'waitClientHello',
    accepts: [clientHello],
    instead: clientHello,
    server: bothVersions,
  },
  {
    name: 'ClientHello with a session',
    state: 'waitClientHello',
    accepts: [clientHello],
    instead: clientHello,
    resumes: true,
    server: tickets,
  },
  {
    name: 'Certificate',
    state: 'waitClientCertificate',
    accepts: [certificate],
    instead: certificate,
    ...authenticated,
  },
  {
    name: 'ClientKeyExchange',
    state: 'waitClientKeyExchange',
    accepts: [clientKeyExchange],
    instead: clientKeyExchange,
  },
  {
    name: 'ClientKeyExchange after a certificate',
    state: 'waitClientKeyExchange',
    accepts: [clientKeyExchange],
    instead: clientKeyExchange,
    ...authenticated,
  },
  {
    name: 'ClientKeyExchange under RSA',
    state: 'waitClientKeyExchange',
    accepts: [clientKeyExchange],
    instead: clientKeyExchange,
    ...underRsa,
  },
  {
    name: 'ClientKeyExchange under a PSK',
    state: 'waitClientKeyExchange',
    accepts: [clientKeyExchange],
    instead: clientKeyExchange,
    ...underPsk,
  },
  {
    name: 'CertificateVerify',
    state: 'waitCertificateVerify',
    accepts: [certificateVerify],
    instead: certificateVerify,
    ...authenticated,
  },
  { name: 'Finished', state: 'waitFinished', accepts: [finished], instead: finished },
  {
    name: 'Finished after a certificate',
    state: 'waitFinished',
    accepts: [finished],
    instead: finished,
    ...authenticated,
  },
  {
    name: 'Finished in a resumption',
    state: 'waitFinished',
    accepts: [finished],
    instead: finished,
    resumes: true,
    server: tickets,
  },
  ...[
    {
      name: 'ClientKeyExchange',
      state: 'waitClientKeyExchange',
      accepts: [clientKeyExchange],
      instead: clientKeyExchange,
    },
    { name: 'Finished', state: 'waitFinished', accepts: [finished], instead: finished },
  ].map((way) => ({ ...renegotiated, once, ...way, name: `${way.name} in a renegotiation` })),
  ...[
    {
      name: 'Certificate',
      state: 'waitClientCertificate',
      accepts: [certificate],
      instead: certificate,
    },
    {
      name: 'CertificateVerify',
      state: 'waitCertificateVerify',
      accepts: [certificateVerify],
      instead: certificateVerify,
    },
  ].map((way) => ({
    ...way,
    name: `${way.name} in a renegotiation`,
    established: true,
    client: { renegotiation, credentials: [clientCredential] },
    server: { renegotiation, verify: trustEveryone },
    once: (pair: Pair) => pair.server.connection.renegotiate({ clientAuthentication: 'require' }),
  })),
]

const connectedClients: readonly Connected[] = [
  { name: 'connected', accepts: [helloRequest] },
  { name: 'connected, renegotiation allowed', accepts: [helloRequest], ...renegotiated },
]

const connectedServers: readonly Connected[] = [
  { name: 'connected', accepts: [clientHello] },
  { name: 'connected, renegotiation allowed', accepts: [clientHello], ...renegotiated },
]

export const stations12: readonly Station[] = [
  ...clientWays.map((way) => station('tls12', 'client', speaking12(way))),
  ...connectedClients.map((way) => connectedStation('tls12', 'client', speaking12(way))),
  ...serverWays.map((way) => station('tls12', 'server', speaking12(way))),
  ...connectedServers.map((way) => connectedStation('tls12', 'server', speaking12(way))),
]

function speaking12<
  T extends {
    readonly name: string
    readonly client?: Partial<ClientConfig>
    readonly server?: Partial<ServerConfig>
  },
>(way: T): T {
  return {
    ...way,
    name: `TLS 1.2: ${way.name}`,
    client: only12(way.client ?? {}),
    server: only12(way.server ?? {}),
  }
}
