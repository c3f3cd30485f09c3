/** AES in CBC mode (NIST SP 800-38A 6.2), and records under it and HMAC (RFC 5246 6.2.3.2, RFC 7366). */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import type { CbcRecords } from '@sanstls/core'
import { type CbcCipher, cbcRecords } from '@sanstls/core/noble/tls12'
import { type Available, tried } from './available.js'
import { fresh } from './bytes.js'
import { type NativeHash, sha1, sha256, sha384 } from './hash.js'

export type NativeCbcRecords = CbcRecords & Available

class AesCbc implements CbcCipher {
  readonly #cipher: string
  #key: KeyObject | undefined

  constructor(lentKey: Uint8Array) {
    this.#cipher = `aes-${8 * lentKey.length}-cbc`
    // A key as bytes would be made a KeyObject again for each record.
    this.#key = createSecretKey(lentKey)
  }

  encrypt(iv: Uint8Array, text: Uint8Array): Uint8Array {
    return whole(createCipheriv(this.#cipher, this.#use(), iv), text)
  }

  decrypt(iv: Uint8Array, text: Uint8Array): Uint8Array {
    return whole(createDecipheriv(this.#cipher, this.#use(), iv), text)
  }

  wipe(): void {
    // OpenSSL clears a key when it frees it.
    this.#key = undefined
  }

  #use(): KeyObject {
    if (this.#key === undefined) throw new Error('the key was wiped')
    return this.#key
  }
}

/** All of a text of whole blocks, without padding. */
function whole(
  cipher: ReturnType<typeof createCipheriv> | ReturnType<typeof createDecipheriv>,
  text: Uint8Array,
): Uint8Array {
  cipher.setAutoPadding(false)
  const done = cipher.update(text)
  // Nothing is left over, but a text that is not of whole blocks fails here.
  cipher.final()
  return fresh(done)
}

function records(hash: NativeHash, keyLength: number): NativeCbcRecords {
  const available = tried(() => {
    const cipher = new AesCbc(new Uint8Array(keyLength))
    const iv = new Uint8Array(16)
    const text = new Uint8Array(32)
    return hash.available() && cipher.decrypt(iv, cipher.encrypt(iv, text)).join() === text.join()
  })
  return { ...cbcRecords(hash, keyLength, (key) => new AesCbc(key)), available }
}

const all: readonly NativeCbcRecords[] = /* @__PURE__ */ (() => [
  records(sha1, 16),
  records(sha1, 32),
  records(sha256, 16),
  records(sha256, 32),
  records(sha384, 32),
])()

/** The same records over node:crypto. */
export function nativeCbc({ macKeyLength, keyLength }: CbcRecords): NativeCbcRecords {
  const found = all.find(
    (records) => records.macKeyLength === macKeyLength && records.keyLength === keyLength,
  )
  if (found === undefined) throw new Error(`no CBC records with ${macKeyLength}, ${keyLength}`)
  return found
}
