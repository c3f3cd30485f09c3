/** The ClientHello as a value, built by one function; and what must be remembered of it. */
import { ascii, noBytes } from '../../bytes.js'
import type { KeyPair } from '../../crypto/provider.js'
import type { TrafficKeys } from '../../layer/layer.js'
import type { ClientSettings } from '../../options.js'
import type { Session } from '../../session.js'
import { encode } from '../../wire/codec.js'
import {
  type Extension,
  type ExtensionsOf,
  extensionTable,
  nonEmpty,
  writeExtensions,
} from '../../wire/extension.js'
import { type ClientHello, handshakeBytes } from '../../wire/message.js'
import { isGrease, messageType, protocolVersion } from '../../wire/registry.js'
import type { Context } from '../context.js'
import { type GreaseValues, greaseHello } from './grease.js'
import type { OfferedPsk } from './psk.js'

/** What stays the same between the first ClientHello and one after a HelloRetryRequest. */
export interface OfferBase {
  readonly settings: ClientSettings
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  readonly grease: GreaseValues | undefined
  /** Whether TLS 1.3 is on offer, or one that comes after it. */
  readonly offers13: boolean
  /** What TLS 1.2 needs, where it is on offer. */
  readonly parts12: HelloParts | undefined
}

/** What an older version than the newest needs in the ClientHello. */
export interface HelloParts {
  readonly extensions: ExtensionsOf<'clientHello'>
  /** Suite numbers that are signals. */
  readonly signals: readonly number[]
  /** Undefined: nothing asks for one. */
  readonly sessionId: Uint8Array | undefined
  /** The session that is to be resumed. */
  readonly session: Session | undefined
  /** The groups that this version can use. */
  usesGroup(id: number): boolean
}

/** What a HelloRetryRequest changes. */
export interface OfferVariant {
  readonly keyPairs: ReadonlyMap<number, KeyPair>
  /** A HelloRetryRequest asked for a group: its share then stands alone (RFC 9846 4.2.2). */
  readonly groupAsked: boolean
  readonly psks: readonly OfferedPsk[]
  readonly cookie: Uint8Array | undefined
  readonly earlyData: boolean
  /** A HelloRetryRequest has refused it. */
  readonly earlyDataRefused: boolean
}

/** A ClientHello that was sent. */
export interface Offer extends OfferBase, OfferVariant {
  readonly hello: ClientHello
  /** Its transcript bytes. */
  readonly raw: Uint8Array
  /** The extensions that it had. */
  readonly offered: ReadonlySet<number>
  readonly earlyKeys: TrafficKeys | undefined
}

/** Fills in the binders, given the message up to and including the identities (RFC 9846 4.3.11.2). */
export type Bind = (truncated: Uint8Array) => readonly Uint8Array[]

/** Builds the ClientHello's body. */
export function buildClientHello(
  base: OfferBase,
  variant: OfferVariant,
  context: Context,
  bind: Bind | undefined,
): { readonly hello: ClientHello; readonly body: Uint8Array } {
  const { settings } = base
  const { profile } = settings.config
  const { traits } = context.layer
  const hello: ClientHello = {
    legacyVersion: traits.wireVersion(protocolVersion.tls12),
    random: base.random,
    legacySessionId: base.sessionId,
    cipherSuites: profile?.cipherSuites ?? [
      ...(base.grease === undefined ? [] : [base.grease.suite]),
      ...settings.suiteIds,
      ...(base.parts12?.signals ?? []),
    ],
    legacyCompressionMethods: Uint8Array.of(0),
    extensions: undefined,
  }
  let extensions = ownExtensions(base, variant, context)
  if (base.grease !== undefined)
    extensions = greaseHello(extensions, base.grease, !variant.groupAsked)
  extensions = applyProfile(extensions, settings)
  extensions = padded(hello, extensions, variant, settings, context)
  if (bind === undefined || variant.psks.length === 0)
    return finish({ ...hello, extensions }, context)
  return bound(hello, extensions, variant, context, bind)
}

function ownExtensions(
  { settings, grease, offers13, parts12 }: OfferBase,
  variant: OfferVariant,
  context: Context,
): readonly Extension[] {
  const { config } = settings
  const { profile } = config
  const { layer } = context
  const modes = settings.pskWithoutDiffieHellman ? [1, 0] : [1]
  const schemes = profile?.signatureAlgorithms ?? settings.schemes.map(({ id }) => id)
  const groups =
    profile?.supportedGroups ??
    settings.groups.map(({ id }) => id).filter((id) => offers13 || parts12?.usesGroup(id))
  const versions = settings.versions.map(({ id }) => layer.traits.wireVersion(id))
  const { maxFragmentLength, ticketRequest, postHandshakeAuth } = config
  const { recordSizeLimit } = settings
  const first: ExtensionsOf<'clientHello'> = {
    serverName: sendsName(settings)
      ? [{ nameType: 0, name: ascii(settings.serverName ?? '') }]
      : undefined,
    maxFragmentLength:
      maxFragmentLength === undefined ? undefined : Math.log2(maxFragmentLength) - 8,
    // Groups that only TLS 1.3 has leave none, with which PSKs do.
    supportedGroups: nonEmpty(groups),
    alpn: nonEmpty(settings.alpn),
    statusRequest: settings.requestStaple
      ? { statusType: undefined, responderIdList: [], requestExtensions: noBytes }
      : undefined,
    signatureAlgorithms: schemes,
    signedCertificateTimestamp: settings.requestScts || undefined,
    keyShare: offers13
      ? [...variant.keyPairs].map(([group, pair]) => ({ group, keyExchange: pair.share }))
      : undefined,
    pskKeyExchangeModes: offers13 ? modes : undefined,
    supportedVersions: offers13
      ? grease === undefined
        ? versions
        : [grease.version, ...versions]
      : undefined,
  }
  const last: ExtensionsOf<'clientHello'> = {
    cookie: variant.cookie,
    recordSizeLimit:
      recordSizeLimit === undefined ? undefined : recordSizeLimit + (offers13 ? 1 : 0),
    earlyData: variant.earlyData || undefined,
    certificateAuthorities: offers13 ? nonEmpty(settings.certificateAuthorities) : undefined,
    postHandshakeAuth: (postHandshakeAuth && offers13) || undefined,
    ticketRequest:
      ticketRequest === undefined || !offers13
        ? undefined
        : {
            newSessionCount: ticketRequest.newSession,
            resumptionCount: ticketRequest.resumption,
          },
    quicTransportParameters: layer.transportParameters,
  }
  return [
    ...writeExtensions('clientHello', first),
    ...writeExtensions('clientHello', parts12?.extensions ?? {}),
    ...writeExtensions('clientHello', last),
  ]
}

/** server_name carries DNS names only (RFC 6066 section 3). */
function sendsName({ serverName, config }: ClientSettings): boolean {
  if (serverName === undefined || config.sendServerName === false) return false
  return !serverName.includes(':') && !/^\d+(\.\d+){3}$/.test(serverName)
}

function applyProfile(
  extensions: readonly Extension[],
  { config }: ClientSettings,
): readonly Extension[] {
  const { profile } = config
  if (profile === undefined) return extensions
  const omitted = new Set(profile.omitExtensions)
  const list = [
    ...extensions.filter(({ type }) => !omitted.has(type)),
    ...(profile.extraExtensions ?? []),
  ]
  const order = profile.extensionOrder
  if (order === undefined) return list
  const rank = (type: number) => {
    const index = order.indexOf(type)
    return index < 0 ? order.length : index
  }
  return list
    .map((extension, index) => ({ extension, index }))
    .sort((a, b) => rank(a.extension.type) - rank(b.extension.type) || a.index - b.index)
    .map(({ extension }) => extension)
}

/** RFC 7685. The binders' room is counted in. */
function padded(
  hello: ClientHello,
  extensions: readonly Extension[],
  variant: OfferVariant,
  { config }: ClientSettings,
  context: Context,
): readonly Extension[] {
  const padTo = config.profile?.padTo
  if (padTo === undefined) return extensions
  const psk = variant.psks.length === 0 ? [] : [pskExtension(variant)]
  const length =
    encode(context.layer.traits.clientHello, { ...hello, extensions: [...extensions, ...psk] })
      .length + 4
  const missing = padTo - length - 4
  if (missing < 0) return extensions
  return [...extensions, { type: extensionTable.padding.type, data: new Uint8Array(missing) }]
}

function pskExtension({ psks }: OfferVariant, binders?: readonly Uint8Array[]): Extension {
  const { preSharedKey } = extensionTable
  return {
    type: preSharedKey.type,
    data: encode(preSharedKey.clientHello, {
      identities: psks.map(({ identity, obfuscatedTicketAge }) => ({
        identity,
        obfuscatedTicketAge,
      })),
      binders: binders ?? psks.map(({ hash }) => new Uint8Array(hash.outputLength)),
    }),
  }
}

/** pre_shared_key goes last, and its binders cover everything before them (RFC 9846 4.3.11). */
function bound(
  hello: ClientHello,
  extensions: readonly Extension[],
  variant: OfferVariant,
  context: Context,
  bind: Bind,
): { readonly hello: ClientHello; readonly body: Uint8Array } {
  const unbound = finish({ ...hello, extensions: [...extensions, pskExtension(variant)] }, context)
  const bindersLength = variant.psks.reduce((sum, { hash }) => sum + 1 + hash.outputLength, 2)
  const { body } = unbound
  const truncated = handshakeBytes(messageType.clientHello, body).subarray(0, -bindersLength)
  const last = pskExtension(variant, bind(truncated))
  return finish({ ...hello, extensions: [...extensions, last] }, context)
}

function finish(
  hello: ClientHello,
  context: Context,
): { readonly hello: ClientHello; readonly body: Uint8Array } {
  return { hello, body: encode(context.layer.traits.clientHello, hello) }
}

/** What the server may answer. RFC 8701 3.1: nothing of GREASE. */
export function offeredTypes(hello: ClientHello): ReadonlySet<number> {
  const types = (hello.extensions ?? []).map(({ type }) => type)
  return new Set(types.filter((type) => !isGrease(type)))
}
