/** ECDSA (RFC 8422, FIPS 186-5) on P-256. Signatures are DER (RFC 3279 2.2.3). */
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import { p256 } from '../../noble/curve.js'
import { draw } from '../../noble/draw.js'
import { ecKeys } from '../../noble/ec-key.js'
import { leftmost256, order256, parseSignature256, signWith } from '../../noble/ecdsa256.js'
import { sha256, sha384, sha512 } from '../../noble/hash.js'
import type { KeyImporter } from '../../noble/private-key.js'
import type { HashAlgorithm, SignatureAlgorithm } from '../../provider.js'
import { combination256, multiple256, signature256 } from './curve.js'
import type { CurveEngine } from './engine.js'

/** Bytes of a number. */
const length = 32

export function createSignatures(engine: CurveEngine): readonly SignatureAlgorithm[] {
  return [sha256, sha384, sha512].map((hash) => verifier(engine, hash))
}

/** Private keys on P-256. */
export function createKeys(engine: CurveEngine): KeyImporter {
  return ecKeys([p256], (_curve, secret, digest, random) =>
    sign(engine, secret, digest, draw(random, 32)),
  )
}

function verifier(engine: CurveEngine, hash: HashAlgorithm): SignatureAlgorithm {
  return {
    name: `ecdsa_${hash.name}`,
    supports: (key) => key.type === 'ec' && key.curve === 'secp256r1',
    verify(key, message, signature) {
      if (key.type !== 'ec' || key.curve !== 'secp256r1') return false
      // RFC 8422 5.1.2: uncompressed points only.
      if (key.publicKey.length !== 1 + 2 * length || key.publicKey[0] !== 4) return false
      const parsed = parseSignature256(signature)
      if (parsed === undefined) return false
      const { r, s } = parsed
      const e = leftmost256(hash.hash(message))
      const x = combination256(engine, e, r, s, key.publicKey.subarray(1))
      return x !== undefined && bytesToNumberBE(x) % order256 === bytesToNumberBE(r)
    },
  }
}

function sign(
  engine: CurveEngine,
  secret: Uint8Array,
  digest: Uint8Array,
  additional: Uint8Array,
): Uint8Array {
  const e = leftmost256(digest)
  return signWith(secret, digest, additional, (k) => {
    const x = multiple256(engine, k)
    if (x === undefined) throw new Error('the base point is on the curve')
    const r = numberToBytesBE(bytesToNumberBE(x.subarray(0, length)) % order256, length)
    return { r, s: signature256(engine, e, r, secret, k) }
  })
}
