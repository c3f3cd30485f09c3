/** ML-KEM (FIPS 203), alone and with ECDHE beside it (RFC 10024, RFC 9954). Node has it since 24.7. */

import * as nodeCrypto from 'node:crypto'
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { hybrid } from '@sanstls/core/noble'
import { tried } from './available.js'
import { fromHex, join, plain } from './bytes.js'
import { secp256r1, secp384r1 } from './ecdh.js'
import type { NativeGroup } from './group.js'
import { x25519 } from './montgomery.js'

/** What the types of the oldest supported Node do not know. */
interface KemFunctions {
  encapsulate(key: KeyObject): { sharedKey: Buffer; ciphertext: Buffer }
  decapsulate(key: KeyObject, ciphertext: Uint8Array): Buffer
}

const { encapsulate, decapsulate } = nodeCrypto as unknown as KemFunctions

interface Parameters {
  readonly id: number
  readonly name: string
  /** The last octet of 2.16.840.1.101.3.4.4. */
  readonly identifier: string
  /** Bytes. */
  readonly clientShareLength: number
  /** Bytes. */
  readonly serverShareLength: number
  /** SubjectPublicKeyInfo up to the key. */
  readonly spkiPrefix: string
}

const seedLength = 64

function mlkem(parameters: Parameters): NativeGroup {
  const { id, name, identifier, clientShareLength, serverShareLength } = parameters
  const algorithm = `300b 0609 6086480165030404${identifier}`
  // draft-ietf-lamps-kyber-certificates 6: the private key as a seed, which is [0].
  const pkcs8Prefix = fromHex(`3054 020100 ${algorithm} 0442 8040`)
  const spkiPrefix = fromHex(parameters.spkiPrefix.replace('*', algorithm))

  const group: Omit<NativeGroup, 'available'> = {
    id,
    name,
    clientShareLength,
    serverShareLength,
    generate(random) {
      const pkcs8 = join(pkcs8Prefix, random(seedLength))
      let key: KeyObject | undefined = createPrivateKey({
        key: Buffer.from(pkcs8.buffer),
        format: 'der',
        type: 'pkcs8',
      })
      pkcs8.fill(0)
      const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
      return {
        share: plain(spki).slice(-clientShareLength),
        decapsulate(serverShare) {
          if (key === undefined) throw new Error(`${name}: the key pair was wiped`)
          // FIPS 203 7.3: any ciphertext of the right length gives a secret, a wrong one where it was tampered with.
          if (serverShare.length !== serverShareLength) return undefined
          return plain(decapsulate(key, serverShare))
        },
        wipe() {
          // OpenSSL clears a key when it frees it.
          key = undefined
        },
      }
    },
    /** OpenSSL draws by itself here. */
    encapsulate(clientShare) {
      if (clientShare.length !== clientShareLength) return undefined
      let key: KeyObject
      try {
        // Fails where a coefficient is not reduced (FIPS 203 7.2).
        const spki = join(spkiPrefix, clientShare)
        key = createPublicKey({ key: Buffer.from(spki.buffer), format: 'der', type: 'spki' })
      } catch {
        return undefined
      }
      const { sharedKey, ciphertext } = encapsulate(key)
      return { share: plain(ciphertext), secret: plain(sharedKey) }
    },
  }
  return {
    ...group,
    available: tried(() => {
      const random = (length: number) => new Uint8Array(length)
      const pair = group.generate(random)
      const answer = group.encapsulate(pair.share, random)
      const secret = answer && pair.decapsulate(answer.share)
      return secret !== undefined && Buffer.compare(secret, answer?.secret ?? secret) === 0
    }),
  }
}

/** Opt-in: draft-ietf-tls-mlkem. */
export const MLKEM512: NativeGroup = /* @__PURE__ */ mlkem({
  id: 0x0200,
  name: 'MLKEM512',
  identifier: '01',
  clientShareLength: 800,
  serverShareLength: 768,
  spkiPrefix: '30820332 * 03820321 00',
})

/** Opt-in: draft-ietf-tls-mlkem. */
export const MLKEM768: NativeGroup = /* @__PURE__ */ mlkem({
  id: 0x0201,
  name: 'MLKEM768',
  identifier: '02',
  clientShareLength: 1184,
  serverShareLength: 1088,
  spkiPrefix: '308204b2 * 038204a1 00',
})

/** Opt-in: draft-ietf-tls-mlkem. */
export const MLKEM1024: NativeGroup = /* @__PURE__ */ mlkem({
  id: 0x0202,
  name: 'MLKEM1024',
  identifier: '03',
  clientShareLength: 1568,
  serverShareLength: 1568,
  spkiPrefix: '30820632 * 03820621 00',
})

function nativeHybrid(
  id: number,
  name: string,
  first: NativeGroup,
  second: NativeGroup,
): NativeGroup {
  return {
    ...hybrid(id, name, first, second),
    available: () => first.available() && second.available(),
  }
}

/** RFC 10024: the ML-KEM part comes first. */
export const X25519MLKEM768: NativeGroup = /* @__PURE__ */ nativeHybrid(
  0x11ec,
  'X25519MLKEM768',
  MLKEM768,
  x25519,
)

/** RFC 10024: the elliptic curve part comes first. */
export const SecP256r1MLKEM768: NativeGroup = /* @__PURE__ */ nativeHybrid(
  0x11eb,
  'SecP256r1MLKEM768',
  secp256r1,
  MLKEM768,
)

/** RFC 10024: the elliptic curve part comes first. */
export const SecP384r1MLKEM1024: NativeGroup = /* @__PURE__ */ nativeHybrid(
  0x11ed,
  'SecP384r1MLKEM1024',
  secp384r1,
  MLKEM1024,
)
