/** Real keys, made anew for each run, under certificates of the null provider, which nobody looks into. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { SigningKey } from '#src/crypto/provider.js'
import type { Credential } from '#src/decision.js'
import { nobleTls12 } from '#src/noble/tls12.js'
import { nullCertificate } from '#src/testing.js'

interface Imported {
  readonly key: SigningKey
  readonly credential: Credential
}

function imported(privateKey: KeyObject): Imported {
  const pkcs8 = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }))
  const key = nobleTls12.importPrivateKey(pkcs8)
  return { key, credential: { chain: [nullCertificate('server.example', key.publicKey)], key } }
}

export const realEd25519 = imported(generateKeyPairSync('ed25519').privateKey)
export const realRsa = imported(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
