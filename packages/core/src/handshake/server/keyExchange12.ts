/** TLS 1.2, server: making ServerKeyExchange, reading ClientKeyExchange (RFC 5246 7.4.3, 7.4.7; RFC 8422; RFC 4279). */
import { bitLength, concat, copyBytes, equal, noBytes, wipe } from '../../bytes.js'
import type { CipherSuite12, KeyPair, Random, SigningKey } from '../../crypto/provider.js'
import type { ExternalPsk } from '../../decision.js'
import { Fault } from '../../fault.js'
import { decode, encode } from '../../wire/codec.js'
import {
  dhParams,
  dhPublic,
  ecdhParams,
  ecdhPublic,
  encryptedPremaster,
  pskIdentity,
} from '../../wire/message12.js'
import { Reader, WireError } from '../../wire/reader.js'
import { ask, type Context, type Step } from '../context.js'
import { demandVersion } from '../externalPsk.js'
import { noOtherSecret, premasterSecret, withoutLeadingZeros } from '../premaster.js'
import { exchangeOf, usesPsk } from '../suites12.js'
import type { ServerParameters } from './choice12.js'
import type { ServerFlight12 } from './flight12.js'

const premasterLength = 48

/** The parameters, as they are signed; undefined where no ServerKeyExchange is sent. */
export function makeParameters(
  suite: CipherSuite12,
  parameters: ServerParameters | undefined,
  hint: Uint8Array | undefined,
  random: Random,
): { readonly bytes: Uint8Array | undefined; readonly keyPair: KeyPair | undefined } {
  const hinted = usesPsk(suite) ? encode(pskIdentity, hint ?? noBytes) : noBytes
  if (parameters === undefined)
    return {
      bytes: usesPsk(suite) && hint !== undefined ? hinted : undefined,
      keyPair: undefined,
    }
  const { group, field } = parameters
  const keyPair = group.generate(random)
  const agreement =
    field === undefined
      ? encode(ecdhParams, { curveType: undefined, namedCurve: group.id, public: keyPair.share })
      : encode(dhParams, { dhP: field.prime, dhG: field.generator, dhYs: keyPair.share })
  return { bytes: concat(hinted, agreement), keyPair }
}

/** Reads ClientKeyExchange, and goes on with the premaster secret. @throws {Fault} */
export function readClientKeyExchange(
  body: Uint8Array,
  flight: ServerFlight12,
  context: Context,
  then: (premaster: Uint8Array, psk: ExternalPsk | undefined) => Step,
): Step {
  const { suite } = flight
  if (!usesPsk(suite)) return agree(body, undefined, flight, context, then)
  const reader = new Reader(body)
  const identity = pskIdentity.read(reader)
  const rest = body.subarray(reader.offset)
  const found = (psk: ExternalPsk | undefined): Step => {
    // RFC 4279 section 2.
    if (psk === undefined) throw new Fault('unknownPskIdentity', `${identity.length} bytes`)
    return agree(rest, { ...psk, identity: copyBytes(identity) }, flight, context, then)
  }
  const { settings, received } = flight
  const known = settings.psks.find(
    (psk) => psk.version === 'tls12' && equal(psk.identity, identity),
  )
  const { lookupPsk } = settings.config
  if (known !== undefined || lookupPsk === undefined) return found(known)
  return ask(
    { kind: 'psk', version: 'tls12', identity, serverName: received.serverName },
    lookupPsk,
    (psk: ExternalPsk | undefined) =>
      found(psk === undefined ? undefined : demandVersion(psk, 'tls12')),
  )
}

function agree(
  body: Uint8Array,
  psk: ExternalPsk | undefined,
  flight: ServerFlight12,
  context: Context,
  then: (premaster: Uint8Array, psk: ExternalPsk | undefined) => Step,
): Step {
  const { suite, keyPair, parameters } = flight
  switch (exchangeOf(suite)) {
    case 'none':
      if (body.length > 0) throw new WireError(`${body.length} bytes follow the identity`)
      if (psk === undefined) throw new Fault('internalError', 'a PSK suite without a PSK')
      return then(premasterSecret(noOtherSecret(psk.key), psk.key), psk)
    case 'rsa':
      return decrypt(decode(encryptedPremaster, body), flight, context, (other) =>
        then(premasterSecret(other, psk?.key), psk),
      )
    case 'ecdhe': {
      const secret = keyPair?.decapsulate(decode(ecdhPublic, body))
      if (secret === undefined) throw new Fault('invalidKeyShare', parameters?.group.name ?? '')
      keyPair?.wipe()
      return then(premasterSecret(secret, psk?.key), psk)
    }
    case 'dhe': {
      const secret = keyPair?.decapsulate(padded(decode(dhPublic, body), parameters))
      if (secret === undefined) throw new Fault('invalidKeyShare', parameters?.group.name ?? '')
      keyPair?.wipe()
      return then(premasterSecret(withoutLeadingZeros(secret), psk?.key), psk)
    }
  }
}

function padded(number: Uint8Array, parameters: ServerParameters | undefined): Uint8Array {
  const length = Math.ceil(bitLength(parameters?.field?.prime ?? noBytes) / 8)
  const bare = withoutLeadingZeros(number)
  if (bare.length > length) throw new Fault('invalidKeyShare', 'longer than the prime')
  return concat(new Uint8Array(length - bare.length), bare)
}

/**
 * RFC 5246 7.4.7.1: whatever is wrong with the message or the version in it, the handshake goes on with random bytes,
 * and fails at Finished, so that the client does not learn what it was.
 */
function decrypt(
  ciphertext: Uint8Array,
  { credential, received }: ServerFlight12,
  context: Context,
  then: (premaster: Uint8Array) => Step,
): Step {
  const fallback = copyBytes(context.random(premasterLength))
  const { legacyVersion } = received.hello
  fallback[0] = legacyVersion >> 8
  fallback[1] = legacyVersion & 0xff
  const random = (length: number) => context.random(length)
  const proceed = (answer: Uint8Array | undefined): Step => {
    const chosen = select(fits(answer) ? answer : fallback, fallback)
    wipe(fallback)
    return then(chosen)
  }
  if (credential === undefined) throw new Fault('internalError', 'no key to decrypt with')
  const { key } = credential
  if (key === 'decide')
    return ask(
      { kind: 'decrypt', credential, ciphertext: copyBytes(ciphertext) },
      'decide',
      proceed,
    )
  const message = decryptWith(key, ciphertext, fallback, random)
  const step = proceed(message)
  wipe(message)
  return step
}

/** A key that says by an error that the padding is wrong tells nobody but us. */
function decryptWith(
  key: SigningKey,
  ciphertext: Uint8Array,
  fallback: Uint8Array,
  random: Random,
): Uint8Array | undefined {
  try {
    const message = key.decrypt?.(ciphertext, fallback, random)
    return fits(message) ? message : undefined
  } catch {
    return undefined
  }
}

function fits(message: Uint8Array | undefined): message is Uint8Array {
  return message instanceof Uint8Array && message.length === premasterLength
}

/** The message where it begins with the version, the fallback otherwise, without a branch on its bytes. */
function select(message: Uint8Array, fallback: Uint8Array): Uint8Array {
  const difference =
    ((message[0] ?? 0) ^ (fallback[0] ?? 0)) | ((message[1] ?? 0) ^ (fallback[1] ?? 0))
  // 0 where both bytes are equal, 255 otherwise.
  const other = ((0x100 - difference) >> 8) - 1
  const chosen = new Uint8Array(premasterLength)
  for (let i = 0; i < premasterLength; i++)
    chosen[i] = ((message[i] ?? 0) & ~other) | ((fallback[i] ?? 0) & other)
  return chosen
}
