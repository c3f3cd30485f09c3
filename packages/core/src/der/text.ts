/** Text in certificates, without the encoders of any runtime. */

/** The text of UTF-8 bytes (RFC 3629), or undefined where they are not: overlong forms and surrogates included. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] ?? 0
    at += 1
    if (first < 0x80) {
      text += String.fromCharCode(first)
      continue
    }
    const following = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1
    if (first < 0xc2 || first > 0xf4) return undefined
    let point = first & (0x3f >> following)
    for (let index = 0; index < following; index++, at++) {
      const octet = bytes[at] ?? 0
      if ((octet & 0xc0) !== 0x80) return undefined
      point = point * 64 + (octet & 0x3f)
    }
    const least = following === 1 ? 0x80 : following === 2 ? 0x800 : 0x10000
    if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined
    text += String.fromCodePoint(point)
  }
  return text
}

/** UTF-8. Lone surrogates become U+FFFD, as everywhere in JavaScript. */
export function encodeUtf8(text: string): Uint8Array {
  const octets: number[] = []
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    if (point < 0x80) octets.push(point)
    else if (point < 0x800) octets.push(0xc0 | (point >> 6), continuation(point))
    else if (point >= 0xd800 && point <= 0xdfff) octets.push(0xef, 0xbf, 0xbd)
    else if (point < 0x10000) {
      octets.push(0xe0 | (point >> 12), continuation(point >> 6), continuation(point))
    } else {
      octets.push(0xf0 | (point >> 18), continuation(point >> 12))
      octets.push(continuation(point >> 6), continuation(point))
    }
  }
  return Uint8Array.from(octets)
}

const continuation = (point: number): number => 0x80 | (point & 0x3f)

/** The text of bytes that are all ASCII, or undefined. */
export function decodeAscii(bytes: Uint8Array): string | undefined {
  let text = ''
  for (const octet of bytes) {
    if (octet >= 0x80) return undefined
    text += String.fromCharCode(octet)
  }
  return text
}
