/**
 * A typical three-certificate chain (P-256; root, intermediate, end-entity), from DER to "valid for this name": ours with
 * the provider over node:crypto and with noble, cold (every signature checked) and cached; node:crypto's X509Certificate,
 * which leaves building the path and most rules to its caller; and pkijs.
 */
import { X509Certificate } from 'node:crypto'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { noble } from '@sanstls/core/noble'
import { native } from '@sanstls/transport-node/crypto'
import { createVerifier, parseCertificate, trustAnchor } from '@sanstls/x509'
import { rates } from '../measure.mjs'

const reference = 'X509Certificate'

export async function run(bench) {
  await chains(bench)
  await parsing(bench)
}

async function chains({ wanted, report, chain, measuring }) {
  const title = 'chains of three certificates'
  if (!wanted(title)) return
  const peers = await chainPeers(chain)
  const results = await rates(peers, { ...measuring, run: (peer) => peer.run() })
  report.add({ title, unit: 'parsed and verified/s', results, reference })
}

/** Every field and extension is read. */
async function parsing({ wanted, report, chain, measuring }) {
  const title = 'parsing two certificates'
  if (!wanted(title)) return
  const { Certificate } = await loadPkijs()
  const peers = [
    { name: 'sanstls', run: () => chain.chain.map(parseCertificate) },
    { name: reference, run: () => chain.chain.map((der) => new X509Certificate(der)) },
    { name: 'pkijs', run: () => chain.chain.map((der) => Certificate.fromBER(der)) },
  ]
  const results = await rates(peers, { ...measuring, run: (peer) => peer.run() })
  report.add({ title, unit: 'chains/s', results, reference: 'pkijs' })
}

async function chainPeers({ root, chain }) {
  const time = Date.now()
  const name = { kind: 'DNS', value: 'localhost' }
  const ours = (label, crypto, cacheSize) => {
    const anchors = [trustAnchor(root)]
    const verifier = createVerifier({ anchors, crypto, cacheSize })
    return {
      name: label,
      run() {
        const result = verifier.verify({ chain, role: 'server', name, time })
        if (!result.ok) throw new Error(`bench: ${result.fault.message}`)
      },
    }
  }
  return [
    ours('ours, native, cold', native, 0),
    ours('ours, native, cached', native, 256),
    ours('ours, noble, cold', noble, 0),
    ours('ours, noble, cached', noble, 256),
    byNode(root, chain),
    { name: 'pkijs', run: await pkijsRunner(root, chain) },
  ]
}

/** What a careful caller would do with node:crypto; the rules that it does not offer are left out. */
function byNode(root, chain) {
  const anchor = new X509Certificate(root)
  return { name: reference, run: () => verifyByNode(anchor, chain) }
}

function verifyByNode(anchor, chain) {
  const [leaf, issuer] = chain.map((der) => new X509Certificate(der))
  const now = Date.now()
  for (const certificate of [leaf, issuer, anchor])
    if (Date.parse(certificate.validFrom) > now || Date.parse(certificate.validTo) < now)
      throw new Error('bench: not valid now')
  const isValid =
    leaf.checkIssued(issuer) &&
    leaf.verify(issuer.publicKey) &&
    issuer.ca &&
    issuer.checkIssued(anchor) &&
    issuer.verify(anchor.publicKey) &&
    leaf.checkHost('localhost') !== undefined
  if (!isValid) throw new Error('bench: X509Certificate does not verify the chain')
}

async function loadPkijs() {
  // A dependency of the package, not of the workspace.
  const resolver = createRequire(new URL('../../../packages/x509/package.json', import.meta.url))
  const pkijs = await import(pathToFileURL(resolver.resolve('pkijs')).href)
  return pkijs.default ?? pkijs
}

async function pkijsRunner(root, chain) {
  const { Certificate, CertificateChainValidationEngine } = await loadPkijs()
  const read = (der) => Certificate.fromBER(der)
  const anchor = read(root)
  return async () => {
    const [leaf, issuer] = chain.map(read)
    const engine = new CertificateChainValidationEngine({
      trustedCerts: [anchor],
      // The end-entity stands last.
      certs: [issuer, leaf],
      checkDate: new Date(),
    })
    const { result, resultMessage } = await engine.verify()
    if (!result) throw new Error(`bench: pkijs: ${resultMessage}`)
  }
}
