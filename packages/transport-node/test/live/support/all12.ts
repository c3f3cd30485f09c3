/** Which cases of TLS 1.2 run with what cryptography of ours. */
import type { CryptoProvider } from '@sanstls/core'
import { nobleTls12 } from '@sanstls/core/noble/tls12'
import { nodeCrypto } from '@sanstls/transport-node/crypto'
import {
  clientCertificates,
  requestedCertificates,
  serverCertificates,
} from '../cases/authentication.js'
import { lateDecisions, pins } from '../cases/decisions.js'
import { closing, data } from '../cases/established.js'
import {
  applicationProtocols,
  recordSizes,
  secrets,
  serverNames,
  staples,
} from '../cases/extensions.js'
import { helloShapes } from '../cases/hello.js'
import { refusedCertificates, refusedNegotiations } from '../cases/refusal.js'
import { damagedRecords } from '../cases/tls12/damage.js'
import { certificateTimestamps, lateDecryption } from '../cases/tls12/extensions.js'
import { groups12, ownParameters } from '../cases/tls12/groups.js'
import { encryptThenMac, extendedMainSecret, renegotiationInfo } from '../cases/tls12/hardening.js'
import { psks12 } from '../cases/tls12/psk.js'
import { renegotiations } from '../cases/tls12/renegotiation.js'
import { resumption12 } from '../cases/tls12/resumption.js'
import { signatureSchemes12 } from '../cases/tls12/schemes.js'
import { macThenEncrypt, suiteOrder, suites12 } from '../cases/tls12/suites.js'
import { versions12 } from '../cases/tls12/versions.js'
import { type CaseBuilder, runCases } from './live.js'
import type { Peer } from './peer.js'

/** In the order of the table. */
const allCases: readonly CaseBuilder[] = [
  suites12,
  macThenEncrypt,
  encryptThenMac,
  suiteOrder,
  groups12,
  ownParameters,
  extendedMainSecret,
  renegotiationInfo,
  renegotiations,
  helloShapes,
  signatureSchemes12,
  serverCertificates,
  clientCertificates,
  requestedCertificates,
  resumption12,
  psks12,
  applicationProtocols,
  serverNames,
  staples,
  certificateTimestamps,
  secrets,
  recordSizes,
  data,
  closing,
  lateDecisions,
  lateDecryption,
  pins,
  damagedRecords,
  refusedCertificates,
  refusedNegotiations,
  versions12,
]

/** Those in which the cryptography makes a difference. */
const cryptoCases: readonly CaseBuilder[] = [
  suites12,
  macThenEncrypt,
  groups12,
  ownParameters,
  signatureSchemes12,
  serverCertificates,
  clientCertificates,
  resumption12,
  psks12,
  damagedRecords,
  data,
]

/** `own`: what only this peer has. */
export function runLive12(peer: Peer, ...own: readonly CaseBuilder[]): void {
  const protocol = 'TLS 1.2'
  const build = (crypto: CryptoProvider, builders: readonly CaseBuilder[]) =>
    [crypto, builders.flatMap((builder) => builder({ protocol, peer, crypto }))] as const
  runCases(protocol, peer, [
    build(nobleTls12, [...allCases, ...own]),
    build(nodeCrypto, cryptoCases),
  ])
}
