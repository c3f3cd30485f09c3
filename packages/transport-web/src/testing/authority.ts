/** An authority of its own for each test run, and certificates that it issues. */
import type { CryptoProvider, Random, SigningKey } from '@sanstls/core'
import {
  encodeInteger,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
} from '@sanstls/core/der'
import { type Certificate, encodePem, issueCertificate } from '@sanstls/x509'

export interface IssuedCredential {
  /** PEM: the end-entity's certificate and the intermediate's. */
  readonly cert: string
  /** PEM, PKCS#8. */
  readonly key: string
}

export interface TestAuthority {
  /** PEM: the root. */
  readonly ca: string
  /** For a server with these DNS names and addresses, or for a client with this common name. */
  issue(subject: {
    readonly names?: readonly string[]
    readonly addresses?: readonly string[]
    readonly client?: string
  }): IssuedCredential
}

const day = 86_400_000

/** A root and an intermediate with P-256 keys, valid from a day before `now` (unix ms) for a week. */
export function createTestAuthority(
  crypto: CryptoProvider,
  random: Random,
  now: number,
): TestAuthority {
  const identifierHash = crypto.hashes.find(({ name }) => name === 'sha256')
  const common = {
    random,
    notBefore: now - day,
    notAfter: now + 7 * day,
    ...(identifierHash === undefined ? {} : { identifierHash }),
  }
  const rootKey = generateKey(crypto, random).key
  const root = issueCertificate({
    ...common,
    subject: { organization: 'sanstls tests', commonName: 'Root' },
    publicKey: rootKey.publicKey,
    issuerKey: rootKey,
    ca: true,
    keyUsage: ['keyCertSign', 'cRLSign'],
  })
  const intermediateKey = generateKey(crypto, random).key
  const intermediate = issueCertificate({
    ...common,
    subject: { organization: 'sanstls tests', commonName: 'Intermediate' },
    publicKey: intermediateKey.publicKey,
    issuer: root,
    issuerKey: rootKey,
    ca: { pathLength: 0 },
    keyUsage: ['keyCertSign', 'cRLSign'],
  })
  return {
    ca: pem(root),
    issue({ names = [], addresses = [], client }) {
      const { key, pkcs8 } = generateKey(crypto, random)
      const leaf = issueCertificate({
        ...common,
        subject: { commonName: client ?? names[0] ?? 'server' },
        publicKey: key.publicKey,
        issuer: intermediate,
        issuerKey: intermediateKey,
        ca: false,
        keyUsage: ['digitalSignature'],
        extendedKeyUsage: [client === undefined ? 'serverAuth' : 'clientAuth'],
        ...(client === undefined ? { subjectAltName: { dns: names, ip: addresses } } : {}),
      })
      return { cert: pem(leaf) + pem(intermediate), key: encodePem('PRIVATE KEY', pkcs8) }
    },
  }
}

const pem = (certificate: Certificate): string => encodePem('CERTIFICATE', certificate.der)

/** Any 32 random bytes below the group's order are a P-256 key (SEC 1 3.2.1), and almost all are. */
function generateKey(
  crypto: CryptoProvider,
  random: Random,
): { readonly key: SigningKey; readonly pkcs8: Uint8Array } {
  const secret = random(32)
  // The order begins with FFFFFFFF 00000000; this stays below it.
  secret[0] = 0x7f
  const pkcs8 = encodeSequence(
    encodeInteger(0),
    encodeSequence(
      encodeObjectIdentifier('1.2.840.10045.2.1'),
      encodeObjectIdentifier('1.2.840.10045.3.1.7'),
    ),
    encodeOctetString(encodeSequence(encodeInteger(1), encodeOctetString(secret))),
  )
  return { key: crypto.importPrivateKey(pkcs8), pkcs8 }
}
