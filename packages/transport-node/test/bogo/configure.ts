/** From the runner's flags to the configuration of one connection. */
import { randomBytes } from 'node:crypto'
import {
  type ClientConfig,
  type ConfigureAnswer,
  type ConfigureQuestion,
  type ConnectionInfo,
  Fault,
  type ServerConfig,
  type Session,
  tls12,
  tls13,
  type VerifyAnswer,
  type VerifyQuestion,
} from '@sanstls/core'
import { certificatePublicKey } from '@sanstls/core/der'
import { keyUsage, parseCertificate } from '@sanstls/x509'
import { hex } from './bytes.js'
import { expectSame, expectThat } from './checks.js'
import { credentialSource, names, type Seen } from './choose.js'
import { joinList, type ShimCredential } from './credentials.js'
import { groupNames, provider, schemeNames } from './crypto.js'
import { type Flags, versions } from './flags.js'
import { policyOf } from './policies.js'
import { knownPsk, pskFor } from './psk.js'
import { type Shared, ticketsFor } from './sessions.js'
import { suites } from './suites.js'
import { helloVersions } from './versions.js'

const defaultGroups = ['X25519MLKEM768', 'x25519', 'secp256r1', 'secp384r1']
/** What the runner expects a client without preferences to offer. */
const defaultSchemes = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601]
const helloRequest = 0
const maxEarlyData = 14_336
const manyRenegotiations = 100
/** BoringSSL's, in ms. */
const ticketAgeWindow = 60_000
const { certificateUnknown, handshakeFailure, badStatus, internalError } = {
  certificateUnknown: 46,
  handshakeFailure: 40,
  badStatus: 113,
  internalError: 80,
}

export function clientConfig(
  flags: Flags,
  credentials: readonly ShimCredential[],
  session: Session | undefined,
  seen: Seen,
): ClientConfig {
  return {
    ...common(flags, credentials, seen),
    serverName: flags['host-name'] ?? false,
    verify: flags.async ? 'decide' : (question) => verify(question, seen.inForce ?? flags, seen),
    keyShares: keyShares(flags),
    ...(session === undefined ? {} : { session }),
    ...(flags['enable-early-data'] && session !== undefined && session.maxEarlyData > 0
      ? { earlyData: true }
      : {}),
    requestStaple: flags['enable-ocsp-stapling'],
    requireRenegotiationInfo: flags['no-legacy-server-connect'],
    fallbackScsv: flags['fallback-scsv'],
    ...renegotiation(flags),
    ...(flags.psk === undefined
      ? {}
      : { choosePsk: flags.async ? 'decide' : (question) => pskFor(question, flags) }),
    profile: {
      grease: flags['enable-grease'],
      ...(flags['permute-extensions'] ? { extensionOrder: permutation() } : {}),
      // A client that takes no tickets does not ask for them, nor say how it would use them.
      ...(flags['no-ticket'] ? { omitExtensions: [35, 45] } : {}),
    },
  }
}

export function serverConfig(
  flags: Flags,
  credentials: readonly ShimCredential[],
  shared: Shared,
  seen: Seen,
): ServerConfig {
  const serverDecides =
    flags['server-preference'] || flags.cipher !== undefined || policyOf(flags) !== undefined
  const psk = knownPsk(flags)
  const noTickets = flags['no-ticket'] || flags['skip-ticket']
  const clientAuthentication = flags['require-any-client-certificate']
    ? 'require'
    : flags['verify-peer']
      ? 'request'
      : 'none'
  return {
    ...common(flags, credentials, seen),
    ...(clientAuthentication === 'none'
      ? {}
      : {
          clientAuthentication,
          verify: flags.async ? 'decide' : (question) => verify(question, flags, seen),
        }),
    configure:
      flags.async && flags['use-early-callback']
        ? 'decide'
        : (hello) => configure(hello, flags, shared, seen),
    preference: serverDecides ? 'server' : 'client',
    ...ticketsFor(undefined, flags, shared, seen),
    ...(flags['enable-early-data'] && !noTickets
      ? {
          earlyData: {
            maxBytes: maxEarlyData,
            window: ticketAgeWindow,
            replay: flags.async ? 'decide' : () => true,
          },
          halfRttData: true,
        }
      : {}),
    certificateAuthorities: names(flags['use-client-ca-list']),
    ...(psk === undefined
      ? {}
      : {
          ...(flags.async ? { lookupPsk: 'decide' } : { psks: [psk] }),
          ...(psk.identity.length === 0 ? {} : { pskHint: psk.identity }),
        }),
  }
}

/** A client of BoringSSL may be told to follow HelloRequests; a server never renegotiates. */
function renegotiation(flags: Flags): Pick<ClientConfig, 'renegotiation'> {
  if (flags['renegotiate-freely'])
    return { renegotiation: { peerMayStart: true, limit: manyRenegotiations } }
  if (flags['renegotiate-once']) return { renegotiation: { peerMayStart: true, limit: 1 } }
  if (flags['renegotiate-explicit']) return { renegotiation: { peerMayStart: false } }
  return {}
}

function common(flags: Flags, credentials: readonly ShimCredential[], seen: Seen) {
  const alpn = flags.server ? serverProtocols(flags) : clientProtocols(flags['advertise-alpn'])
  const policy = policyOf(flags)
  const schemes = policy?.schemes ?? flags['verify-prefs'] ?? defaultSchemes
  const maxMessage = flags['max-cert-list']
  return {
    versions: [tls13, tls12].filter(({ id }) => versions(flags).includes(id)),
    crypto: provider,
    random: (length: number) => new Uint8Array(randomBytes(length)),
    suites: suites(flags),
    groups: groups(flags),
    signatureSchemes: schemeNames(schemes),
    ...(alpn === undefined ? {} : { alpn }),
    requestScts: flags['enable-signed-cert-timestamps'],
    extendedMainSecret: 'prefer',
    encryptThenMac: 'prefer',
    limits: { chain: 100, ...(maxMessage === undefined ? {} : { handshakeMessage: maxMessage }) },
    ...credentialSource(flags, credentials, seen),
    observe: trace(seen),
  } as const
}

export function configure(
  hello: ConfigureQuestion,
  flags: Flags,
  shared: Shared,
  seen: Seen,
): ConfigureAnswer {
  const { serverName } = hello
  if (flags['expect-no-server-name'])
    expectThat(serverName === undefined, `no server name, not ${serverName}`)
  const expected = flags['expect-server-name']
  if (expected !== undefined) expectSame(serverName, expected, 'server name')
  const protocols = flags['expect-advertised-alpn']
  if (protocols !== undefined)
    expectSame(hello.alpn.join(), clientProtocols(protocols)?.join(), "the client's protocols")
  if (flags['fail-early-callback'])
    return { refuse: 'the early callback fails', alert: handshakeFailure }
  if (flags['install-ddos-callback'] && flags['fail-ddos-callback'])
    return { refuse: 'too many connections', alert: internalError }
  return ticketsFor(hello, flags, shared, seen)
}

export function verify(question: VerifyQuestion, flags: Flags, seen: Seen): VerifyAnswer {
  seen.verified++
  // In a renegotiation BoringSSL keeps to what it first got.
  const first = seen.verified === 1
  const staple = flags['expect-ocsp-response']
  if (first && staple !== undefined)
    expectSame(hex(question.staple ?? new Uint8Array()), hex(staple), 'OCSP staple')
  const scts = flags['expect-signed-cert-timestamps']
  if (first && scts !== undefined) expectSame(hex(joinList(question.scts)), hex(scts), 'SCTs')
  const demanded = flags['verify-peer'] || flags['require-any-client-certificate']
  if (flags['verify-fail'] && demanded) {
    const alert = flags['use-custom-verify-callback'] ? certificateUnknown : handshakeFailure
    return reject('CERTIFICATE_VERIFY_FAILED', seen, alert)
  }
  if (flags['use-ocsp-callback'] && flags['fail-ocsp-callback'])
    return reject('OCSP_CB_ERROR', seen, badStatus)
  const [leaf = new Uint8Array()] = question.chain
  if (!permits(leaf, question.requiredKeyUsage)) return reject('KEY_USAGE_BIT_INCORRECT', seen)
  return { ok: true, publicKey: certificatePublicKey(leaf).spki }
}

/** As an application may do that trusts no earlier verification. @returns why the connection must end. */
export function reverify(
  { role, peer, serverName }: ConnectionInfo,
  flags: Flags,
  seen: Seen,
): Fault | undefined {
  const answer = verify(
    {
      kind: 'verify',
      role: role === 'client' ? 'server' : 'client',
      chain: peer?.chain ?? [],
      name: serverName,
      requiredKeyUsage: 'digitalSignature',
      staple: undefined,
      scts: [],
      certificateSignatureSchemes: [],
      time: Date.now(),
    },
    flags,
    seen,
  )
  if (answer.ok) return undefined
  const { code, alert } = answer
  return new Fault('certificateRejected', code, alert === undefined ? {} : { alert })
}

function reject(code: string, seen: Seen, alert?: number): VerifyAnswer {
  seen.refusal = code
  return { ok: false, code, message: 'as the test asks', ...(alert === undefined ? {} : { alert }) }
}

/** What a verifier does with the key usage that the core demands. */
function permits(leaf: Uint8Array, usage: VerifyQuestion['requiredKeyUsage']): boolean {
  const bits = parseCertificate(leaf).extensions.keyUsage
  return bits === undefined || (bits & keyUsage[usage]) !== 0
}

function groups(flags: Flags): readonly string[] {
  if (flags.curves !== undefined) return groupNames(flags.curves)
  return policyOf(flags)?.groups ?? defaultGroups
}

/** As BoringSSL does by default: a share of the first classical group, and of the first hybrid. */
function keyShares(flags: Flags): readonly string[] {
  if (flags['no-key-shares']) return []
  if (flags['key-shares'] !== undefined) return groupNames(flags['key-shares'])
  const isHybrid = (name: string) => name.includes('MLKEM')
  const offered = groups(flags)
  const first = [offered.find(isHybrid), offered.find((name) => !isHybrid(name))]
  return offered.filter((name) => first.includes(name))
}

function serverProtocols(flags: Flags): readonly string[] | undefined {
  if (flags['decline-alpn']) return undefined
  if (flags['reject-alpn']) return ['nothing that a test offers']
  const selected = flags['select-alpn'] ?? ''
  return selected === '' ? undefined : [selected]
}

/** The wire format of ALPN: names with a length before each. */
function clientProtocols(wire: string | undefined): readonly string[] | undefined {
  if (wire === undefined) return undefined
  const list: string[] = []
  for (let offset = 0; offset < wire.length; ) {
    const end = offset + 1 + wire.charCodeAt(offset)
    list.push(wire.slice(offset + 1, end))
    offset = end
  }
  return list
}

function permutation(): readonly number[] {
  const order = Array.from({ length: 60 }, (_, index) => index)
  return order
    .map((type) => ({ type, key: randomBytes(4).readUInt32BE() }))
    .sort((a, b) => a.key - b.key)
    .map(({ type }) => type)
}

/** The messages and alerts, in the notation of `-expect-msg-callback`. */
function trace(seen: Seen): NonNullable<ClientConfig['observe']> {
  return (observation) => {
    if (observation.kind === 'keylog') seen.keylog.push(observation.line)
    if (observation.kind === 'keys') {
      if (observation.level !== 'application') seen.tls13Keys = true
      // In TLS 1.2 new keys and change_cipher_spec are one.
      else if (!seen.tls13Keys) seen.trace += `${observation.direction} ccs\n`
      return
    }
    if (observation.kind !== 'message' && observation.kind !== 'alert') return
    const received = observation.direction === 'received'
    if (observation.kind === 'message' && received) {
      seen.peerVersions = helloVersions(observation.type, observation.bytes) ?? seen.peerVersions
      if (observation.type === helloRequest) seen.helloRequests++
    }
    const verb = received ? 'read' : 'write'
    seen.trace +=
      observation.kind === 'message'
        ? `${verb} hs ${observation.type}\n`
        : `${verb} alert ${observation.level} ${observation.description}\n`
  }
}
