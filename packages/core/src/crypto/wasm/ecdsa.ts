/** ECDSA (RFC 8422, FIPS 186-5) on P-256, to verify. What is verified is public: scalars are BigInts. */
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import { p256 } from '../noble/curve.js'
import { sha256, sha384, sha512 } from '../noble/hash.js'
import type { HashAlgorithm, SignatureAlgorithm } from '../provider.js'
import { combination256 } from './curve.js'
import type { Engine } from './engine.js'

/** SP 800-186 3.2.1.3. */
export const order256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

export function createSignatures(engine: Engine): readonly SignatureAlgorithm[] {
  return [sha256, sha384, sha512].map((hash) => ecdsa(engine, hash))
}

function ecdsa(engine: Engine, hash: HashAlgorithm): SignatureAlgorithm {
  return {
    name: `ecdsa_${hash.name}`,
    supports: (key) => key.type === 'ec' && key.curve === 'secp256r1',
    verify(key, message, signature) {
      // RFC 8422 5.1.2: uncompressed points only.
      if (key.type !== 'ec' || key.curve !== 'secp256r1') return false
      if (key.publicKey.length !== 65 || key.publicKey[0] !== 4) return false
      const parsed = parse(signature)
      if (parsed === undefined) return false
      const { r, s } = parsed
      // FIPS 186-5 6.4.2. The hash's leftmost 256 bits.
      const e = bytesToNumberBE(hash.hash(message).subarray(0, 32))
      const w = p256.exchange().point.Fn.inv(s)
      const x = combination256(
        engine,
        numberToBytesBE((e * w) % order256, 32),
        numberToBytesBE((r * w) % order256, 32),
        key.publicKey.subarray(1),
      )
      return x !== undefined && bytesToNumberBE(x) % order256 === r
    },
  }
}

/** Both numbers, from 1 to the order less one; undefined where the DER (RFC 3279 2.2.3) is malformed. */
function parse(signature: Uint8Array): { readonly r: bigint; readonly s: bigint } | undefined {
  try {
    return p256.verifier().Signature.fromBytes(signature, 'der')
  } catch {
    return undefined
  }
}
