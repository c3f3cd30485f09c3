/** The MAC of a PKCS#12 file: its own (RFC 7292 appendix B), or PBMAC1 (RFC 9579, obsoleted by RFC 9879). */
import type { HashAlgorithm, HashName } from '@sanstls/core'
import { DerReader, tags } from '@sanstls/core/der'
import { pbkdf2, sha1, sha224, sha256, sha384, sha512 } from '@sanstls/core/noble/password'
import { equalBytes } from '../bytes.js'
import { KeyError } from '../key.js'
import type { WorkBudget } from '../password/limits.js'
import { type Password, passwordBytes, pkcs12PasswordForms } from '../password/password.js'
import { pbkdf2Id, readHmac, readPbkdf2 } from '../password/pbkdf2.js'
import { pkcs12Key } from '../password/pkcs12-kdf.js'
import type { Pkcs12File, Pkcs12Mac } from './structure.js'

const byName: Readonly<Record<HashName, HashAlgorithm>> = { sha1, sha224, sha256, sha384, sha512 }

const byId: Readonly<Record<string, HashAlgorithm>> = {
  '1.3.14.3.2.26': sha1,
  '2.16.840.1.101.3.4.2.4': sha224,
  '2.16.840.1.101.3.4.2.1': sha256,
  '2.16.840.1.101.3.4.2.2': sha384,
  '2.16.840.1.101.3.4.2.3': sha512,
}

const pbmac1 = '1.2.840.113549.1.5.14'

/**
 * Whether the MAC is right under this password.
 * @throws {DerError}
 * @throws {KeyError} unsupported, limitExceeded
 */
export function checkMac(
  { authenticated }: Pkcs12File,
  mac: Pkcs12Mac,
  password: Password,
  budget: WorkBudget,
): boolean {
  const reader = new DerReader(mac.algorithm)
  const outer = reader.enter(tags.sequence)
  const id = reader.readObjectIdentifier()
  if (id === pbmac1) {
    const digest = pbmac1Digest(reader, authenticated, password, budget)
    reader.leave(outer)
    return equalBytes(digest, mac.digest)
  }
  if (!reader.done) reader.readNull()
  reader.leave(outer)
  const hash = byId[id]
  if (hash === undefined) throw new KeyError('unsupported', `MAC with hash ${id}.`)
  const { salt, iterations, digest } = mac
  budget.spend(iterations)
  return pkcs12PasswordForms(password).some((form) => {
    const key = pkcs12Key(hash, 'mac', form, salt, iterations, hash.outputLength)
    return equalBytes(hash.hmac(key, authenticated), digest)
  })
}

/** RFC 9579 section 4: the salt and the iterations beside it are not used, and the key's length is there. */
function pbmac1Digest(
  reader: DerReader,
  authenticated: Uint8Array,
  password: Password,
  budget: WorkBudget,
): Uint8Array {
  const outer = reader.enter(tags.sequence)
  const afterDerivation = reader.enter(tags.sequence)
  const derivation = reader.readObjectIdentifier()
  if (derivation !== pbkdf2Id) {
    throw new KeyError('unsupported', `PBMAC1 with key derivation ${derivation}.`)
  }
  const start = reader.offset
  const { salt, iterations, keyLength, hash } = readPbkdf2(reader, budget)
  reader.leave(afterDerivation)
  const macHash = byName[readHmac(reader)]
  reader.leave(outer)
  // RFC 9579 section 6: at least 20 octets.
  if (keyLength === undefined || keyLength < 20 || keyLength > 1024) {
    reader.fail('PBMAC1 without a key length of at least 20', start)
  }
  const key = pbkdf2(hash, passwordBytes(password), salt, iterations, keyLength)
  return macHash.hmac(key, authenticated)
}
