/** Every case there is, in the order of the table. */
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
import type { Case, Setting } from './live.js'

export const allCases: readonly ((setting: Setting) => readonly Case[])[] = [
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
