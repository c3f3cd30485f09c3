/** Certificates and keys from the runner's PEM files. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type {
  Credential,
  DecryptAnswer,
  DecryptQuestion,
  SignAnswer,
  SigningKey,
  SignQuestion,
} from '@sanstls/core'
import { provider, schemeAlgorithm } from './crypto.js'
import { type CredentialFlags, type Flags, Unimplemented } from './flags.js'
import { policyOf } from './policies.js'

/** A credential with its key, which an asynchronous test keeps back. */
export interface ShimCredential {
  /** As `-expect-selected-credential` counts; -1 is the default one. */
  readonly index: number
  readonly credential: Credential
  readonly key: SigningKey
  /** Only for peers that name an issuer of the chain among their authorities. */
  readonly mustMatchIssuer: boolean
}

/** In order of preference: those introduced one by one, then the default one. */
export function loadCredentials(
  flags: Flags,
  onUse: (index: number) => void,
): readonly ShimCredential[] {
  const numbered = flags.credentials.map((credential, index) => ({ credential, index }))
  return [...numbered, { credential: flags.defaultCredential, index: -1 }].flatMap(
    ({ credential, index }) => load(credential, index, flags, () => onUse(index)) ?? [],
  )
}

function load(
  credential: CredentialFlags,
  index: number,
  flags: Flags,
  onUse: () => void,
): ShimCredential | undefined {
  const { 'cert-file': chainFile, 'key-file': keyFile } = credential
  if (chainFile === undefined || keyFile === undefined) return undefined
  const key = observed(
    restricted(readKey(keyFile), credential['signing-prefs'] ?? policyOf(flags)?.schemes),
    onUse,
  )
  const scts = credential['signed-cert-timestamps']
  const staple = credential['ocsp-response']
  // In the callback of a test that declines there is nothing to set it.
  const stapled = staple !== undefined && !(flags.server && flags['decline-ocsp-callback'])
  return {
    index,
    key,
    mustMatchIssuer: credential['must-match-issuer'],
    credential: {
      chain: readChain(chainFile),
      key: flags.async ? 'decide' : key,
      ...(stapled ? { staple } : {}),
      ...(scts === undefined ? {} : { scts: splitList(scts) }),
    },
  }
}

const premasterLength = 48
const keys = new Map<string, SigningKey>()

function readKey(file: string): SigningKey {
  const known = keys.get(file)
  if (known !== undefined) return known
  const [pkcs8] = readPem(file, 'PRIVATE KEY')
  if (pkcs8 === undefined) throw new Error(`${file} holds no private key`)
  try {
    const key = provider.importPrivateKey(pkcs8)
    keys.set(file, key)
    return key
  } catch (cause) {
    throw new Unimplemented(`no private keys of a kind: ${String(cause)}`)
  }
}

function restricted(key: SigningKey, preferences: readonly number[] | undefined): SigningKey {
  if (preferences === undefined) return key
  const allowed = preferences.map(schemeAlgorithm)
  const algorithms = key.algorithms.filter((algorithm) => allowed.includes(algorithm))
  return { ...bound(key), algorithms }
}

function observed(key: SigningKey, onUse: () => void): SigningKey {
  const own = bound(key)
  const { decrypt } = own
  return {
    ...own,
    sign(algorithm, message, random) {
      onUse()
      return key.sign(algorithm, message, random)
    },
    ...(decrypt === undefined
      ? {}
      : {
          decrypt(ciphertext, fallback, random) {
            onUse()
            return decrypt(ciphertext, fallback, random)
          },
        }),
  }
}

function bound(key: SigningKey): SigningKey {
  const { publicKey, algorithms, sign, decrypt } = key
  return {
    publicKey,
    algorithms,
    sign: sign.bind(key),
    ...(decrypt === undefined ? {} : { decrypt: decrypt.bind(key) }),
  }
}

const random = (length: number) => new Uint8Array(randomBytes(length))

/** What an asynchronous test answers with. */
export function sign(
  { credential, scheme, message }: SignQuestion,
  all: readonly ShimCredential[],
): SignAnswer {
  const key = all.find((one) => one.credential === credential)?.key
  const algorithm = key?.algorithms.find((name) => name === schemeAlgorithm(scheme))
  return algorithm === undefined ? undefined : key?.sign(algorithm, message, random)
}

export function decrypt(
  { credential, ciphertext }: DecryptQuestion,
  all: readonly ShimCredential[],
): DecryptAnswer {
  const key = all.find((one) => one.credential === credential)?.key
  return key?.decrypt?.(ciphertext, random(premasterLength), random)
}

export function readChain(file: string): readonly Uint8Array[] {
  return readPem(file, 'CERTIFICATE')
}

function readPem(file: string, label: string): readonly Uint8Array[] {
  const pattern = new RegExp(`-----BEGIN ${label}-----([^-]+)-----END ${label}-----`, 'g')
  return [...readFileSync(file, 'latin1').matchAll(pattern)].map(
    ([, body = '']) => new Uint8Array(Buffer.from(body, 'base64')),
  )
}

/** SignedCertificateTimestampList (RFC 6962 3.3) as its items. */
function splitList(list: Uint8Array): readonly Uint8Array[] {
  const items: Uint8Array[] = []
  for (let offset = 2; offset + 2 <= list.length; ) {
    const length = ((list[offset] ?? 0) << 8) | (list[offset + 1] ?? 0)
    items.push(list.subarray(offset + 2, offset + 2 + length))
    offset += 2 + length
  }
  return items
}

/** The same list again, from its items. */
export function joinList(items: readonly Uint8Array[]): Uint8Array {
  const length = items.reduce((sum, item) => sum + 2 + item.length, 0)
  const list = new Uint8Array(2 + length)
  list.set([length >> 8, length & 0xff])
  let offset = 2
  for (const item of items) {
    list.set([item.length >> 8, item.length & 0xff], offset)
    list.set(item, offset + 2)
    offset += 2 + item.length
  }
  return list
}
