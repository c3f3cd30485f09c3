/** The secrets of TLS 1.2 (RFC 5246 sections 5, 6.3 and 8.1; RFC 7627; RFC 5705). */
import { ascii, concat, copyBytes, noBytes, wipe } from '../bytes.js'
import type { CipherSuite12, HashAlgorithm, Random } from '../crypto/provider.js'
import type { RecordKeys } from '../layer/layer.js'
import { Protection12 } from '../layer/protection12.js'

export const mainSecretLength = 48
export const verifyDataLength = 12

/** RFC 5246 section 5: P_hash over label and seed. */
export function prf(
  hash: HashAlgorithm,
  secret: Uint8Array,
  label: string,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  const labelled = concat(ascii(label), seed)
  const out = new Uint8Array(length)
  let chained = labelled
  for (let done = 0; done < length; done += hash.outputLength) {
    chained = hash.hmac(secret, chained)
    const block = hash.hmac(secret, concat(chained, labelled))
    out.set(block.subarray(0, Math.min(block.length, length - done)), done)
    wipe(block)
  }
  return out
}

/** The randoms of one handshake, as the PRF takes them. */
export interface Randoms {
  readonly client: Uint8Array
  readonly server: Uint8Array
}

/**
 * RFC 5246 8.1, or RFC 7627 section 4 where a session hash is given. The premaster secret is wiped.
 * @param sessionHash of all messages through ClientKeyExchange, for an extended main secret.
 */
export function mainSecret(
  hash: HashAlgorithm,
  premaster: Uint8Array,
  { client, server }: Randoms,
  sessionHash: Uint8Array | undefined,
): Uint8Array {
  const secret =
    sessionHash === undefined
      ? prf(hash, premaster, 'master secret', concat(client, server), mainSecretLength)
      : prf(hash, premaster, 'extended master secret', sessionHash, mainSecretLength)
  wipe(premaster)
  return secret
}

/** The verify_data of Finished (RFC 5246 7.4.9). */
export function verifyData(
  hash: HashAlgorithm,
  secret: Uint8Array,
  sender: 'client' | 'server',
  transcriptHash: Uint8Array,
): Uint8Array {
  return prf(hash, secret, `${sender} finished`, transcriptHash, verifyDataLength)
}

/** RFC 5705 section 4. An absent context differs from an empty one. @throws {RangeError} */
export function exportKeyingMaterial12(
  hash: HashAlgorithm,
  secret: Uint8Array,
  { client, server }: Randoms,
  label: string,
  context: Uint8Array | undefined,
  length: number,
): Uint8Array {
  if (context !== undefined && context.length > 0xffff)
    throw new RangeError(`exporter: a context has 65,535 bytes at most, not ${context.length}`)
  const tail =
    context === undefined
      ? noBytes
      : concat(Uint8Array.of(context.length >> 8, context.length & 0xff), context)
  return prf(hash, secret, label, concat(client, server, tail), length)
}

/** One direction's part of the key block (RFC 5246 6.3). */
export interface DirectionKeys {
  readonly macKey: Uint8Array
  readonly key: Uint8Array
  /** The part of the nonce that is the key's; empty under CBC, where each record has an IV of its own. */
  readonly iv: Uint8Array
}

export interface KeyBlock {
  readonly client: DirectionKeys
  readonly server: DirectionKeys
}

export function keyBlock(
  suite: CipherSuite12,
  secret: Uint8Array,
  { client, server }: Randoms,
): KeyBlock {
  const { mac, key, iv } = keyLengths(suite)
  const seed = concat(server, client)
  const block = prf(suite.hash, secret, 'key expansion', seed, 2 * (mac + key + iv))
  const take = cutter(block)
  const [clientMac, serverMac] = [take(mac), take(mac)]
  const [clientKey, serverKey] = [take(key), take(key)]
  const [clientIv, serverIv] = [take(iv), take(iv)]
  wipe(block)
  return {
    client: { macKey: clientMac, key: clientKey, iv: clientIv },
    server: { macKey: serverMac, key: serverKey, iv: serverIv },
  }
}

/** Cuts copies off, one after the other. */
export function cutter(bytes: Uint8Array): (length: number) => Uint8Array {
  let offset = 0
  return (length) => {
    const piece = copyBytes(bytes, offset, offset + length)
    offset += length
    return piece
  }
}

export function keyLengths({ records }: CipherSuite12): {
  readonly mac: number
  readonly key: number
  readonly iv: number
} {
  if (records.kind === 'cbc') return { mac: records.macKeyLength, key: records.keyLength, iv: 0 }
  const { aead, nonce } = records
  return { mac: 0, key: aead.keyLength, iv: nonce === 'explicit' ? 4 : aead.nonceLength }
}

/** What a layer needs to protect one direction. The keys are wiped once it has them. */
export function recordKeys(
  { records }: CipherSuite12,
  { macKey, key, iv }: DirectionKeys,
  encryptThenMac: boolean,
  random: Random,
): RecordKeys {
  return {
    protection() {
      const protection =
        records.kind === 'cbc'
          ? records.create({ macKey, key, encryptThenMac, random })
          : new Protection12(records, key, copyBytes(iv))
      wipe(macKey, key, iv)
      return protection
    },
  }
}
