/** Passwords as the bytes that the ways of deriving keys from them take. */
import { decodeUtf8, encodeUtf8 } from '@sanstls/core/der'

/** Text, or its bytes where they are not UTF-8. */
export type Password = string | Uint8Array

/** RFC 8018 and RFC 7914 leave it open; UTF-8 is what is done. */
export const passwordBytes = (password: Password): Uint8Array =>
  typeof password === 'string' ? encodeUtf8(password) : password

/**
 * The forms in which PKCS#12's own derivation may have been given a password: UTF-16 with two zero octets at its end
 * (RFC 7292 B.1). An empty one may also be nothing at all; and old software took each octet for a character.
 */
export function pkcs12PasswordForms(password: Password): readonly Uint8Array[] {
  const bytes = passwordBytes(password)
  const octetwise = String.fromCharCode(...bytes)
  const text = typeof password === 'string' ? password : (decodeUtf8(bytes) ?? octetwise)
  const forms = [utf16(text)]
  if (text === '') forms.push(new Uint8Array(0))
  else if (text !== octetwise) forms.push(utf16(octetwise))
  return forms
}

function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2 + 2)
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    bytes[2 * index] = unit >> 8
    bytes[2 * index + 1] = unit & 255
  }
  return bytes
}
