/** Certificates for tests, made in one line each. */
import { randomBytes } from 'node:crypto'
import type { SigningKey } from '@sanstls/core'
import { trustAnchor } from '#src/anchor.js'
import type { Certificate } from '#src/certificate.js'
import { type CertificateRequest, issueCertificate } from '#src/issue/certificate.js'
import { createVerifier, type VerifierOptions, type VerifyRequest } from '#src/verifier.js'
import { ecKey, hash256, testProvider } from './provider.js'

export const now = Date.UTC(2026, 5, 1, 12, 0, 0)
export const day = 86_400_000

/** A certificate with its key, which can issue others. */
export interface Entity {
  readonly certificate: Certificate
  readonly key: SigningKey
}

export type Changes = Partial<CertificateRequest> & { readonly key?: SigningKey }

const base = {
  random: (length: number) => new Uint8Array(randomBytes(length)),
  notBefore: now - 30 * day,
  notAfter: now + 30 * day,
  identifierHash: hash256,
} as const

function entity(
  name: string,
  issuer: Entity | undefined,
  defaults: Partial<CertificateRequest>,
  { key = ecKey(name), ...changes }: Changes,
): Entity {
  const certificate = issueCertificate({
    ...base,
    subject: { organization: 'Test', commonName: name },
    publicKey: key.publicKey,
    issuerKey: issuer?.key ?? key,
    issuer: issuer?.certificate,
    ...defaults,
    ...changes,
  })
  return { certificate, key }
}

/** A self-signed authority. */
export const makeRoot = (name = 'Root', changes: Changes = {}): Entity =>
  entity(name, undefined, { ca: true, keyUsage: ['keyCertSign', 'cRLSign'] }, changes)

/** An authority below another one. */
export const makeCa = (issuer: Entity, name = 'Intermediate', changes: Changes = {}): Entity =>
  entity(name, issuer, { ca: true, keyUsage: ['keyCertSign', 'cRLSign'] }, changes)

/** A server certificate for www.example.com. */
export const makeLeaf = (issuer: Entity, changes: Changes = {}): Entity =>
  entity(
    'Leaf',
    issuer,
    {
      ca: false,
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['serverAuth'],
      subjectAltName: { dns: ['www.example.com'] },
    },
    changes,
  )

/** Verifies entities as a chain; the code of the fault, or 'ok'. */
export function verify(
  anchors: readonly Entity[],
  chain: readonly Entity[],
  changes: Partial<VerifyRequest> = {},
  options: Partial<VerifierOptions> = {},
): string {
  const verifier = createVerifier({
    anchors: anchors.map(({ certificate }) => trustAnchor(certificate)),
    crypto: testProvider,
    profile: 'rfc5280',
    ...options,
  })
  const result = verifier.verify({
    chain: chain.map(({ certificate }) => certificate.der),
    role: 'server',
    name: { kind: 'DNS', value: 'www.example.com' },
    time: now,
    ...changes,
  })
  return result.ok ? 'ok' : result.fault.code
}
