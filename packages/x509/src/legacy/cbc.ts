/** Cipher block chaining over a block cipher of our own. */

/** Enough of a block cipher to read old files. */
export interface BlockCipher {
  /** Bytes. */
  readonly blockLength: number
  /** Returns fresh memory. */
  decryptBlock(block: Uint8Array): Uint8Array
}

/** Decrypts whole blocks; padding stays. */
export function cbcDecrypt(cipher: BlockCipher, iv: Uint8Array, data: Uint8Array): Uint8Array {
  const length = cipher.blockLength
  const out = new Uint8Array(data.length)
  let previous = iv
  for (let at = 0; at < data.length; at += length) {
    const block = data.subarray(at, at + length)
    const plain = cipher.decryptBlock(block)
    for (let index = 0; index < length; index++) {
      out[at + index] = (plain[index] ?? 0) ^ (previous[index] ?? 0)
    }
    previous = block
  }
  return out
}
