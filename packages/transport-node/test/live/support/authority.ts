/** Certificates for both sides, made when the tests run: an authority, and identities of each kind of key. */
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Credential, CryptoProvider } from '@sanstls/core'
import { noble } from '@sanstls/core/noble'
import {
  type Certificate,
  createVerifier,
  encodePem,
  issueCertificate,
  type TrustAnchor,
  trustAnchor,
  verificationPolicy,
} from '@sanstls/x509'

export const serverName = 'server.example'

const generators = {
  'ECDSA P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'ECDSA P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'ECDSA P-521': () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  Ed25519: () => generateKeyPairSync('ed25519'),
  Ed448: () => generateKeyPairSync('ed448'),
  'RSA 2048': () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'RSA-PSS 2048': () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
  'RSA-PSS 2048 SHA-256': () =>
    generateKeyPairSync('rsa-pss', {
      modulusLength: 2048,
      hashAlgorithm: 'sha256',
      mgf1HashAlgorithm: 'sha256',
      // A number, whatever its type says.
      saltLength: 32 as unknown as string,
    }),
} satisfies Record<string, () => { privateKey: KeyObject }>

export type IdentityKind = keyof typeof generators
export const identityKinds = Object.keys(generators) as IdentityKind[]

/** A certificate with its key, as files for peers and as a credential for us. */
export interface Identity {
  readonly kind: IdentityKind
  readonly certificate: Certificate
  readonly pkcs8: Uint8Array
  /** PEM: the certificate alone, the certificate and what leads to the root, the key. */
  readonly certificateFile: string
  readonly chainFile: string
  readonly keyFile: string
  credential(crypto: CryptoProvider): Credential
}

export interface Authority {
  readonly anchor: TrustAnchor
  readonly file: string
  readonly pem: string
}

const folder = mkdtempSync(join(tmpdir(), 'sanstls-live-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

let files = 0

/** Writes a file that is gone when the tests are over; returns its path. */
export function temporaryFile(content: string | Uint8Array, extension: string): string {
  files++
  const path = join(folder, `${files}.${extension}`)
  writeFileSync(path, content)
  return path
}

/** The least OCSP response there is (RFC 6960 4.2.1): tryLater. It is carried, not judged. */
export const tryLater = Uint8Array.of(0x30, 0x03, 0x0a, 0x01, 0x03)

const day = 86_400_000
const hash = noble.hashes.find(({ name }) => name === 'sha256')
const base = {
  random: (length: number) => new Uint8Array(randomBytes(length)),
  notBefore: Date.now() - day,
  notAfter: Date.now() + 30 * day,
  ...(hash === undefined ? {} : { identifierHash: hash }),
}

function generate(kind: IdentityKind): Uint8Array {
  return new Uint8Array(generators[kind]().privateKey.export({ format: 'der', type: 'pkcs8' }))
}

/** A root with one intermediate below it, so that chains have to be sent and built. */
class TestAuthority implements Authority {
  readonly anchor: TrustAnchor
  readonly file: string
  readonly pem: string
  readonly #intermediate: Certificate
  readonly #key = noble.importPrivateKey(generate('ECDSA P-256'))

  constructor(name: string) {
    const key = noble.importPrivateKey(generate('ECDSA P-384'))
    const common = { ...base, issuerKey: key, keyUsage: ['keyCertSign', 'cRLSign'] } as const
    const root = issueCertificate({
      ...common,
      subject: { commonName: `${name} root` },
      publicKey: key.publicKey,
      ca: true,
    })
    this.#intermediate = issueCertificate({
      ...common,
      subject: { commonName: `${name} intermediate` },
      publicKey: this.#key.publicKey,
      issuer: root,
      ca: { pathLength: 0 },
    })
    this.anchor = trustAnchor(root)
    this.pem = encodePem('CERTIFICATE', root.der)
    this.file = temporaryFile(this.pem, 'pem')
  }

  issue(kind: IdentityKind): Identity {
    const pkcs8 = generate(kind)
    const key = noble.importPrivateKey(pkcs8)
    const certificate = issueCertificate({
      ...base,
      subject: { commonName: serverName },
      publicKey: key.publicKey,
      issuer: this.#intermediate,
      issuerKey: this.#key,
      ca: false,
      // What it decrypts is the premaster secret of TLS 1.2.
      keyUsage: [
        'digitalSignature',
        ...(kind === 'RSA 2048' ? (['keyEncipherment'] as const) : []),
      ],
      extendedKeyUsage: ['serverAuth', 'clientAuth'],
      subjectAltName: { dns: [serverName] },
    })
    const pem = encodePem('CERTIFICATE', certificate.der)
    const intermediate = encodePem('CERTIFICATE', this.#intermediate.der)
    const chain = [certificate.der, this.#intermediate.der]
    return {
      kind,
      certificate,
      pkcs8,
      certificateFile: temporaryFile(pem, 'pem'),
      chainFile: temporaryFile(pem + intermediate, 'pem'),
      keyFile: temporaryFile(encodePem('PRIVATE KEY', pkcs8), 'pem'),
      credential: (crypto) => ({ chain, key: crypto.importPrivateKey(pkcs8) }),
    }
  }
}

const trusted = new TestAuthority('Trusted')
const other = new TestAuthority('Other')
const identities = new Map<string, Identity>()

export const authority: Authority = trusted
/** An authority that has issued nothing that the tests use. */
export const otherAuthority: Authority = other

export function identity(kind: IdentityKind = 'ECDSA P-256'): Identity {
  let found = identities.get(kind)
  if (found === undefined) {
    found = trusted.issue(kind)
    identities.set(kind, found)
  }
  return found
}

/** The policy that accepts what this authority has issued. */
export function trust(whom: Authority, crypto: CryptoProvider) {
  return verificationPolicy(createVerifier({ anchors: [whom.anchor], crypto }))
}
