/** Key exchange (a share made, and a secret agreed on) and ECDSA verified, by the providers alone. */
import { randomBytes } from 'node:crypto'
import { noble } from '@sanstls/core/noble'
import { wasm } from '@sanstls/core/wasm'
import { native } from '@sanstls/transport-node/crypto'
import { rates } from '../measure.mjs'

const reference = 'noble'

const providers = { wasm, noble, 'node:crypto': native }
const random = (length) => new Uint8Array(randomBytes(length))
const named = (list, name) => list.find((entry) => entry.name === name)

export async function run({ wanted, report, chain, measuring }) {
  for (const { name, peers } of curvePeers(chain.pkcs8)) {
    const title = `curves: ${name}`
    if (!wanted(title)) continue
    const results = await rates(peers, {
      ...measuring,
      milliseconds: measuring.milliseconds / 2,
      run: (peer) => peer.run(),
    })
    report.add({ title, unit: 'per second', results, reference })
  }
}

/** Peers for each operation; `pkcs8` is a key on P-256. */
function curvePeers(pkcs8) {
  const exchange = (name) =>
    Object.entries(providers).map(([label, { groups }]) => {
      const group = named(groups, name)
      const { share } = group.generate(random)
      return {
        name: label,
        run() {
          if (group.encapsulate(share, random) === undefined) throw new Error('bench: refused')
        },
      }
    })
  const key = noble.importPrivateKey(pkcs8)
  const message = random(100)
  const signature = key.sign('ecdsa_sha256', message, random)
  const verification = Object.entries(providers).map(([label, { signatures }]) => {
    const algorithm = named(signatures, 'ecdsa_sha256')
    return {
      name: label,
      run() {
        if (!algorithm.verify(key.publicKey, message, signature)) throw new Error('bench: refused')
      },
    }
  })
  return [
    { name: 'x25519, share and secret', peers: exchange('x25519') },
    { name: 'secp256r1, share and secret', peers: exchange('secp256r1') },
    { name: 'ECDSA on P-256, verified', peers: verification },
  ]
}
