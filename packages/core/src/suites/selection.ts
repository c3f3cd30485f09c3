/** What a cipher list works on: an order of all suites, of which some are chosen. The steps are those of OpenSSL. */
import { type Suite, suites } from './table.js'

export type Test = (suite: Suite) => boolean

/**
 * The order before a list says anything, by what counts most: true goes before false, higher before lower. Within one
 * strength OpenSSL prefers AES-GCM, then ChaCha20, then the rest of AES, which is all there is here.
 */
const preferences: readonly ((suite: Suite) => number)[] = [
  (suite) => Number(isEphemeral(suite)),
  (suite) => Number(suite.mac === 'aead'),
  (suite) => Number(suite.minVersion === 'TLS 1.2'),
  (suite) => suite.strength,
  (suite) => Number(suite.keyExchange !== 'psk'),
  (suite) => Number(suite.keyExchange !== 'rsa'),
  (suite) => Number(suite.cipher.endsWith('_gcm')),
  (suite) => Number(suite.cipher === 'chacha20_poly1305'),
  (suite) => Number(suite.keyExchange === 'ecdhe' && suite.authentication === 'ecdsa'),
  (suite) => Number(suite.keyExchange === 'ecdhe'),
  (suite) => suite.id,
]

/** Authenticated by a certificate: with PSKs, OpenSSL does not count it. */
function isEphemeral({ keyExchange }: Suite): boolean {
  return keyExchange === 'ecdhe' || keyExchange === 'dhe'
}

function prefer(one: Suite, other: Suite): number {
  for (const preference of preferences) {
    const difference = preference(other) - preference(one)
    if (difference !== 0) return difference
  }
  return 0
}

/** The suites of TLS 1.2 and older, the most preferred first. */
export function preferredSuites(): readonly Suite[] {
  return suites.filter(({ minVersion }) => minVersion !== 'TLS 1.3').sort(prefer)
}

export class Selection {
  /** Those that are not chosen have a place too: it is where they come in when they are. */
  #order = preferredSuites()
  readonly #chosen = new Set<Suite>()

  chosen(): readonly Suite[] {
    return this.#order.filter((suite) => this.#chosen.has(suite))
  }

  /** Chooses, after what is chosen already. */
  add(test: Test): void {
    const added = this.#moveToEnd((suite) => !this.#chosen.has(suite) && test(suite))
    for (const suite of added) this.#chosen.add(suite)
  }

  /** Moves to the end what is chosen. */
  moveToEnd(test: Test): void {
    this.#moveToEnd((suite) => this.#chosen.has(suite) && test(suite))
  }

  /** What was given up last comes first when it is chosen again. */
  remove(test: Test): void {
    const removes = (suite: Suite) => this.#chosen.has(suite) && test(suite)
    const removed = this.#order.filter(removes)
    this.#order = [...removed, ...this.#order.filter((suite) => !removes(suite))]
    for (const suite of removed) this.#chosen.delete(suite)
  }

  /** For good: nothing chooses it again. */
  kill(test: Test): void {
    this.#order = this.#order.filter((suite) => !test(suite))
  }

  sortByStrength(): void {
    const chosen = this.chosen()
    const others = this.#order.filter((suite) => !this.#chosen.has(suite))
    this.#order = [...others, ...[...chosen].sort((a, b) => b.strength - a.strength)]
  }

  #moveToEnd(test: Test): readonly Suite[] {
    const moved = this.#order.filter(test)
    this.#order = [...this.#order.filter((suite) => !test(suite)), ...moved]
    return moved
  }
}
