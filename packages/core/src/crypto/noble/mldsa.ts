/** ML-DSA (FIPS 204) with an empty context over noble: draft-ietf-tls-mldsa, RFC 9881. */

import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { copyBytes } from '../../bytes.js'
import { contextPrimitive, DerReader, tags } from '../../der/reader.js'
import type { SignatureAlgorithm } from '../provider.js'
import { draw } from './draw.js'
import { equal, type KeyImporter, publicKeyOf } from './private-key.js'

type Name = 'mldsa44' | 'mldsa65' | 'mldsa87'

const seedLength = 32

function mldsa(name: Name, noble: typeof ml_dsa44): SignatureAlgorithm {
  return {
    name,
    supports: (key) => key.type === name,
    verify(key, message, signature) {
      if (key.type !== name) return false
      try {
        return noble.verify(signature, message, key.publicKey)
      } catch {
        return false
      }
    },
  }
}

export const mldsa44: SignatureAlgorithm = /* @__PURE__ */ mldsa('mldsa44', ml_dsa44)
export const mldsa65: SignatureAlgorithm = /* @__PURE__ */ mldsa('mldsa65', ml_dsa65)
export const mldsa87: SignatureAlgorithm = /* @__PURE__ */ mldsa('mldsa87', ml_dsa87)

function mldsaKeys(name: Name, oid: string, noble: typeof ml_dsa44): KeyImporter {
  return {
    algorithms: [oid],
    read(info) {
      const { publicKey, secretKey } = readPrivateKey(info.privateKey, name, noble)
      return {
        publicKey: publicKeyOf(info, publicKey),
        algorithms: [name],
        sign(algorithm, message, random) {
          if (algorithm !== name)
            throw new TypeError(`an ${name} key cannot sign with ${algorithm}`)
          // FIPS 204 3.4: the hedged variant.
          return noble.sign(message, secretKey, { extraEntropy: draw(random, 32) })
        },
      }
    },
  }
}

/** RFC 9881 6: a seed, an expanded key, or both, which then must agree. */
function readPrivateKey(
  der: Uint8Array,
  name: Name,
  noble: typeof ml_dsa44,
): { publicKey: Uint8Array; secretKey: Uint8Array } {
  const reader = new DerReader(der)
  const seedTag = contextPrimitive(0)
  let seed: Uint8Array | undefined
  let expanded: Uint8Array | undefined
  if (reader.at(seedTag)) {
    seed = reader.readOctetString(seedTag)
  } else if (reader.at(tags.octetString)) {
    expanded = reader.readOctetString()
  } else {
    const outer = reader.enter(tags.sequence)
    seed = reader.readOctetString()
    expanded = reader.readOctetString()
    reader.leave(outer)
  }
  reader.end()
  if (seed !== undefined && seed.length !== seedLength) {
    throw new TypeError(`${name} private key: a seed of ${seedLength} bytes expected`)
  }
  if (expanded !== undefined && expanded.length !== noble.lengths.secretKey) {
    throw new TypeError(`${name} private key: the expanded key has a wrong length`)
  }
  if (seed === undefined) {
    // One of both is there.
    const secretKey = copyBytes(expanded as Uint8Array)
    return { publicKey: noble.getPublicKey(secretKey), secretKey }
  }
  const keys = noble.keygen(seed)
  if (expanded !== undefined && !equal(expanded, keys.secretKey)) {
    throw new TypeError(`${name} private key: seed and expanded key contradict each other`)
  }
  return keys
}

export const mldsa44Keys: KeyImporter = /* @__PURE__ */ mldsaKeys(
  'mldsa44',
  '2.16.840.1.101.3.4.3.17',
  ml_dsa44,
)
export const mldsa65Keys: KeyImporter = /* @__PURE__ */ mldsaKeys(
  'mldsa65',
  '2.16.840.1.101.3.4.3.18',
  ml_dsa65,
)
export const mldsa87Keys: KeyImporter = /* @__PURE__ */ mldsaKeys(
  'mldsa87',
  '2.16.840.1.101.3.4.3.19',
  ml_dsa87,
)
