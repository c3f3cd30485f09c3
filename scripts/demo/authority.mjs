// A root, an intermediate and whatever they issue, made anew for each demonstration.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { nodeCrypto } from '@sanstls/transport-node/crypto'
import { encodePem, issueCertificate } from '@sanstls/x509'

const hour = 3_600_000

/** Returns the root in PEM, and a function that issues a server's certificate and key in PEM. */
export function authority() {
  const now = Date.now()
  const common = {
    random: (length) => new Uint8Array(randomBytes(length)),
    notBefore: now - hour,
    notAfter: now + 24 * hour,
    identifierHash: nodeCrypto.hashes.find(({ name }) => name === 'sha256'),
  }
  const signs = ['keyCertSign', 'cRLSign']
  const rootKey = makeKey('P-384')
  const root = issueCertificate({
    ...common,
    subject: { organization: 'sanstls demo', commonName: 'Root' },
    publicKey: rootKey.key.publicKey,
    issuerKey: rootKey.key,
    ca: true,
    keyUsage: signs,
  })
  const middleKey = makeKey('P-256')
  const middle = issueCertificate({
    ...common,
    subject: { organization: 'sanstls demo', commonName: 'Intermediate' },
    publicKey: middleKey.key.publicKey,
    issuer: root,
    issuerKey: rootKey.key,
    ca: { pathLength: 0 },
    keyUsage: signs,
  })
  const issue = (name) => {
    const { key, pem } = makeKey('P-256')
    const leaf = issueCertificate({
      ...common,
      subject: { commonName: name },
      publicKey: key.publicKey,
      issuer: middle,
      issuerKey: middleKey.key,
      ca: false,
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['serverAuth'],
      subjectAltName: { dns: [name] },
    })
    return { cert: pemOf(leaf) + pemOf(middle), key: pem }
  }
  return { ca: pemOf(root), issue }
}

const pemOf = ({ der }) => encodePem('CERTIFICATE', der)

function makeKey(namedCurve) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve })
  const der = privateKey.export({ type: 'pkcs8', format: 'der' })
  return {
    key: nodeCrypto.importPrivateKey(new Uint8Array(der)),
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  }
}
