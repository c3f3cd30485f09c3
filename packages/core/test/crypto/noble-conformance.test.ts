// The noble provider, opt-in entries included, against what every provider must do.
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import type { CryptoProvider, NamedGroup, Random } from '#src/crypto/provider.js'
import { mldsa44, mldsa65, mldsa87 } from '#src/noble/mldsa.js'
import { allSuites12, finiteField, rsaEncryption } from '#src/noble/tls12.js'
import {
  aes128Ccm8,
  aes256Ccm,
  aes256Ccm8,
  brainpoolP256r1tls13,
  brainpoolP384r1tls13,
  brainpoolP512r1tls13,
  createNoble,
  ecdsa_brainpool,
  ecdsa_sha1,
  ecdsa_sha224,
  ecdsaKeysWithBrainpool,
  ed448Keys,
  ed25519Keys,
  MLKEM512,
  MLKEM768,
  MLKEM1024,
  noble,
  rsa_pkcs1_sha1,
  rsa_pkcs1_sha224,
  rsa_pss_sha1,
  rsaKeys,
  sha224,
  TLS_AES_128_CCM_8_SHA256,
} from '#src/noble.js'
import { conformance } from '#src/testing/conformance.js'

const directory =
  process.env.SANSTLS_VECTORS ??
  fileURLToPath(new URL('../../../../../shared/vectors', import.meta.url))
const isThere = existsSync(`${directory}/wycheproof`)
const all = process.env.SANSTLS_RUNS === 'all'

const everything: CryptoProvider = createNoble({
  suites: [...noble.suites, TLS_AES_128_CCM_8_SHA256],
  groups: [
    ...noble.groups,
    brainpoolP256r1tls13,
    brainpoolP384r1tls13,
    brainpoolP512r1tls13,
    MLKEM512,
    MLKEM768,
    MLKEM1024,
  ],
  signatures: [
    ...noble.signatures,
    ...ecdsa_brainpool,
    ecdsa_sha1,
    ecdsa_sha224,
    rsa_pkcs1_sha1,
    rsa_pkcs1_sha224,
    rsa_pss_sha1,
    mldsa44,
    mldsa65,
    mldsa87,
  ],
  hashes: [...noble.hashes, sha224],
  keys: [ecdsaKeysWithBrainpool, ed25519Keys, ed448Keys, rsaKeys],
  suites12: allSuites12,
  finiteField,
  rsaEncryption,
})

const random: Random = (length) => Uint8Array.from(randomBytes(length))

/** The randomness that leads noble's groups to a given private key or message. */
function fix(group: NamedGroup, kind: 'privateKey' | 'message', value: Uint8Array): Random {
  const order = kind === 'privateKey' ? orders[group.id] : undefined
  if (order === undefined) return () => value.slice()
  // A scalar d comes from a number that is d - 1 modulo the order less one (FIPS 186-5 A.2.1).
  const d = BigInt(`0x${Buffer.from(value).toString('hex')}`)
  return (length) =>
    Uint8Array.from(Buffer.from((d - 1n).toString(16).padStart(2 * length, '0'), 'hex'))
}

/** The groups whose private keys are scalars. */
const orders: Readonly<Record<number, true>> = {
  23: true,
  24: true,
  25: true,
  31: true,
  32: true,
  33: true,
}

const load = (file: string): unknown => {
  const path = `${directory}/wycheproof/${file}`
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

if (!isThere) console.log(`SKIP wycheproof: no vectors in ${directory} (SANSTLS_VECTORS)`)
else if (!all)
  console.log('wycheproof: slow families are sampled; SANSTLS_RUNS=all runs every vector')

let vectors = 0
for (const { name, run } of conformance(everything, random, {
  aeads: [aes128Ccm8, aes256Ccm, aes256Ccm8],
  fix,
  all,
  ...(isThere && { load }),
})) {
  test(name, () => {
    const start = performance.now()
    const count = run()
    if (process.env.SANSTLS_TIMES !== undefined) {
      console.log(`${name}: ${count} in ${(performance.now() - start).toFixed(0)} ms`)
    }
    if (name.startsWith('wycheproof')) vectors += count
  })
}

test.after(() => console.log(`wycheproof: ${vectors} vectors`))
test.run()
