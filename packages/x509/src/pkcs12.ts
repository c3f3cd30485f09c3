/**
 * PKCS#12 (RFC 7292), the files that end in .p12 and .pfx: keys and certificates under a password. An entry point of its
 * own: it loads asn1js and pkijs, which nothing else here needs.
 */
import { DerError } from '@sanstls/core/der'
import { berToDer } from './ber.js'
import { equalBytes } from './bytes.js'
import { Certificate } from './certificate.js'
import { KeyError, privateKeyFromDer } from './key.js'
import { type PasswordLimits, WorkBudget } from './password/limits.js'
import { openSequence } from './password/open.js'
import type { Password } from './password/password.js'
import { readScheme } from './password/scheme.js'
import { type Bag, type BagAttributes, readBags } from './pkcs12/bags.js'
import { checkMac } from './pkcs12/mac.js'
import { type Pkcs12File, type Pkcs12Part, readPkcs12File } from './pkcs12/structure.js'

export { KeyError, type KeyErrorCode } from './key.js'
export type { PasswordLimits } from './password/limits.js'
export type { Password } from './password/password.js'

export interface Pkcs12 {
  readonly keys: readonly Pkcs12Key[]
  readonly certificates: readonly Pkcs12Certificate[]
  /** CertificateLists, DER. */
  readonly crls: readonly Uint8Array[]
  /** False where the file has no MAC: then nothing says that it is as it was written. */
  readonly authenticated: boolean
}

export interface Pkcs12Key extends BagAttributes {
  /** PrivateKeyInfo, DER, as `privateKeyFromPem` gives it. */
  readonly pkcs8: Uint8Array
}

export interface Pkcs12Certificate extends BagAttributes {
  readonly der: Uint8Array
}

/**
 * Reads a file, the MAC checked where there is one.
 * @throws {KeyError} wrongPassword where the password is wrong, malformed where the file is damaged; unsupported,
 *   limitExceeded.
 */
export function readPkcs12(
  file: Uint8Array,
  password: Password,
  limits: Partial<PasswordLimits> = {},
): Pkcs12 {
  try {
    return readFile(readPkcs12File(file), password, new WorkBudget(limits))
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    throw new KeyError('malformed', `The PKCS#12 file is malformed: ${error.message}`)
  }
}

function readFile(file: Pkcs12File, password: Password, budget: WorkBudget): Pkcs12 {
  const { mac, parts } = file
  const isRight = mac === undefined || checkMac(file, mac, password, budget)
  if (!isRight) throw macFailure(parts, password, budget)
  const known = mac !== undefined
  const bags = parts.flatMap((part) => openPart(part, password, budget, known))
  const keys: Pkcs12Key[] = []
  const certificates: Pkcs12Certificate[] = []
  const crls: Uint8Array[] = []
  for (const bag of bags) {
    const { friendlyName, localKeyId } = bag
    if (bag.kind === 'certificate') certificates.push({ der: bag.der, friendlyName, localKeyId })
    else if (bag.kind === 'crl') crls.push(bag.der)
    else keys.push({ pkcs8: openKey(bag, password, budget, known), friendlyName, localKeyId })
  }
  return { keys, certificates, crls, authenticated: known }
}

/** The MAC is over what is encrypted: where that still opens, the password is right and the file was changed. */
function macFailure(
  parts: readonly Pkcs12Part[],
  password: Password,
  budget: WorkBudget,
): KeyError {
  const opens = (open: () => unknown): boolean => {
    try {
      open()
      return true
    } catch (error) {
      if (error instanceof DerError) return true
      return error instanceof KeyError && error.code === 'malformed'
    }
  }
  const isPasswordRight = parts.some((part) => {
    if (part.algorithm !== undefined) return opens(() => openPart(part, password, budget, false))
    const keys = encryptedKeys(part)
    return keys.some((bag) => opens(() => openKey(bag, password, budget, false)))
  })
  if (isPasswordRight) {
    return new KeyError(
      'malformed',
      'The password is right, but the file was changed: its MAC is wrong.',
    )
  }
  return new KeyError('wrongPassword', 'The password is wrong.')
}

function encryptedKeys(part: Pkcs12Part): Bag[] {
  try {
    return readBags(berToDer(part.contents)).filter(({ kind }) => kind === 'encryptedKey')
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    return []
  }
}

// A bag, which is a SEQUENCE; its length may be in either form.
const bagsBeginning = [[0x30]]
const keyBeginnings = [
  [2, 1, 0],
  [2, 1, 1],
]

function openPart(
  { algorithm, contents }: Pkcs12Part,
  password: Password,
  budget: WorkBudget,
  isPasswordKnown: boolean,
): Bag[] {
  if (algorithm === undefined) return readBags(berToDer(contents))
  const opened = open(algorithm, contents, password, budget, bagsBeginning, isPasswordKnown)
  return readBags(berToDer(opened))
}

function openKey(
  bag: Bag,
  password: Password,
  budget: WorkBudget,
  isPasswordKnown: boolean,
): Uint8Array {
  if (bag.kind === 'key') return privateKeyFromDer(bag.key)
  if (bag.kind !== 'encryptedKey') throw new KeyError('malformed', 'A bag that holds no key.')
  const { algorithm, data } = bag
  return privateKeyFromDer(
    berToDer(open(algorithm, data, password, budget, keyBeginnings, isPasswordKnown)),
  )
}

function open(
  algorithm: Uint8Array,
  data: Uint8Array,
  password: Password,
  budget: WorkBudget,
  beginnings: readonly (readonly number[])[],
  isPasswordKnown: boolean,
): Uint8Array {
  try {
    return openSequence(readScheme(algorithm, budget), password, data, beginnings)
  } catch (error) {
    if (!isPasswordKnown || !(error instanceof KeyError) || error.code !== 'wrongPassword') {
      throw error
    }
    throw new KeyError(
      'malformed',
      'The MAC is right, but a part does not decrypt under its password.',
    )
  }
}

export interface Pkcs12Identity {
  /** PrivateKeyInfo, DER. */
  readonly privateKey: Uint8Array
  /** DER: the key's certificate, then its issuers as far as they are in the file. */
  readonly chain: readonly Uint8Array[]
  /** DER: the other certificates, such as further authorities. */
  readonly others: readonly Uint8Array[]
}

/**
 * The one key of a file with its chain. The key's certificate is the one with the same localKeyId; where there is no
 * such id, the only certificate that issued none of the others. Others that cannot be read are left alone.
 * @throws {KeyError} noKey, severalKeys; malformed where no certificate is the key's.
 */
export function pkcs12Identity({ keys, certificates }: Pkcs12): Pkcs12Identity {
  const [key, another] = keys
  if (key === undefined) throw new KeyError('noKey', 'The PKCS#12 file has no private key.')
  if (another !== undefined) {
    throw new KeyError('severalKeys', 'The PKCS#12 file has several private keys.')
  }
  const readable = certificates.flatMap(({ der }) => readCertificate(der) ?? [])
  const leaf = leafOf(key, certificates, readable)
  const chain: Certificate[] = [leaf]
  for (let last = leaf; ; ) {
    const { issuerKey } = last
    const issuer = readable.find(
      (other) => other.subjectKey === issuerKey && !chain.includes(other),
    )
    if (issuer === undefined || last.isSelfIssued) break
    chain.push(issuer)
    last = issuer
  }
  return {
    privateKey: key.pkcs8,
    chain: chain.map(({ der }) => der),
    others: certificates
      .map(({ der }) => der)
      .filter((der) => !chain.some((link) => link.der === der)),
  }
}

/** The one with the key's id, or else the only one that issued none of the others. */
function leafOf(
  { localKeyId: id }: Pkcs12Key,
  certificates: readonly Pkcs12Certificate[],
  readable: readonly Certificate[],
): Certificate {
  const named = certificates.find(
    ({ localKeyId }) => id !== undefined && localKeyId !== undefined && equalBytes(localKeyId, id),
  )
  const candidates =
    named === undefined
      ? readable.filter(issuedNone)
      : readable.filter(({ der }) => der === named.der)
  const [leaf, another] = candidates
  if (leaf !== undefined && another === undefined) return leaf
  const reason =
    named === undefined
      ? 'does not say which certificate is the key’s'
      : 'has a malformed certificate'
  throw new KeyError('malformed', `The PKCS#12 file ${reason}.`)
}

const issuedNone = ({ subjectKey }: Certificate, _: number, all: readonly Certificate[]): boolean =>
  !all.some((other) => other.issuerKey === subjectKey && other.subjectKey !== subjectKey)

/** An authority's certificate that cannot be read is none of the chain's, and no reason to refuse the key. */
function readCertificate(der: Uint8Array): Certificate | undefined {
  try {
    return new Certificate(der)
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    return undefined
  }
}
