/**
 * TLS 1.2, client: the hellos (RFC 5246 7.4.1).
 *
 *   ClientHello  -------->
 *                <--------  ServerHello: on to serverFlight12.ts, or, for a session that goes on, to resume12.ts
 */
import { concat, copyBytes, equal, noBytes } from '../../bytes.js'
import type { CipherSuite12 } from '../../crypto/provider.js'
import { Fault } from '../../fault.js'
import type { ClientSettings } from '../../options.js'
import { Transcript12 } from '../../schedule/transcript12.js'
import type { Session } from '../../session.js'
import type { ExtensionsOf } from '../../wire/extension.js'
import { checkSolicited, extensionTable, readExtensions } from '../../wire/extension.js'
import { messageType, signalingSuite } from '../../wire/registry.js'
import type { Connected12 } from '../connected12.js'
import type { Context } from '../context.js'
import { exchangeOf, isCurve12, isFiniteField } from '../suites12.js'
import { spokenVersion } from '../version.js'
import type { ClientVersion, ReceivedServerHello, WaitServerHello } from './hello.js'
import { buildClientHello, type HelloParts, type OfferVariant, offeredTypes } from './offer.js'
import { resume12 } from './resume12.js'
import { applyRecordSize, checkAlpn } from './serverAnswers.js'
import { afterServerHello, type Negotiated12 } from './serverFlight12.js'

const noVariant: OfferVariant = {
  keyPairs: new Map(),
  groupAsked: false,
  psks: [],
  cookie: undefined,
  earlyData: false,
  earlyDataRefused: false,
}

export const client12: ClientVersion = {
  parts,

  sendClientHello(base, context) {
    const { hello, body } = buildClientHello(base, noVariant, context, undefined)
    const raw = context.send(messageType.clientHello, body)
    const offered = offeredTypes(hello)
    return { ...base, ...noVariant, hello, raw, offered, earlyKeys: undefined }
  },

  serverHello(received, fields, context) {
    // Those of TLS 1.3, which has not come to it.
    for (const pair of fields.offer.keyPairs.values()) pair.wipe()
    const negotiated = negotiate(received, fields, context)
    const { session } = negotiated
    return session === undefined
      ? afterServerHello(negotiated, context)
      : resume12({ ...negotiated, session }, context)
  },
}

function parts(
  settings: ClientSettings,
  context: Context,
  previous: Connected12 | undefined,
): HelloParts {
  const { config, suites12 } = settings
  // A renegotiation makes new secrets.
  const session = previous === undefined ? resumable(settings, context) : undefined
  // RFC 5077 3.4: a session id shows whether the server took the ticket.
  const sessionId =
    session === undefined || session.ticket.length === 0 ? session?.sessionId : context.random(32)
  return {
    extensions: {
      renegotiationInfo: previous?.finished.client ?? noBytes,
      extendedMainSecret: true,
      ecPointFormats: [0],
      sessionTicket: session?.ticket ?? noBytes,
      ...(suites12.some(({ records }) => records.kind === 'cbc')
        ? { encryptThenMac: true as const }
        : {}),
    },
    signals: config.fallbackScsv === true ? [signalingSuite.fallback] : [],
    sessionId,
    session,
    usesGroup: (id) => isCurve12(id) || isFiniteField(id),
  }
}

/** The configured session, where it is one of TLS 1.2 and could go on now. */
function resumable(settings: ClientSettings, context: Context): Session | undefined {
  const { session, extendedMainSecret } = settings.config
  if (session === undefined || session.expires <= context.time.unix) return undefined
  const speaks = settings.versions.some(
    (version) =>
      version.client === client12 && spokenVersion(version, context).id === session.version,
  )
  if (!speaks || !settings.suites12.some(({ id }) => id === session.suite)) return undefined
  // A ticket that no extension carries is not offered.
  const omitted = settings.config.profile?.omitExtensions
  if (session.ticket.length > 0 && omitted?.includes(extensionTable.sessionTicket.type))
    return undefined
  // RFC 7627 5.3: a session without it is not resumed where it is demanded.
  return session.extendedMainSecret || extendedMainSecret === 'prefer' ? session : undefined
}

function negotiate(
  { hello, message }: ReceivedServerHello,
  fields: WaitServerHello,
  context: Context,
): Negotiated12 {
  const { settings, offer, previous } = fields
  const list = hello.extensions ?? []
  const extensions = readExtensions('serverHello12', list)
  checkSolicited(list, offer.offered, 'ServerHello')
  const suite = settings.suites12.find(({ id }) => id === hello.cipherSuite)
  if (suite === undefined || !offer.hello.cipherSuites.includes(suite.id))
    throw new Fault('unofferedSuite', `suite 0x${hello.cipherSuite.toString(16)}`)
  if (hello.legacyCompressionMethod !== 0)
    throw new Fault('illegalCompression', `compression_method is ${hello.legacyCompressionMethod}`)
  const extendedMainSecret = extensions.extendedMainSecret === true
  if (!extendedMainSecret && settings.config.extendedMainSecret !== 'prefer')
    throw new Fault('extendedMainSecretMissing', 'in ServerHello')
  const encryptThenMac = checkEncryptThenMac(suite, extensions, settings, previous)
  checkRenegotiationInfo(extensions.renegotiationInfo, settings, previous)
  const { ecPointFormats } = extensions
  // RFC 8422 5.1.2.
  if (ecPointFormats !== undefined && exchangeOf(suite) === 'ecdhe' && !ecPointFormats.includes(0))
    throw new Fault('illegalParameter', 'ec_point_formats lacks the uncompressed one')
  const version = settings.versions.find(({ client }) => client === client12)
  if (version === undefined) throw new Fault('internalError', 'TLS 1.2 is not configured')
  const session = resumedSession(hello.legacySessionIdEcho, offer.sessionId, offer.parts12)
  if (session !== undefined) checkResumption(session, suite, extendedMainSecret)
  const alpn = checkAlpn(extensions.alpn, settings, context)
  previous?.demandSame(alpn, extendedMainSecret)
  applyRecordSize(extensions, settings, { typeLength: 0, receive: receiveLimit(fields) }, context)
  return {
    settings,
    version,
    offer,
    previous,
    suite,
    extendedMainSecret,
    encryptThenMac,
    secureRenegotiation: extensions.renegotiationInfo !== undefined,
    alpn,
    sessionId: copyBytes(hello.legacySessionIdEcho),
    session,
    expectsTicket: extensions.sessionTicket === true,
    expectsStatus: extensions.statusRequest === true,
    scts: extensions.signedCertificateTimestamp ?? [],
    randoms: { client: offer.random, server: copyBytes(hello.random) },
    transcript: new Transcript12(suite.hash, [offer.raw, message.raw]),
  }
}

/** RFC 7366 section 3: only block ciphers have it; 3.1: a renegotiation does not lose it. */
function checkEncryptThenMac(
  { name, records }: CipherSuite12,
  { encryptThenMac }: ExtensionsOf<'serverHello12'>,
  { config }: ClientSettings,
  previous: Connected12 | undefined,
): boolean {
  const isCbc = records.kind === 'cbc'
  const demanded = config.encryptThenMac !== 'prefer' || previous?.encryptedThenMac === true
  if (encryptThenMac === true && !isCbc)
    throw new Fault('illegalParameter', `encrypt_then_mac with ${name}`)
  if (isCbc && encryptThenMac !== true && demanded) throw new Fault('encryptThenMacMissing', name)
  return encryptThenMac === true
}

/** RFC 5746 3.4, 3.5. */
function checkRenegotiationInfo(
  info: Uint8Array | undefined,
  { config }: ClientSettings,
  previous: Connected12 | undefined,
): void {
  if (info === undefined) {
    if (previous !== undefined) throw new Fault('badRenegotiationInfo', 'it is missing')
    if (config.requireRenegotiationInfo !== false)
      throw new Fault('renegotiationInfoMissing', 'in ServerHello')
    return
  }
  const expected =
    previous === undefined ? noBytes : concat(previous.finished.client, previous.finished.server)
  if (!equal(info, expected)) throw new Fault('badRenegotiationInfo', `${info.length} bytes`)
}

function resumedSession(
  echo: Uint8Array,
  sessionId: Uint8Array,
  parts: HelloParts | undefined,
): Session | undefined {
  if (echo.length === 0 || !equal(echo, sessionId)) return undefined
  // The id was one for middleboxes only.
  if (parts?.session === undefined)
    throw new Fault('unofferedSession', `a session id of ${echo.length} bytes`)
  return parts.session
}

/** RFC 5246 7.4.1.3, RFC 7627 5.3. */
function checkResumption(session: Session, suite: CipherSuite12, extended: boolean): void {
  if (session.suite !== suite.id)
    throw new Fault('changedSession', `under ${suite.name}, not its own suite`)
  if (session.extendedMainSecret !== extended)
    throw new Fault(
      extended ? 'changedSession' : 'extendedMainSecretMissing',
      'extended_main_secret differs from the resumed session',
    )
}

/** What was offered counts the content type of TLS 1.3, which TLS 1.2 does not have (RFC 8449 section 4). */
function receiveLimit({ settings, offer }: WaitServerHello): number | undefined {
  const { recordSizeLimit } = settings
  if (recordSizeLimit === undefined) return undefined
  return Math.min(recordSizeLimit + (offer.offers13 ? 1 : 0), 16_384)
}
