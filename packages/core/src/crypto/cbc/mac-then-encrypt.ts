/**
 * What is inside a record that was authenticated first and encrypted then (RFC 5246 6.2.3.2).
 *
 * How long the padding is and whether it is right must not show before the MAC has said that the record is the peer's:
 * whoever can tell decrypts the record by altering it (Vaudenay 2002; "Lucky Thirteen", AlFardan and Paterson 2013). So
 * each record of a given length is treated in the same way: the padding is looked at to the greatest length it could
 * have, the inner hash is finished after every length that the content could have, and masks select the one that counts.
 * That is up to 256 digests for a record, some 0.5 ms. Peers that know RFC 7366 spare us of it.
 */
import { maskEqual, maskLess } from '../constant-time.js'
import type { KeyedHmac } from './hmac.js'

const maxPadding = 255

/**
 * The content, a view of `text`, or undefined where padding or MAC are wrong; `text` is then cleared.
 * @param pseudoHeader what the MAC covers before the content, the content's length at its end yet to be written.
 * @param text decrypted: content, MAC, padding and padding length. Longer than a MAC.
 */
export function openMacThenEncrypt(
  mac: KeyedHmac,
  pseudoHeader: Uint8Array,
  text: Uint8Array,
): Uint8Array | undefined {
  const longest = text.length - mac.length - 1
  const shortest = Math.max(0, longest - maxPadding)
  const padding = text[text.length - 1] as number
  const paddingIsRight = maskLess(padding, longest + 1) & maskPadding(text, padding)
  // RFC 5246 6.2.3.2: where the padding is wrong, the MAC is computed as if there were none.
  const length = longest - (padding & paddingIsRight)
  pseudoHeader[pseudoHeader.length - 2] = length >> 8
  pseudoHeader[pseudoHeader.length - 1] = length

  const running = mac.begin()
  running.update(pseudoHeader)
  running.update(text.subarray(0, shortest))
  const innerDigest = new Uint8Array(mac.length)
  const received = new Uint8Array(mac.length)
  for (let end = shortest; end <= longest; end++) {
    const isEnd = maskEqual(end, length)
    const digest = running.digest()
    for (let i = 0; i < mac.length; i++) {
      innerDigest[i] = (innerDigest[i] as number) | ((digest[i] as number) & isEnd)
      received[i] = (received[i] as number) | ((text[end + i] as number) & isEnd)
    }
    running.update(text.subarray(end, end + 1))
  }
  const computed = mac.finish(innerDigest)
  let difference = ~paddingIsRight
  for (let i = 0; i < mac.length; i++) {
    difference |= (computed[i] as number) ^ (received[i] as number)
  }
  if (difference === 0) return text.subarray(0, length)
  text.fill(0)
  return undefined
}

/** Whether each byte of the padding is its length (RFC 5246 6.2.3.2), as far as there are bytes. */
function maskPadding(text: Uint8Array, padding: number): number {
  const last = text.length - 1
  let difference = 0
  for (let i = 1; i <= maxPadding && i <= last; i++) {
    difference |= ((text[last - i] as number) ^ padding) & maskLess(i, padding + 1)
  }
  return maskEqual(difference, 0)
}
