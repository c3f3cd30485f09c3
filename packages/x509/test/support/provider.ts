/** Signatures and SHA-256 over node:crypto: enough of a provider to verify and issue certificates, and fast. */
import * as crypto from 'node:crypto'
import type {
  CryptoProvider,
  HashAlgorithm,
  SignatureAlgorithm,
  SignatureName,
  SigningKey,
  SubjectPublicKey,
} from '@sanstls/core'
import { parseSubjectPublicKey } from '@sanstls/core/der'

const names: readonly SignatureName[] = [
  'ecdsa_sha256',
  'ecdsa_sha384',
  'ecdsa_sha512',
  'rsa_pss_sha256',
  'rsa_pss_sha384',
  'rsa_pss_sha512',
  'rsa_pkcs1_sha256',
  'rsa_pkcs1_sha384',
  'rsa_pkcs1_sha512',
  // There to show that the verifier refuses it, not the provider.
  'rsa_pkcs1_sha1',
  'ecdsa_sha1',
  'ed25519',
  'ed448',
]

const keyTypes = (name: SignatureName): readonly string[] => {
  if (name.startsWith('ecdsa_')) return ['ec']
  if (name.startsWith('rsa_pss_')) return ['rsa', 'rsaPss']
  return name.startsWith('rsa_') ? ['rsa'] : [name]
}

/** How many signatures the provider has checked so far. */
export const counter = { verified: 0 }

function options(name: SignatureName, saltLength?: number) {
  const hash = /sha\d+$/.exec(name)?.[0]
  const length = saltLength ?? crypto.constants.RSA_PSS_SALTLEN_DIGEST
  const padding = name.startsWith('rsa_pss_')
    ? { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: length }
    : {}
  return { hash: hash ?? null, padding }
}

const keys = new WeakMap<SubjectPublicKey, crypto.KeyObject>()

function keyObject(key: SubjectPublicKey): crypto.KeyObject {
  const known = keys.get(key)
  if (known !== undefined) return known
  const input = { key: Buffer.from(key.spki), format: 'der', type: 'spki' } as const
  const object = crypto.createPublicKey(input)
  keys.set(key, object)
  return object
}

const algorithm = (name: SignatureName): SignatureAlgorithm => ({
  name,
  supports: (key) => keyTypes(name).includes(key.type),
  verify(key, message, signature, saltLength) {
    counter.verified += 1
    const { hash, padding } = options(name, saltLength)
    try {
      return crypto.verify(hash, message, { key: keyObject(key), ...padding }, signature)
    } catch {
      return false
    }
  },
})

const sha256: HashAlgorithm = {
  name: 'sha256',
  outputLength: 32,
  blockLength: 64,
  hash: (data) => new Uint8Array(crypto.createHash('sha256').update(data).digest()),
  create: () => {
    throw new Error('not needed here')
  },
  hmac: () => {
    throw new Error('not needed here')
  },
}

const sha1: HashAlgorithm = {
  ...sha256,
  name: 'sha1',
  outputLength: 20,
  hash: (data) => new Uint8Array(crypto.createHash('sha1').update(data).digest()),
}

function signingKey(privateKey: crypto.KeyObject): SigningKey {
  const spki = crypto.createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
  const publicKey = parseSubjectPublicKey(new Uint8Array(spki))
  return {
    publicKey,
    algorithms: names.filter((name) => keyTypes(name).includes(publicKey.type)),
    sign(name, message) {
      const { hash, padding } = options(name)
      return new Uint8Array(crypto.sign(hash, message, { key: privateKey, ...padding }))
    },
  }
}

export const testProvider: CryptoProvider = {
  name: 'test',
  suites: [],
  groups: [],
  signatures: names.map(algorithm),
  hashes: [sha256, sha1],
  importPrivateKey: (pkcs8) =>
    signingKey(crypto.createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })),
  describe: () => [],
}

export const hash256 = sha256

const cache = new Map<string, SigningKey>()

/** A key that is generated once per process and label. */
export function ecKey(label: string, namedCurve = 'P-256'): SigningKey {
  return remember(`ec ${namedCurve} ${label}`, () =>
    signingKey(crypto.generateKeyPairSync('ec', { namedCurve }).privateKey),
  )
}

export const rsaKey = (label: string, modulusLength = 2048): SigningKey =>
  remember(`rsa ${modulusLength} ${label}`, () =>
    signingKey(crypto.generateKeyPairSync('rsa', { modulusLength }).privateKey),
  )

export const ed25519Key = (label: string): SigningKey =>
  remember(`ed25519 ${label}`, () => signingKey(crypto.generateKeyPairSync('ed25519').privateKey))

function remember(label: string, make: () => SigningKey): SigningKey {
  const known = cache.get(label)
  if (known !== undefined) return known
  const key = make()
  cache.set(label, key)
  return key
}
