/** Which cases run with what cryptography of ours. */
import { noble } from '@sanstls/core/noble'
import { nodeCrypto } from '@sanstls/transport-node/crypto'
import {
  clientCertificates,
  postHandshakeAuthentication,
  serverCertificates,
} from '../cases/authentication.js'
import { closing, data, keyUpdates } from '../cases/established.js'
import {
  applicationProtocols,
  middleboxCompatibility,
  recordSizes,
  secrets,
  serverNames,
  staples,
} from '../cases/extensions.js'
import { groups, retries, suites } from '../cases/negotiation.js'
import { olderVersions, refusedCertificates, refusedNegotiations } from '../cases/refusal.js'
import { earlyData, externalPsk, resumption } from '../cases/session.js'
import { type CaseBuilder, runCases } from './live.js'
import type { Peer } from './peer.js'

/** In the order of the table. */
const allCases: readonly CaseBuilder[] = [
  suites,
  groups,
  retries,
  serverCertificates,
  clientCertificates,
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
  keyUpdates,
  closing,
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

export function runLive(peer: Peer): void {
  runCases(peer, [
    [noble, allCases],
    [nodeCrypto, cryptoCases],
  ])
}
