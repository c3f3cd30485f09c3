/** ChaCha20-Poly1305 (RFC 8439) and AES-GCM (RFC 5116 5.1, NIST SP 800-38D) over the module. */
import { copyBytes } from '../../../bytes.js'
import type { Aead, AeadAlgorithm } from '../../provider.js'
import type { AeadEngine } from './engine.js'
import { aesHeaderMask, chachaHeaderMask } from './header-mask.js'

const nonceLength = 12
const tagLength = 16

/** The AEADs of the module, all over one instance. */
export function createAeads(engine: AeadEngine): readonly AeadAlgorithm[] {
  const gcm = (name: string, keyLength: number): AeadAlgorithm =>
    algorithm(name, keyLength, {
      // RFC 9846 5.5: 2^24.5 full-size records.
      confidentialityLimit: Math.floor(2 ** 24.5),
      create: (key) => new GcmKey(engine, engine.gcmState(key)),
      headerMask: (key) => aesHeaderMask(engine, key),
    })
  return [
    gcm('AES-128-GCM', 16),
    gcm('AES-256-GCM', 32),
    algorithm('ChaCha20-Poly1305', 32, {
      // RFC 9846 5.5: the record sequence number would wrap before the limit is reached.
      confidentialityLimit: 2 ** 48 - 1,
      create: (key) => new ChaChaKey(engine, copyBytes(key)),
      headerMask: (key) => chachaHeaderMask(engine, key),
    }),
  ]
}

type Parts = Pick<AeadAlgorithm, 'confidentialityLimit' | 'create' | 'headerMask'>

function algorithm(name: string, keyLength: number, parts: Parts): AeadAlgorithm {
  const checked = (key: Uint8Array): Uint8Array => {
    if (key.length !== keyLength) throw new TypeError(`${name} key of ${keyLength} bytes expected`)
    return key
  }
  return {
    name,
    keyLength,
    nonceLength,
    tagLength,
    confidentialityLimit: parts.confidentialityLimit,
    // RFC 9147 4.5.3: 2^36 forgeries.
    integrityLimit: 2 ** 36,
    create: (key) => parts.create(checked(key)),
    headerMask: (key) => parts.headerMask(checked(key)),
  }
}

/** A key, whose state lies here: the module's memory holds it only while it is in use, and until another one is. */
abstract class Key implements Aead {
  readonly #engine: AeadEngine
  #state: Uint8Array | undefined

  constructor(engine: AeadEngine, state: Uint8Array) {
    this.#engine = engine
    this.#state = state
  }

  seal(
    nonce: Uint8Array,
    aad: Uint8Array,
    input: Uint8Array,
    trailer: Uint8Array,
    out: Uint8Array,
    outOffset: number,
  ): number {
    const length = input.length + trailer.length
    const engine = this.#enter(nonce, aad.length, length)
    const text = engine.place(nonce, aad)
    engine.bytes.set(input, text)
    engine.bytes.set(trailer, text + input.length)
    this.sealPlaced(engine, aad.length, length)
    out.set(engine.bytes.subarray(text, text + length + tagLength), outOffset)
    this.#leave(engine)
    return length + tagLength
  }

  open(nonce: Uint8Array, aad: Uint8Array, input: Uint8Array): Uint8Array | undefined {
    const length = input.length - tagLength
    if (length < 0) return undefined
    const engine = this.#enter(nonce, aad.length, length)
    const text = engine.place(nonce, aad)
    engine.bytes.set(input, text)
    const isRight = this.openPlaced(engine, aad.length, length)
    const opened = isRight ? copyBytes(engine.bytes, text, text + length) : undefined
    if (isRight) engine.bytes.fill(0, text, text + length)
    this.#leave(engine)
    return opened
  }

  wipe(): void {
    this.#state?.fill(0)
    this.#state = undefined
    this.#engine.clear()
  }

  /** The instance for a message of these lengths, with the key in it. */
  #enter(nonce: Uint8Array, aadLength: number, length: number): AeadEngine {
    if (nonce.length !== nonceLength) throw new TypeError('nonce of 12 bytes expected')
    if (this.#state === undefined) throw new Error('the key was wiped')
    const engine = this.#engine.for(aadLength, length)
    this.load(engine, this.#state)
    return engine
  }

  /** One that was for a message of its own keeps no key. */
  #leave(engine: AeadEngine): void {
    if (engine !== this.#engine) engine.clear()
  }

  protected abstract load(engine: AeadEngine, state: Uint8Array): void
  protected abstract sealPlaced(engine: AeadEngine, aadLength: number, length: number): void
  /** Whether the tag is right: otherwise the text stays encrypted. */
  protected abstract openPlaced(engine: AeadEngine, aadLength: number, length: number): boolean
}

class ChaChaKey extends Key {
  protected override load(engine: AeadEngine, state: Uint8Array): void {
    engine.bytes.set(state, engine.at.chachaKey)
  }

  protected override sealPlaced(engine: AeadEngine, aadLength: number, length: number): void {
    engine.exports.chachaSeal(aadLength, length)
  }

  protected override openPlaced(engine: AeadEngine, aadLength: number, length: number): boolean {
    return engine.exports.chachaOpen(aadLength, length) !== 0
  }
}

class GcmKey extends Key {
  protected override load(engine: AeadEngine, state: Uint8Array): void {
    engine.load(state)
  }

  protected override sealPlaced(engine: AeadEngine, aadLength: number, length: number): void {
    engine.exports.gcmSeal(aadLength, length)
  }

  protected override openPlaced(engine: AeadEngine, aadLength: number, length: number): boolean {
    return engine.exports.gcmOpen(aadLength, length) !== 0
  }
}
