/** Ed25519 and Ed448 private keys (RFC 8410 7). */
import { copyBytes } from '../../bytes.js'
import { DerReader } from '../../der/reader.js'
import { withRandom } from './blinding.js'
import { type EdwardsCurve, edwards448, edwards25519 } from './edwards.js'
import { type KeyImporter, publicKeyOf } from './private-key.js'

function eddsaKeys(name: 'ed25519' | 'ed448', oid: string, curve: EdwardsCurve): KeyImporter {
  return {
    algorithms: [oid],
    read(info) {
      const reader = new DerReader(info.privateKey)
      const seed = copyBytes(reader.readOctetString())
      reader.end()
      if (seed.length !== curve.length) {
        throw new TypeError(`${name} private key: ${curve.length} bytes expected`)
      }
      return {
        publicKey: publicKeyOf(info, curve.verifier().getPublicKey(seed)),
        algorithms: [name],
        sign(algorithm, message, random) {
          if (algorithm !== name)
            throw new TypeError(`an ${name} key cannot sign with ${algorithm}`)
          return withRandom(random, () => {
            const { eddsa, table } = curve.signer()
            table.use()
            return eddsa.sign(message, seed)
          })
        },
      }
    },
  }
}

export const ed25519Keys: KeyImporter = /* @__PURE__ */ eddsaKeys(
  'ed25519',
  '1.3.101.112',
  edwards25519,
)
export const ed448Keys: KeyImporter = /* @__PURE__ */ eddsaKeys('ed448', '1.3.101.113', edwards448)
