/** The calls of node:crypto that a record takes at least: a bound for what is made of them. */
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'

const options = { authTagLength: 16 }

/** Seals `text` and opens it again. `cipher` is OpenSSL's name of an AEAD. */
export function bareCalls(cipher, rawKey, nonce, aad, text) {
  const key = createSecretKey(rawKey)
  return () => {
    const sealing = createCipheriv(cipher, key, nonce, options)
    sealing.setAAD(aad)
    const sealed = sealing.update(text)
    sealing.final()
    const opening = createDecipheriv(cipher, key, nonce, options)
    opening.setAuthTag(sealing.getAuthTag())
    opening.setAAD(aad)
    const opened = opening.update(sealed)
    opening.final()
    if (opened.length !== text.length) throw new Error('bench: not opened')
  }
}
