/** Hashes, HMAC, and the key schedule's functions made of them. */
import type { HashAlgorithm } from '../../crypto/provider.js'
import {
  ascii,
  bytes,
  type ConformanceCase,
  check,
  checkEqual,
  join,
  type Subject,
} from './support.js'

export function hashCases(subject: Subject): ConformanceCase[] {
  const { provider } = subject
  const cases = provider.hashes.flatMap((hash): ConformanceCase[] => [
    { name: `${hash.name}: examples`, run: () => examples(hash) },
    { name: `${hash.name}: running hash`, run: () => running(hash, subject) },
  ])
  const sha256 = provider.hashes.find(({ name }) => name === 'sha256')
  if (sha256 !== undefined) {
    cases.push({ name: 'sha256: RFC 5869, RFC 8448', run: () => keySchedule(sha256) })
  }
  return cases
}

/** HKDF-Extract (RFC 5869 2.2). */
export function hkdfExtract(hash: HashAlgorithm, salt: Uint8Array, ikm: Uint8Array): Uint8Array {
  return hash.hmac(salt.length === 0 ? new Uint8Array(hash.outputLength) : salt, ikm)
}

/** HKDF-Expand (RFC 5869 2.3), for up to 255 blocks. */
export function hkdfExpand(
  hash: HashAlgorithm,
  prk: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  let block: Uint8Array = new Uint8Array(0)
  let output: Uint8Array = block
  for (let i = 1; output.length < length; i++) {
    block = hash.hmac(prk, join(block, info, Uint8Array.of(i)))
    output = join(output, block)
  }
  return output.slice(0, length)
}

/** FIPS 180-4's "abc", and RFC 2202 / RFC 4231 test case 2. */
const published: Readonly<Record<string, readonly [hash: string, hmac: string]>> = {
  sha1: ['a9993e364706816aba3e25717850c26c9cd0d89d', 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79'],
  sha224: [
    '23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7',
    'a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44',
  ],
  sha256: [
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  sha384: [
    'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
    'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
  ],
  sha512: [
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
      '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554' +
      '9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
  ],
}

function examples(hash: HashAlgorithm): number {
  const [abc = '', jefe = ''] = published[hash.name] ?? []
  checkEqual(hash.hash(ascii('abc')), bytes(abc), 'abc')
  const mac = hash.hmac(ascii('Jefe'), ascii('what do ya want for nothing?'))
  checkEqual(mac, bytes(jefe), 'HMAC')
  check(hash.outputLength === abc.length / 2, 'output length')
  const long = { sha384: 128, sha512: 128 }[hash.name as string] ?? 64
  check(hash.blockLength === long, 'block length')
  // RFC 2104 2: keys of one block stay, longer ones are hashed.
  const key = new Uint8Array(hash.blockLength).fill(7)
  const longer = new Uint8Array(hash.blockLength + 1).fill(7)
  const data = ascii('data')
  checkEqual(hash.hmac(longer, data), hash.hmac(hash.hash(longer), data), 'HMAC of a long key')
  checkEqual(
    hash.hmac(key, data),
    hash.hash(
      join(
        key.map((octet) => octet ^ 0x5c),
        hash.hash(
          join(
            key.map((octet) => octet ^ 0x36),
            data,
          ),
        ),
      ),
    ),
    'HMAC of a key of one block',
  )
  return 6
}

function running(hash: HashAlgorithm, { random }: Subject): number {
  const data = random(3 * hash.blockLength + 7)
  let count = 0
  for (const step of [1, 7, hash.blockLength - 1, hash.blockLength, hash.blockLength + 1, 500]) {
    const state = hash.create()
    const early = state.clone()
    for (let at = 0; at < data.length; at += step) {
      state.update(data.subarray(at, at + step))
      // Asking for the digest ends nothing, and asking twice gives it twice.
      const sofar = data.subarray(0, Math.min(at + step, data.length))
      checkEqual(state.digest(), hash.hash(sofar), `after ${sofar.length} bytes`)
      count++
    }
    const fork = state.clone()
    fork.update(ascii('x'))
    checkEqual(state.digest(), hash.hash(data), 'a clone is apart from its origin')
    checkEqual(fork.digest(), hash.hash(join(data, ascii('x'))), 'a clone goes on')
    checkEqual(early.digest(), hash.hash(new Uint8Array(0)), 'an early clone')
    count += 3
  }
  return count
}

/** HKDF-Expand-Label (RFC 9846 7.1). */
function expandLabel(
  hash: HashAlgorithm,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
): Uint8Array {
  const name = ascii(`tls13 ${label}`)
  const length = hash.outputLength
  const info = join(
    Uint8Array.of(length >> 8, length & 255, name.length),
    name,
    Uint8Array.of(context.length),
    context,
  )
  return hkdfExpand(hash, secret, info, length)
}

function keySchedule(sha256: HashAlgorithm): number {
  // RFC 5869 A.1 and A.3.
  const ikm = new Uint8Array(22).fill(0x0b)
  const prk = hkdfExtract(sha256, bytes('000102030405060708090a0b0c'), ikm)
  checkEqual(
    prk,
    bytes('077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5'),
    'RFC 5869 A.1, PRK',
  )
  checkEqual(
    hkdfExpand(sha256, prk, bytes('f0f1f2f3f4f5f6f7f8f9'), 42),
    bytes('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865'),
    'RFC 5869 A.1, OKM',
  )
  const none = new Uint8Array(0)
  checkEqual(
    hkdfExpand(sha256, hkdfExtract(sha256, none, ikm), none, 42),
    bytes('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8'),
    'RFC 5869 A.3, OKM',
  )
  // RFC 8448 3: the secrets of the simple 1-RTT handshake.
  const early = hkdfExtract(sha256, none, new Uint8Array(32))
  checkEqual(
    early,
    bytes('33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a'),
    'RFC 8448 3, early secret',
  )
  const derived = expandLabel(sha256, early, 'derived', sha256.hash(none))
  checkEqual(
    derived,
    bytes('6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba'),
    'RFC 8448 3, derived secret',
  )
  const shared = bytes('8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d')
  checkEqual(
    hkdfExtract(sha256, derived, shared),
    bytes('1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac'),
    'RFC 8448 3, handshake secret',
  )
  return 6
}
