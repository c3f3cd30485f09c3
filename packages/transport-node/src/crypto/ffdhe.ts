/** Finite-field Diffie-Hellman over the safe primes of RFC 7919. */
import { ffdheParameters } from '@sanstls/core/noble'
import { isOpenSsl30, lazy } from './available.js'
import { bytesToNumber, numberToBytes } from './bytes.js'
import { primeField, withKeys, withObject } from './field.js'
import { diffieHellman, type NativeGroup } from './group.js'

const generator = Uint8Array.of(2)

function ffdhe(id: number, name: keyof typeof ffdheParameters): NativeGroup {
  const { bits, prime, exponentLength } = ffdheParameters[name]
  const length = bits / 8
  const field = lazy(() => primeField(numberToBytes(prime(), length), generator))
  /** RFC 7919 5.1, RFC 9846 4.3.8.1: 1 < Y < p - 1. The prime being safe, no other element has small order. */
  const isValid = (share: Uint8Array): boolean => {
    const y = bytesToNumber(share)
    return y > 1n && y < prime() - 1n
  }
  return diffieHellman({
    id,
    name,
    shareLength: length,
    generate(random) {
      const exponent = new Uint8Array(random(exponentLength))
      const { share, agree } = (isOpenSsl30() ? withObject : withKeys)(field(), exponent)
      exponent.fill(0)
      return { share, agree: (peer) => (isValid(peer) ? agree(peer) : undefined) }
    },
    // The smallest group stands for all: they differ in length alone. BoringSSL has no such keys.
    probe: () => (name === 'ffdhe2048' ? exchangesWithItself(ffdhe2048) : ffdhe2048.available()),
  })
}

function exchangesWithItself(group: NativeGroup): boolean {
  const pair = group.generate((length) => new Uint8Array(length).fill(1))
  return pair.decapsulate(pair.share) !== undefined
}

export const ffdhe2048: NativeGroup = /* @__PURE__ */ ffdhe(256, 'ffdhe2048')
export const ffdhe3072: NativeGroup = /* @__PURE__ */ ffdhe(257, 'ffdhe3072')
export const ffdhe4096: NativeGroup = /* @__PURE__ */ ffdhe(258, 'ffdhe4096')
export const ffdhe6144: NativeGroup = /* @__PURE__ */ ffdhe(259, 'ffdhe6144')
export const ffdhe8192: NativeGroup = /* @__PURE__ */ ffdhe(260, 'ffdhe8192')
