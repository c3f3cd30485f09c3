/** Diffie-Hellman modulo a prime of the server's choice (RFC 5246 7.4.3), for suites of TLS 1.2 with DHE. */
import type { FiniteField, NamedGroup } from '@sanstls/core'
import { type Field, fieldGroup, finiteFieldOver } from '@sanstls/core/noble/tls12'
import { type Available, isOpenSsl30 } from './available.js'
import { bytesToNumber, numberToBytes } from './bytes.js'
import { ffdhe2048 } from './ffdhe.js'
import { primeField, withKeys, withObject } from './field.js'
import { diffieHellman, type PrivateShare } from './group.js'

export type NativeFiniteField = FiniteField & Available

export const finiteField: NativeFiniteField = /* @__PURE__ */ (() => ({
  ...finiteFieldOver(groupOf),
  available: () => ffdhe2048.available(),
}))()

function groupOf(field: Field): NamedGroup {
  const { id, name, length, exponentLength } = field
  const p = field.prime()
  const generator = numberToBytes(field.generator, length)
  const numbers = primeField(numberToBytes(p, length), generator)
  // Only safe primes that have names come with short exponents.
  const make = exponentLength < length && isOpenSsl30() ? withObject : withKeys
  const isValid = (share: Uint8Array): boolean => {
    const y = bytesToNumber(share)
    return y > 1n && y < p - 1n
  }
  return diffieHellman({
    id,
    name,
    shareLength: length,
    generate(random) {
      const exponent = new Uint8Array(random(exponentLength))
      try {
        const { share, agree } = make(numbers, exponent)
        return { share, agree: (peer) => (isValid(peer) ? orUndefined(agree, peer) : undefined) }
      } catch {
        return overNoble(field, exponent)
      } finally {
        exponent.fill(0)
      }
    },
    probe: () => true,
  })
}

/** OpenSSL fails where the secret would be 1 or p - 1, which only an element of small order leads to. */
function orUndefined(agree: PrivateShare['agree'], share: Uint8Array): Uint8Array | undefined {
  try {
    return agree(share)
  } catch {
    return undefined
  }
}

/** OpenSSL works with no primes below 512 bits, and is free to dislike others. */
function overNoble(field: Field, exponent: Uint8Array): PrivateShare {
  const pair = fieldGroup(field).generate(() => exponent)
  return {
    share: pair.share,
    agree: (share) => pair.decapsulate(share),
    wipe: () => pair.wipe(),
  }
}
