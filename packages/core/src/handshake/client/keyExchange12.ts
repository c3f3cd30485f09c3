/** TLS 1.2, client: reading ServerKeyExchange, making ClientKeyExchange (RFC 5246 7.4.3, 7.4.7; RFC 8422; RFC 4279). */
import { bitLength, concat, copyBytes, noBytes } from '../../bytes.js'
import type { CipherSuite12, NamedGroup, Random } from '../../crypto/provider.js'
import type { SignatureScheme } from '../../crypto/scheme.js'
import type { SubjectPublicKey } from '../../crypto/spki.js'
import type { ExternalPsk } from '../../decision.js'
import { Fault } from '../../fault.js'
import type { ClientSettings } from '../../options.js'
import type { Randoms } from '../../schedule/tls12.js'
import { encode } from '../../wire/codec.js'
import {
  dhParams,
  dhPublic,
  digitallySigned,
  ecdhParams,
  ecdhPublic,
  encryptedPremaster,
  pskIdentity,
} from '../../wire/message12.js'
import { Reader, WireError } from '../../wire/reader.js'
import { namedGroup, nameOf } from '../../wire/registry.js'
import { checkSigned12, signedParameters } from '../authenticate12.js'
import { noOtherSecret, premasterSecret, withoutLeadingZeros } from '../premaster.js'
import { exchangeOf, isCurve12, isSigned, usesPsk } from '../suites12.js'

/** What ServerKeyExchange says. */
export interface ServerExchange {
  /** psk_identity_hint; undefined where there was none, or an empty one. */
  readonly hint: Uint8Array | undefined
  readonly agreement: { readonly group: NamedGroup; readonly share: Uint8Array } | undefined
}

/** @param key of the server's certificate. @throws {Fault} */
export function readServerKeyExchange(
  body: Uint8Array,
  suite: CipherSuite12,
  settings: ClientSettings,
  randoms: Randoms,
  key: SubjectPublicKey | undefined,
): { readonly exchange: ServerExchange; readonly scheme: SignatureScheme | undefined } {
  const reader = new Reader(body)
  const hint = usesPsk(suite) ? pskIdentity.read(reader) : noBytes
  const agreement = readAgreement(reader, suite, settings)
  const parameters = body.subarray(0, reader.offset)
  let scheme: SignatureScheme | undefined
  if (isSigned(suite)) {
    if (key === undefined) throw new Fault('internalError', 'no key to check a signature with')
    const signed = digitallySigned.read(reader)
    demandEnd(reader)
    scheme = checkSigned12(signed, key, signedParameters(randoms, parameters), settings)
  } else demandEnd(reader)
  return { exchange: { hint: hint.length === 0 ? undefined : hint, agreement }, scheme }
}

function demandEnd({ remaining }: Reader): void {
  if (remaining > 0) throw new WireError(`${remaining} bytes follow the key exchange`)
}

function readAgreement(
  reader: Reader,
  suite: CipherSuite12,
  settings: ClientSettings,
): ServerExchange['agreement'] {
  switch (exchangeOf(suite)) {
    case 'ecdhe': {
      const { namedCurve, public: share } = ecdhParams.read(reader)
      const group = settings.groups.find(({ id }) => id === namedCurve && isCurve12(id))
      if (group === undefined) throw new Fault('unofferedGroup', nameOf(namedGroup, namedCurve))
      return { group, share }
    }
    case 'dhe': {
      const { dhP, dhG, dhYs } = dhParams.read(reader)
      return { group: finiteFieldGroup(dhP, dhG, settings), share: padded(dhYs, dhP) }
    }
    default:
      return undefined
  }
}

function finiteFieldGroup(
  prime: Uint8Array,
  generator: Uint8Array,
  { config, crypto }: ClientSettings,
): NamedGroup {
  const bits = bitLength(prime)
  const { minDhBits = 2048 } = config
  if (bits < minDhBits) throw new Fault('weakParameters', `${bits} bits, minDhBits is ${minDhBits}`)
  const group = crypto.finiteField?.group(prime, generator)
  if (group === undefined) throw new Fault('weakParameters', 'the prime or the generator')
  return group
}

/** Numbers may come with leading zeros, or without those that the prime's length asks for. */
function padded(number: Uint8Array, prime: Uint8Array): Uint8Array {
  const length = Math.ceil(bitLength(prime) / 8)
  const bare = withoutLeadingZeros(number)
  if (bare.length > length) throw new Fault('invalidKeyShare', 'longer than the prime')
  return concat(new Uint8Array(length - bare.length), bare)
}

/** ClientKeyExchange, and the premaster secret. @throws {Fault} */
export function makeClientKeyExchange(
  suite: CipherSuite12,
  { agreement }: ServerExchange,
  psk: ExternalPsk | undefined,
  serverKey: SubjectPublicKey | undefined,
  { crypto }: ClientSettings,
  clientVersion: number,
  random: Random,
): { readonly body: Uint8Array; readonly premaster: Uint8Array } {
  const identity = psk === undefined ? noBytes : encode(pskIdentity, psk.identity)
  const exchange = exchangeOf(suite)
  if (exchange === 'none') {
    if (psk === undefined) throw new Fault('internalError', 'a PSK suite without a PSK')
    return { body: identity, premaster: premasterSecret(noOtherSecret(psk.key), psk.key) }
  }
  if (exchange === 'rsa') {
    const other = copyBytes(random(48))
    other[0] = clientVersion >> 8
    other[1] = clientVersion & 0xff
    const encrypted =
      serverKey === undefined ? undefined : crypto.rsaEncryption?.encrypt(serverKey, other, random)
    if (encrypted === undefined)
      throw new Fault('mismatchedCertificate', "the server's key cannot encrypt a premaster secret")
    const body = concat(identity, encode(encryptedPremaster, encrypted))
    return { body, premaster: premasterSecret(other, psk?.key) }
  }
  if (agreement === undefined) throw new Fault('internalError', 'no parameters to answer')
  const { group, share } = agreement
  const answer = group.encapsulate(share, random)
  if (answer === undefined) throw new Fault('invalidKeyShare', group.name)
  const inField = exchange === 'dhe'
  const secret = inField ? withoutLeadingZeros(answer.secret) : answer.secret
  const body = concat(identity, encode(inField ? dhPublic : ecdhPublic, answer.share))
  return { body, premaster: premasterSecret(secret, psk?.key) }
}
