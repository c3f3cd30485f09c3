/** ML-KEM (FIPS 203) over noble, alone and with ECDHE beside it (RFC 10024, RFC 9954). */
import { ml_kem512, ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js'
import type { NamedGroup } from '../provider.js'
import { draw } from './draw.js'
import { secp256r1, secp384r1, x25519 } from './group.js'

const seedLength = 64
const messageLength = 32

function mlkem(id: number, name: string, kem: typeof ml_kem768): NamedGroup {
  const clientShareLength = kem.lengths.publicKey ?? 0
  const serverShareLength = kem.lengths.cipherText ?? 0
  return {
    id,
    name,
    clientShareLength,
    serverShareLength,
    generate(random) {
      const seed = draw(random, seedLength)
      const { publicKey, secretKey } = kem.keygen(seed)
      seed.fill(0)
      let wiped = false
      return {
        share: publicKey,
        decapsulate(serverShare) {
          if (wiped) throw new Error(`${name}: the key pair was wiped`)
          // FIPS 203 7.3: any ciphertext of the right length gives a secret, a wrong one where it was tampered with.
          if (serverShare.length !== serverShareLength) return undefined
          return kem.decapsulate(serverShare, secretKey)
        },
        wipe() {
          wiped = true
          secretKey.fill(0)
        },
      }
    },
    encapsulate(clientShare, random) {
      if (clientShare.length !== clientShareLength) return undefined
      const message = draw(random, messageLength)
      try {
        // Throws where a coefficient is not reduced (FIPS 203 7.2).
        const { cipherText, sharedSecret } = kem.encapsulate(clientShare, message)
        return { share: cipherText, secret: sharedSecret }
      } catch {
        return undefined
      } finally {
        message.fill(0)
      }
    },
  }
}

/** Opt-in: draft-ietf-tls-mlkem. */
export const MLKEM512: NamedGroup = /* @__PURE__ */ mlkem(0x0200, 'MLKEM512', ml_kem512)
/** Opt-in: draft-ietf-tls-mlkem. */
export const MLKEM768: NamedGroup = /* @__PURE__ */ mlkem(0x0201, 'MLKEM768', ml_kem768)
/** Opt-in: draft-ietf-tls-mlkem. */
export const MLKEM1024: NamedGroup = /* @__PURE__ */ mlkem(0x0202, 'MLKEM1024', ml_kem1024)

/**
 * Both exchanges at once: shares and secrets are the parts' own, joined in the order given (RFC 9954 3.2, 3.3). All
 * parts have fixed lengths.
 */
export function hybrid(
  id: number,
  name: string,
  first: NamedGroup,
  second: NamedGroup,
): NamedGroup {
  return {
    id,
    name,
    clientShareLength: first.clientShareLength + second.clientShareLength,
    serverShareLength: first.serverShareLength + second.serverShareLength,
    generate(random) {
      const one = first.generate(random)
      const two = second.generate(random)
      return {
        share: join(one.share, two.share),
        decapsulate(serverShare) {
          if (serverShare.length !== first.serverShareLength + second.serverShareLength) {
            return undefined
          }
          const secretOne = one.decapsulate(serverShare.subarray(0, first.serverShareLength))
          const secretTwo = two.decapsulate(serverShare.subarray(first.serverShareLength))
          return secretOne && secretTwo && joinSecrets(secretOne, secretTwo)
        },
        wipe() {
          one.wipe()
          two.wipe()
        },
      }
    },
    encapsulate(clientShare, random) {
      if (clientShare.length !== first.clientShareLength + second.clientShareLength) {
        return undefined
      }
      const one = first.encapsulate(clientShare.subarray(0, first.clientShareLength), random)
      const two = one && second.encapsulate(clientShare.subarray(first.clientShareLength), random)
      if (one === undefined || two === undefined) return undefined
      return { share: join(one.share, two.share), secret: joinSecrets(one.secret, two.secret) }
    },
    warmUp() {
      first.warmUp?.()
      second.warmUp?.()
    },
  }
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
}

function joinSecrets(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = join(first, second)
  first.fill(0)
  second.fill(0)
  return joined
}

/** RFC 10024: the ML-KEM part comes first. */
export const X25519MLKEM768: NamedGroup = /* @__PURE__ */ hybrid(
  0x11ec,
  'X25519MLKEM768',
  MLKEM768,
  x25519,
)

/** RFC 10024: the elliptic curve part comes first. */
export const SecP256r1MLKEM768: NamedGroup = /* @__PURE__ */ hybrid(
  0x11eb,
  'SecP256r1MLKEM768',
  secp256r1,
  MLKEM768,
)

/** RFC 10024: the elliptic curve part comes first. */
export const SecP384r1MLKEM1024: NamedGroup = /* @__PURE__ */ hybrid(
  0x11ed,
  'SecP384r1MLKEM1024',
  secp384r1,
  MLKEM1024,
)
