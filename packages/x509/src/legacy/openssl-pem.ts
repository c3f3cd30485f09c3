/**
 * OpenSSL's older way to encrypt a PEM block: RFC 1421's headers, with the key out of one round of MD5
 * (`EVP_BytesToKey`). A password that can be guessed is guessed quickly: it is here to read such files.
 */
import { aesCbcDecrypt, md5 } from '@sanstls/core/noble/password'
import { KeyError } from '../key.js'
import { type Password, passwordBytes } from '../password/password.js'
import type { Scheme } from '../password/scheme.js'
import type { PemBlock } from '../pem.js'
import { cbcDecrypt } from './cbc.js'
import { tripleDes } from './des.js'

const ciphers: Readonly<Record<string, readonly [keyLength: number, blockLength: number]>> = {
  'AES-128-CBC': [16, 16],
  'AES-192-CBC': [24, 16],
  'AES-256-CBC': [32, 16],
  'DES-EDE3-CBC': [24, 8],
}

/** Whether a block's headers say that it is encrypted. */
export const isEncryptedBlock = ({ headers }: PemBlock): boolean =>
  headers.get('Proc-Type')?.includes('ENCRYPTED') === true

/**
 * Reads the headers (RFC 1421 4.6.1.1 and 4.6.1.3).
 * @throws {KeyError} malformed, unsupported
 */
export function opensslScheme({ headers }: PemBlock): Scheme {
  const [name = '', hex = ''] = headers.get('DEK-Info')?.split(',') ?? []
  const cipher = ciphers[name.trim()]
  if (cipher === undefined) {
    if (name === '') throw new KeyError('malformed', 'An encrypted block without its DEK-Info.')
    throw new KeyError('unsupported', `Cipher ${name.trim()} is not supported.`)
  }
  const [keyLength, blockLength] = cipher
  const iv = parseHex(hex.trim())
  if (iv?.length !== blockLength) throw new KeyError('malformed', 'DEK-Info with a wrong IV.')
  return {
    blockLength,
    decrypt(password, data) {
      const key = bytesToKey(password, iv.subarray(0, 8), keyLength)
      if (blockLength === 16) return [aesCbcDecrypt(key, iv, data)]
      return [cbcDecrypt(tripleDes(key), iv, data)]
    },
  }
}

function bytesToKey(password: Password, salt: Uint8Array, length: number): Uint8Array {
  const secret = passwordBytes(password)
  const key = new Uint8Array(length)
  let digest: Uint8Array = new Uint8Array(0)
  for (let at = 0; at < length; at += digest.length) {
    digest = md5(Uint8Array.of(...digest, ...secret, ...salt))
    key.set(digest.subarray(0, length - at), at)
  }
  return key
}

function parseHex(text: string): Uint8Array | undefined {
  if (!/^(?:[0-9A-Fa-f]{2})+$/.test(text)) return undefined
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(2 * index, 2 * index + 2), 16),
  )
}
