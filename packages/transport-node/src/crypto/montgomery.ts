/** X25519 and X448 (RFC 7748). */
import {
  diffieHellman as agreeKeys,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
} from 'node:crypto'
import { isOpenSsl30, lazy } from './available.js'
import { base64url, fromHex, join, plain } from './bytes.js'
import { diffieHellman, type NativeGroup } from './group.js'

interface Curve {
  readonly id: number
  readonly name: string
  /** As JWK names it (RFC 8037 2). */
  readonly jwkName: string
  /** Bytes of a private key, and of a share. */
  readonly length: number
  /** PKCS#8 (RFC 8410 7) up to the private key. */
  readonly prefix: string
  /** The u coordinate of the base point (RFC 7748 4.1, 4.2). */
  readonly base: number
}

function montgomery(curve: Curve): NativeGroup {
  const { id, name, jwkName, length } = curve
  const prefix = lazy(() => fromHex(curve.prefix))

  const importShare = (share: Uint8Array): KeyObject =>
    createPublicKey({ key: { kty: 'OKP', crv: jwkName, x: base64url(share) }, format: 'jwk' })

  const importPrivate = (privateKey: Uint8Array): KeyObject => {
    const pkcs8 = join(prefix(), privateKey)
    const key = createPrivateKey({ key: Buffer.from(pkcs8.buffer), format: 'der', type: 'pkcs8' })
    pkcs8.fill(0)
    return key
  }

  /**
   * For OpenSSL 3.0, where it saves 290 us. That does not look at the public part; a Node that does takes the other way.
   * The string cannot be wiped: of all that is made here, only it outlives the key pair until it is collected.
   */
  const importPrivateAsJwk = (privateKey: Uint8Array): KeyObject => {
    const x = base64url(new Uint8Array(length))
    const key = { kty: 'OKP', crv: jwkName, x, d: base64url(privateKey) }
    return createPrivateKey({ key, format: 'jwk' })
  }

  const basePoint = lazy(() => {
    const u = new Uint8Array(length)
    u[0] = curve.base
    return importShare(u)
  })

  /** RFC 7748 6: the public key is the private key's multiple of the base point. Exporting it takes longer. */
  const shareOf = (key: KeyObject): Uint8Array =>
    plain(agreeKeys({ privateKey: key, publicKey: basePoint() }))

  const importer = lazy(() => {
    if (!isOpenSsl30()) return importPrivate
    const privateKey = new Uint8Array(length).fill(0x5a)
    const expected = shareOf(importPrivate(privateKey))
    try {
      const share = shareOf(importPrivateAsJwk(privateKey))
      return Buffer.compare(share, expected) === 0 ? importPrivateAsJwk : importPrivate
    } catch {
      return importPrivate
    }
  })

  const generate = (privateKey: Uint8Array) => {
    const key = importer()(privateKey)
    return { share: shareOf(key), agree: (share: Uint8Array) => agree(key, share) }
  }

  const agree = (key: KeyObject, share: Uint8Array): Uint8Array | undefined => {
    try {
      const secret = plain(agreeKeys({ privateKey: key, publicKey: importShare(share) }))
      // RFC 9846 7.4.2: the share had small order. OpenSSL refuses it by itself.
      return secret.some((octet) => octet !== 0) ? secret : undefined
    } catch {
      return undefined
    }
  }

  return diffieHellman({
    id,
    name,
    shareLength: length,
    generate: (random) => generate(random(length)),
    probe() {
      const one = generate(new Uint8Array(length).fill(1))
      return one.share.length === length && one.agree(one.share)?.length === length
    },
  })
}

export const x25519: NativeGroup = /* @__PURE__ */ montgomery({
  id: 29,
  name: 'x25519',
  jwkName: 'X25519',
  length: 32,
  prefix: '302e 020100 3005 06032b656e 0422 0420',
  base: 9,
})

export const x448: NativeGroup = /* @__PURE__ */ montgomery({
  id: 30,
  name: 'x448',
  jwkName: 'X448',
  length: 56,
  prefix: '3046 020100 3005 06032b656f 043a 0438',
  base: 5,
})
