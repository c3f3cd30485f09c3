/**
 * Short records in WebAssembly: node:crypto makes an object of OpenSSL's for each record, which takes longer than the
 * module of @sanstls/core/wasm/aeads takes for the whole record, and its AES has no tables either.
 */
import type {
  Aead,
  AeadAlgorithm,
  CipherSuite,
  CipherSuite12,
  CryptoProvider,
  EntryDescription,
} from '@sanstls/core'
import { wasmAeads } from '@sanstls/core/wasm/aeads'
import { lazy } from './available.js'
import { fromWords, toWords } from './bytes.js'

/** Bytes up to which the module is faster. */
const limits: Readonly<Record<string, number>> = {
  'AES-128-GCM': 1024,
  'AES-256-GCM': 1024,
  'ChaCha20-Poly1305': 4096,
}

/** Compiling the module takes longer than so many short records. */
const recordsBeforeModule = 256
let records = 0

/** Keys that have a state for the module, the oldest first: one takes 4 KiB, and is made again in 2 us. */
const ready = new Set<DividedKey>()
const mostReady = 64

/** `provider`, but for short records under the AEADs that the module has. */
export function withShortRecords(provider: CryptoProvider): CryptoProvider {
  const suites = lazy(() => provider.suites.map(divided))
  const suites12 = lazy(() => (provider.suites12 ?? []).map(divided12))
  return {
    name: provider.name,
    get suites() {
      return suites()
    },
    get suites12() {
      return suites12()
    },
    get groups() {
      return provider.groups
    },
    get signatures() {
      return provider.signatures
    },
    get hashes() {
      return provider.hashes
    },
    get finiteField() {
      return provider.finiteField
    },
    get rsaEncryption() {
      return provider.rsaEncryption
    },
    importPrivateKey: (pkcs8) => provider.importPrivateKey(pkcs8),
    describe: () => provider.describe().map((entry) => described(entry, provider)),
  }
}

function described(entry: EntryDescription, { suites, suites12 = [] }: CryptoProvider) {
  if (entry.kind !== 'suite') return entry
  const suite = suites.find(({ name }) => name === entry.name)
  const records = suites12.find(({ name }) => name === entry.name)?.records
  const aead = suite?.aead ?? (records?.kind === 'aead' ? records.aead : undefined)
  if (aead === undefined || limits[aead.name] === undefined || inModule(aead) === undefined)
    return entry
  return { ...entry, shortRecords: wasmAeads.name }
}

const inModule = ({ name }: AeadAlgorithm) =>
  wasmAeads.suites.find(({ aead }) => aead.name === name)?.aead

const divided = (suite: CipherSuite): CipherSuite => ({ ...suite, aead: divide(suite.aead) })

function divided12(suite: CipherSuite12): CipherSuite12 {
  const { records } = suite
  return records.kind === 'aead'
    ? { ...suite, records: { ...records, aead: divide(records.aead) } }
    : suite
}

function divide(long: AeadAlgorithm): AeadAlgorithm {
  const limit = limits[long.name]
  if (limit === undefined) return long
  const short = lazy(() => inModule(long))
  return {
    ...long,
    create(key) {
      if (key.length !== long.keyLength)
        throw new TypeError(`${long.name} key of ${long.keyLength} bytes expected`)
      return new DividedKey(toWords(key), limit, long, short)
    },
  }
}

/** A key whose two forms are made when they are needed: many a connection has short records only. */
class DividedKey implements Aead {
  readonly #limit: number
  readonly #long: AeadAlgorithm
  readonly #short: () => AeadAlgorithm | undefined
  /** In words: it is held as long as the connection, and a typed array takes 200 bytes, however short it is. */
  #key: number[] | undefined
  #forLong: Aead | undefined
  #forShort: Aead | undefined

  constructor(
    key: number[],
    limit: number,
    long: AeadAlgorithm,
    short: () => AeadAlgorithm | undefined,
  ) {
    this.#key = key
    this.#limit = limit
    this.#long = long
    this.#short = short
  }

  seal(
    nonce: Uint8Array,
    aad: Uint8Array,
    input: Uint8Array,
    trailer: Uint8Array,
    out: Uint8Array,
    outOffset: number,
  ): number {
    return this.#for(input.length).seal(nonce, aad, input, trailer, out, outOffset)
  }

  open(nonce: Uint8Array, aad: Uint8Array, input: Uint8Array): Uint8Array | undefined {
    return this.#for(input.length).open(nonce, aad, input)
  }

  wipe(): void {
    this.drop()
    this.#forLong?.wipe()
    this.#forLong = undefined
    this.#key?.fill(0)
    this.#key = undefined
  }

  /** Gives the state for the module up. */
  drop(): void {
    ready.delete(this)
    this.#forShort?.wipe()
    this.#forShort = undefined
  }

  #for(length: number): Aead {
    if (this.#forShort !== undefined && length <= this.#limit) return this.#forShort
    const key = this.#key
    if (key === undefined) throw new Error('the key was wiped')
    const short = length <= this.#limit && records++ >= recordsBeforeModule && this.#short()
    if (short) return this.#prepare(short, key)
    this.#forLong ??= create(this.#long, key)
    return this.#forLong
  }

  #prepare(short: AeadAlgorithm, key: readonly number[]): Aead {
    for (const oldest of ready) {
      if (ready.size < mostReady) break
      oldest.drop()
    }
    ready.add(this)
    this.#forShort = create(short, key)
    return this.#forShort
  }
}

function create(algorithm: AeadAlgorithm, words: readonly number[]): Aead {
  const key = fromWords(words)
  const aead = algorithm.create(key)
  key.fill(0)
  return aead
}
