/** Which cases run with what cryptography of ours. */
import type { CryptoProvider } from '@sanstls/core'
import { noble } from '@sanstls/core/noble'
import { nodeCrypto } from '@sanstls/transport-node/crypto'
import {
  clientCertificates,
  postHandshakeAuthentication,
  requestedCertificates,
  serverCertificates,
} from '../cases/authentication.js'
import { lateDecisions, pins } from '../cases/decisions.js'
import { earlyData } from '../cases/early-data.js'
import { closing, data, keyUpdates, paddedRecords } from '../cases/established.js'
import {
  applicationProtocols,
  middleboxCompatibility,
  recordSizes,
  secrets,
  serverNames,
  staples,
} from '../cases/extensions.js'
import { helloShapes } from '../cases/hello.js'
import { groups, retries, suites } from '../cases/negotiation.js'
import { externalPsk } from '../cases/psk.js'
import { olderVersions, refusedCertificates, refusedNegotiations } from '../cases/refusal.js'
import { resumption } from '../cases/session.js'
import { type CaseBuilder, runCases } from './live.js'
import type { Peer } from './peer.js'

/** In the order of the table. */
const allCases: readonly CaseBuilder[] = [
  suites,
  groups,
  helloShapes,
  retries,
  serverCertificates,
  clientCertificates,
  requestedCertificates,
  postHandshakeAuthentication,
  resumption,
  earlyData,
  externalPsk,
  applicationProtocols,
  serverNames,
  staples,
  secrets,
  recordSizes,
  middleboxCompatibility,
  data,
  paddedRecords,
  keyUpdates,
  closing,
  lateDecisions,
  pins,
  refusedCertificates,
  refusedNegotiations,
  olderVersions,
]

/** Those in which the cryptography makes a difference. */
const cryptoCases: readonly CaseBuilder[] = [
  suites,
  groups,
  retries,
  serverCertificates,
  clientCertificates,
  resumption,
  data,
]

/** `own`: what only this peer has. */
export function runLive(peer: Peer, ...own: readonly CaseBuilder[]): void {
  const protocol = 'TLS 1.3'
  const build = (crypto: CryptoProvider, builders: readonly CaseBuilder[]) =>
    [crypto, builders.flatMap((builder) => builder({ protocol, peer, crypto }))] as const
  runCases(protocol, peer, [build(noble, [...allCases, ...own]), build(nodeCrypto, cryptoCases)])
}
