const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Reads Base64 (RFC 4648 section 4) that is known to be right. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  // Padding is nothing that `values` knows: zeros.
  const values = new Uint8Array(128)
  for (let i = 0; i < 64; i++) values[alphabet.charCodeAt(i)] = i
  const value = (at: number): number => values[text.charCodeAt(at)] ?? 0
  const padding = text.length - text.replace(/=+$/, '').length
  const result = new Uint8Array((text.length / 4) * 3 - padding)
  for (let from = 0, to = 0; from < text.length; from += 4) {
    const bits =
      (value(from) << 18) | (value(from + 1) << 12) | (value(from + 2) << 6) | value(from + 3)
    // Writing beyond the end does nothing: that is padding.
    result[to++] = bits >> 16
    result[to++] = bits >> 8
    result[to++] = bits
  }
  return result
}
