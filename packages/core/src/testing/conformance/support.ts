/** What the conformance cases are made of. */
import { copyBytes } from '../../bytes.js'
import type { AeadAlgorithm, CryptoProvider, NamedGroup, Random } from '../../crypto/provider.js'

/** One thing that a provider must do. */
export interface ConformanceCase {
  readonly name: string
  /**
   * Returns how many checks or vectors passed.
   * @throws {Error} on the first that did not.
   */
  run(): number
}

export interface ConformanceOptions {
  /** AEADs to test beside those of the suites. */
  readonly aeads?: readonly AeadAlgorithm[]
  /** A provider to exchange keys, records and signatures with. */
  readonly reference?: CryptoProvider
  /**
   * A source of randomness with which `group.generate` makes the key pair of this private key, or with which
   * `encapsulate` uses this message. How a group turns randomness into keys is its own affair, so only its tests can
   * tell. Without it shares are checked, but not the secrets of published vectors.
   *
   * Private keys are as the vectors print them: big-endian of the curve's length, the bytes of RFC 7748, or the seed
   * of FIPS 203 (d and z); messages are those of FIPS 203.
   */
  readonly fix?: (
    group: NamedGroup,
    kind: 'privateKey' | 'message',
    value: Uint8Array,
  ) => Random | undefined
  /** A parsed file of Wycheproof's testvectors_v1, by name; undefined where it is not there. */
  readonly load?: (file: string) => unknown
  /** The provider has what its runtime offers: it may refuse kinds of keys, and some of their algorithms. */
  readonly partial?: boolean
  /** Runs every vector; otherwise the slow families are sampled with a stride. */
  readonly all?: boolean
}

/** What every part of the suite is given. */
export interface Subject extends ConformanceOptions {
  readonly provider: CryptoProvider
  readonly random: Random
}

export function bytes(hexadecimal: string): Uint8Array {
  const digits = hexadecimal.replaceAll(/\s/g, '')
  const result = new Uint8Array(digits.length / 2)
  for (let i = 0; i < result.length; i++) {
    result[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  }
  return result
}

export function hexadecimal(value: Uint8Array): string {
  return Array.from(value, (octet) => octet.toString(16).padStart(2, '0')).join('')
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    result.set(part, at)
    at += part.length
  }
  return result
}

export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message)
}

export function checkEqual(
  actual: Uint8Array | undefined,
  expected: Uint8Array,
  message: string,
): void {
  const text = actual === undefined ? 'undefined' : hexadecimal(actual)
  check(text === hexadecimal(expected), `${message}: ${text} instead of ${hexadecimal(expected)}`)
}

/** The same bytes again and again: only for seeing whether randomness decides a result. */
export function repeatable(seed: number): Random {
  let state = seed
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0
      return state >>> 24
    })
}

export function flipBit(value: Uint8Array, bit: number): Uint8Array {
  const result = copyBytes(value)
  result[bit >> 3] = (result[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return result
}

/** Each AEAD once: those of the suites, and the additional ones. */
export function aeadsOf({ provider, aeads = [] }: Subject): AeadAlgorithm[] {
  const suites12 = (provider.suites12 ?? []).flatMap(({ records }) =>
    records.kind === 'aead' ? [records.aead] : [],
  )
  const all = [...provider.suites.map(({ aead }) => aead), ...suites12, ...aeads]
  return [...new Map(all.map((aead) => [aead.name, aead])).values()]
}
