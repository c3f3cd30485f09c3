/** From what an application says, in PEM and with much left out, to the configuration of the core. */
import {
  type ClientConfig,
  type Credential,
  type CryptoProvider,
  OptionError,
  type Policy,
  type Random,
  type ServerConfig,
  type SubjectPublicKey,
  type VerifyQuestion,
  type Version,
} from '@sanstls/core'
import {
  certificatesFromPem,
  createVerifier,
  parseCertificate,
  privateKeyFromPem,
  type TrustAnchor,
  trustAnchorsFromPem,
  verificationPolicy,
} from '@sanstls/x509'
import { type ConnectionOptions, handshakeTimeout } from './open.js'
import type { SessionCache } from './sessions.js'

/** What a runtime supplies where the application does not say. */
export interface Runtime {
  readonly versions: readonly Version[]
  readonly crypto: CryptoProvider
  readonly random: Random
  /** Whom the runtime trusts. Absent: the application must say. */
  readonly trustAnchors?: () => readonly TrustAnchor[]
}

interface PemOptions {
  /** PEM: the only authorities to trust, instead of the runtime's. */
  readonly ca?: string | readonly string[]
  /** PEM: our certificate, followed by those that lead to its authority. Goes with `key`; short for `credentials`. */
  readonly cert?: string
  /** PEM: the private key of `cert`, unencrypted. */
  readonly key?: string
}

export interface ClientOptions extends Partial<ClientConfig>, ConnectionOptions, PemOptions {
  /** Keeps the sessions that come, and resumes with them. */
  readonly sessions?: SessionCache
}

export interface ServerOptions
  extends Partial<Omit<ServerConfig, 'tickets'>>,
    ConnectionOptions,
    PemOptions {
  /** Default of `listen`: stateless tickets under keys of its own, changed every hour. `false`: none. */
  readonly tickets?: ServerConfig['tickets'] | false
}

const ownNames: Readonly<Record<keyof (ConnectionOptions & PemOptions), true>> = {
  handshakeTimeout: true,
  decide: true,
  onSession: true,
  earlyDataToSend: true,
  onEarlyData: true,
  signal: true,
  ca: true,
  cert: true,
  key: true,
}

/**
 * The configuration of a client. `extra` names options that are the transport's own.
 * @throws {OptionError}
 */
export function clientConfig(
  options: ClientOptions,
  runtime: Runtime,
  host: string | undefined,
  extra: readonly string[] = [],
): ClientConfig {
  handshakeTimeout(options)
  const { serverName = host, earlyDataToSend } = options
  if (serverName === undefined) {
    const remedy = 'Give the name that the certificate must be valid for, or false for any.'
    throw new OptionError('serverName', serverName, remedy)
  }
  const common = commonConfig(options, runtime)
  const verify = verification(options, common.crypto, runtime) ?? refuseToTrust()
  // One is made for each connection, and a literal with all this spread into it takes ten times as long.
  return Object.assign(
    without<ClientOptions>(options, [...extra, 'sessions']),
    common,
    { versions: options.versions ?? runtime.versions, serverName, verify },
    ownCredentials(options, common.crypto),
    earlyDataToSend === undefined ? undefined : { earlyData: true },
  )
}

/**
 * The configuration of a server. `ca` alone means that clients must have a certificate of these authorities.
 * @throws {OptionError}
 */
export function serverConfig(
  options: ServerOptions,
  runtime: Runtime,
  extra: readonly string[] = [],
): ServerConfig {
  handshakeTimeout(options)
  const { ca, tickets } = options
  const common = commonConfig(options, runtime)
  const clientAuthentication =
    options.clientAuthentication ?? (ca === undefined ? 'none' : 'require')
  // The runtime's authorities are for the web's servers: they say nothing about who may be a client.
  const verify = verification(options, common.crypto, undefined)
  return {
    versions: options.versions ?? runtime.versions,
    ...common,
    ...without<ServerOptions>(options, [...extra, 'tickets']),
    clientAuthentication,
    ...(verify === undefined ? {} : { verify }),
    ...ownCredentials(options, common.crypto),
    ...(tickets === undefined || tickets === false ? {} : { tickets }),
  }
}

/**
 * A credential from PEM. `chain`: the certificate, followed by those that lead to its authority.
 * @throws {OptionError} which never quotes the key.
 */
export function credentialFromPem(cert: string, key: string, crypto: CryptoProvider): Credential {
  const chain = fromPem('cert', cert, certificatesFromPem)
  const [leaf] = chain
  if (leaf === undefined)
    throw new OptionError('cert', brief(cert), 'It holds no CERTIFICATE block.')
  const signingKey = fromPem('key', key, (text) => crypto.importPrivateKey(privateKeyFromPem(text)))
  const certified = fromPem('cert', cert, () => parseCertificate(leaf).publicKey)
  if (!belongTogether(certified, signingKey.publicKey)) {
    const remedy = 'It is not the key of the first certificate in cert. Does that one come first?'
    throw new OptionError('key', brief(key), remedy)
  }
  return { chain, key: signingKey }
}

/** Points may be written in two lengths; only keys of one length are compared. */
function belongTogether(a: SubjectPublicKey, b: SubjectPublicKey): boolean {
  const [left, right] = [a.publicKey, b.publicKey]
  if (left.length !== right.length) return a.type === 'ec' && b.type === 'ec'
  return left.every((byte, index) => byte === right[index])
}

function commonConfig(options: ClientOptions | ServerOptions, runtime: Runtime) {
  return {
    crypto: options.crypto ?? runtime.crypto,
    random: options.random ?? runtime.random,
  }
}

/** The options that are the core's; it refuses those that it does not know. */
function without<Options extends ClientOptions | ServerOptions>(
  options: Options,
  names: readonly string[],
): Omit<Options, keyof typeof ownNames | 'sessions' | 'tickets'> {
  const rest: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(ownNames, name) && !names.includes(name)) rest[name] = value
  }
  return rest as Options
}

function ownCredentials(
  options: ClientOptions | ServerOptions,
  crypto: CryptoProvider,
): { credentials?: readonly Credential[] } {
  const { cert, key, credentials } = options
  if (cert === undefined && key === undefined) return {}
  if (cert === undefined || key === undefined) {
    const missing = cert === undefined ? 'cert' : 'key'
    throw new OptionError(missing, undefined, 'cert and key go together: give both, in PEM.')
  }
  if (credentials !== undefined) {
    throw new OptionError('credentials', credentials, 'Give either credentials, or cert and key.')
  }
  return { credentials: [credentialFromPem(cert, key, crypto)] }
}

function verification(
  options: ClientOptions | ServerOptions,
  crypto: CryptoProvider,
  runtime: Runtime | undefined,
): ClientConfig['verify'] | undefined {
  const { ca, verify } = options
  if (ca === undefined) {
    if (verify !== undefined) return verify
    const { trustAnchors } = runtime ?? {}
    return trustAnchors && policyFor(crypto, '', trustAnchors)
  }
  if (verify !== undefined) {
    throw new OptionError('ca', 'set', 'Give either ca or verify, which says whom to trust itself.')
  }
  const text = typeof ca === 'string' ? ca : ca.join('\n')
  return policyFor(crypto, text, () => {
    const anchors = fromPem('ca', text, trustAnchorsFromPem)
    if (anchors.length > 0) return anchors
    throw new OptionError('ca', brief(text), 'It holds no CERTIFICATE block.')
  })
}

function refuseToTrust(): never {
  const remedy = 'This runtime does not say whom it trusts: give the authorities in PEM, or verify.'
  throw new OptionError('ca', undefined, remedy)
}

/** Reading a hundred authorities takes longer than a handshake, so the verifiers of the latest few are kept. */
const verifiers = new WeakMap<CryptoProvider, Map<string, Policy<VerifyQuestion>>>()
const verifiersKept = 8

function policyFor(
  crypto: CryptoProvider,
  text: string,
  anchors: () => readonly TrustAnchor[],
): Policy<VerifyQuestion> {
  const kept = verifiers.get(crypto) ?? new Map<string, Policy<VerifyQuestion>>()
  verifiers.set(crypto, kept)
  let policy = kept.get(text)
  // Private authorities are held to RFC 5280, those that the runtime trusts to the profile of the Web PKI as well.
  const profile = text === '' ? undefined : 'rfc5280'
  policy ??= verificationPolicy(createVerifier({ anchors: anchors(), crypto, profile }))
  kept.delete(text)
  kept.set(text, policy)
  for (const oldest of kept.keys()) {
    if (kept.size <= verifiersKept) break
    kept.delete(oldest)
  }
  return policy
}

function fromPem<Result>(option: string, text: unknown, read: (text: string) => Result): Result {
  if (typeof text !== 'string') throw new OptionError(option, brief(text), 'Give PEM text.')
  try {
    return read(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new OptionError(option, brief(text), reason)
  }
}

/** A value for an error message: keys must not be quoted, and certificates are long. */
function brief(value: unknown): unknown {
  return typeof value === 'string' ? new Uint8Array(value.length) : value
}
