/** Diffie-Hellman parameters, for us and as files for peers. */
import { getDiffieHellman } from 'node:crypto'
import type { DhParameters } from '@sanstls/core'
import { encodeInteger, encodeSequence } from '@sanstls/core/der'
import { finiteField } from '@sanstls/core/noble/tls12'
import { encodePem } from '@sanstls/x509'
import { temporaryFile } from './authority.js'

const ffdheIds = new Map([
  ['ffdhe2048', 256],
  ['ffdhe3072', 257],
  ['ffdhe4096', 258],
  ['ffdhe6144', 259],
  ['ffdhe8192', 260],
])

const files = new Map<string, string>()

/** Of RFC 7919, or of RFC 2409 and RFC 3526: `modp2` has 1024 bits, `modp14` 2048. */
export function parametersOf(name: string): DhParameters {
  const named = finiteField.parameters(ffdheIds.get(name) ?? 0)
  if (named !== undefined) return named
  const group = getDiffieHellman(name)
  return {
    prime: new Uint8Array(group.getPrime()),
    generator: new Uint8Array(group.getGenerator()),
  }
}

/** PEM (PKCS #3). */
export function parametersFile(name: string): string {
  const found = files.get(name)
  if (found !== undefined) return found
  const { prime, generator } = parametersOf(name)
  const der = encodeSequence(encodeInteger(prime), encodeInteger(generator))
  const file = temporaryFile(encodePem('DH PARAMETERS', der), 'pem')
  files.set(name, file)
  return file
}
