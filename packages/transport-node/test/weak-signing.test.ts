// Schemes that a configuration has to name were used for verifying, and never for signing, since keys do not list them.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { type CryptoProvider, createClient, createServer, tls12 } from '@sanstls/core'
import * as nobleEntries from '@sanstls/core/noble'
import { noble } from '@sanstls/core/noble'
import { Pair } from '@sanstls/core/testing'
import * as nodeEntries from '@sanstls/transport-node/crypto'
import { nodeCrypto } from '@sanstls/transport-node/crypto'
import { issueCertificate } from '@sanstls/x509'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const schemes = {
  ecdsa_sha224: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ecdsa_sha1: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  rsa_pkcs1_sha224: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  rsa_pkcs1_sha1: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
}
type Name = keyof typeof schemes

const providers: readonly (readonly [CryptoProvider, Pick<typeof nobleEntries, Name>])[] = [
  [noble, nobleEntries],
  [nodeCrypto, nodeEntries],
]
const random = (length: number) => new Uint8Array(randomBytes(length))

for (const [crypto, entries] of providers)
  for (const name of Object.keys(schemes) as Name[])
    test(`${name} signs where it is named, over ${crypto.name}`, () => {
      const withWeak = { ...crypto, signatures: [...crypto.signatures, entries[name]] }
      const pkcs8 = schemes[name]().privateKey.export({ format: 'der', type: 'pkcs8' })
      const key = crypto.importPrivateKey(new Uint8Array(pkcs8))
      const certificate = issueCertificate({
        random,
        notBefore: 0,
        notAfter: Date.now() * 2,
        subject: { commonName: 'server.example' },
        publicKey: key.publicKey,
        issuerKey: key,
        ca: false,
      })
      const common = { versions: [tls12], crypto: withWeak, random }
      const pair = new Pair(
        (now) =>
          createClient(
            {
              ...common,
              serverName: 'server.example',
              signatureSchemes: [name],
              verify: { dangerouslyAcceptAnyPeer: true },
            },
            now,
          ),
        (now) =>
          createServer(
            {
              ...common,
              credentials: [{ chain: [certificate.der], key }],
              signingSchemes: [name],
            },
            now,
          ),
      ).run()
      assert.is(pair.server.fault?.message, undefined)
      assert.is(pair.client.info?.signatureScheme?.name, name)
    })

test.run()
