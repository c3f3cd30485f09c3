/** As `nullGroup`, modulo a prime that the server names: shares are checked as real ones are. */
import { hex } from '../../bytes.js'
import type { FiniteField, NamedGroup } from '../../crypto/provider.js'
import { namedGroup } from '../../wire/registry.js'
import { NullHash } from './hash.js'

const maxPrimeLength = 1024

/** Of 2048 bits and odd; nothing here depends on more. */
const toyPrime = new Uint8Array(256).fill(0xff)

export const nullFiniteField: FiniteField = {
  group(prime, generator) {
    const [p, g] = [numberOf(prime), numberOf(generator)]
    const length = Math.ceil(p.toString(2).length / 8)
    const fits = length <= maxPrimeLength && g >= 2n && g <= p - 2n
    return fits && (p & 1n) === 1n ? fieldGroup(0, 'dhe', p, length) : undefined
  },
  parameters: (id) =>
    id === namedGroup.ffdhe2048 ? { prime: toyPrime, generator: Uint8Array.of(2) } : undefined,
}

/** Named as the first group of RFC 7919, which it is not. */
export const nullFfdhe2048: NamedGroup = /* @__PURE__ */ (() =>
  fieldGroup(namedGroup.ffdhe2048, 'ffdhe2048', numberOf(toyPrime), toyPrime.length))()

function fieldGroup(id: number, name: string, prime: bigint, length: number): NamedGroup {
  const isValid = (share: Uint8Array) => {
    const number = numberOf(share)
    return share.length === length && number > 1n && number < prime - 1n
  }
  /** Small enough for every prime of this length, so that it begins with zeros. */
  const draw = (random: (length: number) => Uint8Array) => {
    const share = new Uint8Array(length)
    share.set(random(length - 1), 1)
    share[length - 1] = (share[length - 1] ?? 0) | 2
    return share
  }
  return {
    id,
    name,
    clientShareLength: length,
    serverShareLength: length,
    generate(random) {
      const share = draw(random)
      return {
        share,
        decapsulate: (other) => (isValid(other) ? secretOf(prime, other, share) : undefined),
        wipe: () => undefined,
      }
    },
    encapsulate(other, random) {
      if (!isValid(other)) return undefined
      const share = draw(random)
      return { share, secret: secretOf(prime, share, other) }
    },
  }
}

/** The same on both sides, whoever generated first; with leading zeros, as any such secret may have. */
function secretOf(prime: bigint, one: Uint8Array, other: Uint8Array): Uint8Array {
  const running = new NullHash(8)
  running.update(Uint8Array.from(prime.toString(16), (digit) => digit.charCodeAt(0)))
  for (const share of hex(one) < hex(other) ? [one, other] : [other, one]) {
    running.separate()
    running.update(share)
  }
  const secret = new Uint8Array(one.length)
  secret.set(running.digest(), one.length - 32)
  return secret
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x0${hex(bytes)}`)
}
