/** One chain for all peers: a P-256 root, an intermediate and a leaf for `localhost`. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { noble } from '@sanstls/core/noble'
import { encodePem, issueCertificate } from '@sanstls/x509'

const day = 86_400_000

export function makeChain(now = Date.now()) {
  const random = (length) => new Uint8Array(randomBytes(length))
  const key = () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const pkcs8 = new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' }))
    return { pkcs8, signing: noble.importPrivateKey(pkcs8) }
  }
  const [root, intermediate, leaf] = [key(), key(), key()]
  const times = { notBefore: now - day, notAfter: now + 30 * day, random }
  const issue = (subject, own, issuer, issuerKey, more) =>
    issueCertificate({
      subject: { commonName: subject },
      publicKey: own.signing.publicKey,
      issuer,
      issuerKey: issuerKey.signing,
      ...times,
      ...more,
    })
  const authority = { ca: true, keyUsage: ['keyCertSign', 'cRLSign'] }
  const rootCertificate = issue('bench root', root, undefined, root, authority)
  const middle = issue('bench intermediate', intermediate, rootCertificate, root, authority)
  const end = issue('localhost', leaf, middle, intermediate, {
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: ['serverAuth'],
    subjectAltName: { dns: ['localhost'] },
  })
  const pem = (certificate) => encodePem('CERTIFICATE', certificate.der)
  return {
    root: rootCertificate.der,
    chain: [end.der, middle.der],
    pkcs8: leaf.pkcs8,
    rootPem: pem(rootCertificate),
    chainPem: pem(end) + pem(middle),
    keyPem: encodePem('PRIVATE KEY', leaf.pkcs8),
  }
}
