/** Descriptions of certificates are those of `openssl x509 -text`, but for what describe.ts says. */
import { rootCertificates } from 'node:tls'
import { DerError, encodeOctetString, encodeSequence } from '@sanstls/core/der'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { certificatesFromPem } from '#src/anchor.js'
import { describeCertificate } from '#src/describe.js'
import { encodeExtension } from '#src/issue/extension.js'
import { encodePem } from '#src/pem.js'
import { sampleCertificate } from './sct/sample.js'
import { makeCa, makeLeaf, makeRoot } from './support/authority.js'
import { findOpenssl, type Openssl } from './support/openssl.js'
import { configure } from './support/property.js'
import { ed25519Key, rsaKey } from './support/provider.js'

configure()

const describePem = (pem: string): string =>
  certificatesFromPem(pem)
    .map((der) => describeCertificate(der))
    .join('')

/** What OpenSSL 3.0 says of the sample, without the spaces at the ends of lines. */
const expected = `Certificate:
    Data:
        Version: 3 (0x2)
        Serial Number: 7 (0x7)
        Signature Algorithm: sha1WithRSAEncryption
        Issuer: C = GB, O = Certificate Transparency CA, ST = Wales, L = Erw Wen
        Validity
            Not Before: Jun  1 00:00:00 2012 GMT
            Not After : Jun  1 00:00:00 2122 GMT
        Subject: C = GB, O = Certificate Transparency, ST = Wales, L = Erw Wen
        Subject Public Key Info:
            Public Key Algorithm: rsaEncryption
                Public-Key: (1024 bit)
                Modulus:
                    00:be:ef:98:e7:c2:68:77:ae:38:5f:75:32:5a:0c:
                    1d:32:9b:ed:f1:8f:aa:f4:d7:96:bf:04:7e:b7:e1:
                    ce:15:c9:5b:a2:f8:0e:e4:58:bd:7d:b8:6f:8a:4b:
                    25:21:91:a7:9b:d7:00:c3:8e:9c:03:89:b4:5c:d4:
                    dc:9a:12:0a:b2:1e:0c:b4:1c:d0:e7:28:05:a4:10:
                    cd:9c:5b:db:5d:49:27:72:6d:af:17:10:f6:01:87:
                    37:7e:a2:5b:1a:1e:39:ee:d0:b8:81:19:dc:15:4d:
                    c6:8f:7d:a8:e3:0c:af:15:8a:33:e6:c9:50:9f:4a:
                    05:b0:14:09:ff:5d:d8:7e:b5
                Exponent: 65537 (0x10001)
        X509v3 extensions:
            X509v3 Subject Key Identifier:
                20:31:54:1A:F2:5C:05:FF:D8:65:8B:68:43:79:4F:5E:90:36:F7:B4
            X509v3 Authority Key Identifier:
                keyid:5F:9D:88:0D:C8:73:E6:54:D4:F8:0D:D8:E6:B0:C1:24:B4:47:C3:55
                DirName:/C=GB/O=Certificate Transparency CA/ST=Wales/L=Erw Wen
                serial:00
            X509v3 Basic Constraints:
                CA:FALSE
            CT Precertificate SCTs:
                Signed Certificate Timestamp:
                    Version   : v1 (0x0)
                    Log ID    : DF:1C:2E:C1:15:00:94:52:47:A9:61:68:32:5D:DC:5C:
                                79:59:E8:F7:C6:D3:88:FC:00:2E:0B:BD:3F:74:D7:64
                    Timestamp : Apr  5 17:04:16.275 2013 GMT
                    Extensions: none
                    Signature : ecdsa-with-SHA256
                                30:45:02:21:00:B8:C5:D3:75:9B:84:74:7D:DA:3C:0E:
                                21:1A:F9:90:72:2D:B5:93:14:79:93:F9:2E:C4:99:F1:
                                1B:20:2A:C6:7C:02:20:0D:DD:D1:EE:33:DC:15:49:F9:
                                79:98:45:C2:EA:CB:10:21:7B:A5:59:66:7B:AB:3B:EA:
                                0C:00:E4:99:E3:17:AA
    Signature Algorithm: sha1WithRSAEncryption
    Signature Value:
        25:97:e2:5a:12:56:c4:5d:8b:ee:1a:2e:ab:8f:aa:a1:3d:fa:
        c9:d6:63:eb:fa:4a:e1:b7:ec:41:2a:4e:c0:ec:b9:36:88:4c:
        9a:4d:0a:40:fc:f6:70:57:2f:e2:19:ce:41:43:05:ed:60:dc:
        f6:cc:e7:4f:09:06:43:f6:17:d3:50:f9:3f:a8:1a:2e:4d:20:
        ba:70:e4:e1:32:e4:38:29:88:a1:e7:b9:f5:f8:ae:f9:2e:96:
        87:dd:55:48:e8:8b:b0:69:f1:13:ad:49:db:a4:01:3a:cd:d8:
        46:40:d6:2c:9c:37:49:bf:28:40:b2:74:e9:cb:ce:8e:4f:12:
        bb:32
`

test('a certificate with a timestamp', () => {
  assert.fixture(describePem(sampleCertificate), expected)
})

/** Spaces, the way of writing names (`C = DE` until OpenSSL 3.1, `C=DE` since), and texts that are no ASCII differ. */
const normalised = (text: string, joined: boolean): string =>
  joined
    ? text.replaceAll(/\s+/g, ' ').replaceAll(' = ', '=').trim()
    : text
        .split('\n')
        .map((line) =>
          line
            .trimEnd()
            .replaceAll(' = ', '=')
            .replace(/Explicit Text: .*/, 'Explicit Text:'),
        )
        .join('\n')

function compare(openssl: Openssl, pem: string, joined = false): void {
  openssl.write('certificate.pem', pem)
  const theirs = openssl.run('x509', '-in', 'certificate.pem', '-noout', '-text')
  assert.fixture(normalised(describePem(pem), joined), normalised(theirs, joined))
}

const openssl = findOpenssl('descriptions beside those of the openssl command')
// Later versions have more extensions by name, and other forms for names inside of them.
const isOurs = /^OpenSSL 3\.[01]\./.test(openssl?.run('version') ?? '')
if (openssl !== undefined && !isOurs) {
  console.log('SKIP descriptions beside those of the openssl command: they are of OpenSSL 3.0')
}
if (openssl !== undefined && isOurs) {
  test("Node's roots", () => {
    for (const pem of rootCertificates) {
      // It has a value with a line feed, which is a dot here.
      if (describePem(pem).includes('setCext-hashedRoot')) continue
      compare(openssl, pem)
    }
  })

  test('what is issued here', () => {
    const root = makeRoot('Root', { subject: { organization: 'Test, "Inc"', commonName: 'Röt\\' } })
    const entities = [
      root,
      makeCa(root, 'CA', { key: ed25519Key('described'), ca: { pathLength: 1 } }),
      makeLeaf(root, { key: rsaKey('described'), serialNumber: Uint8Array.of(0x80) }),
      makeLeaf(root, { serialNumber: new Uint8Array(9).fill(255) }),
    ]
    for (const { certificate } of entities)
      compare(openssl, encodePem('CERTIFICATE', certificate.der))
  })

  test('every extension', () => {
    openssl.write('openssl.cnf', configuration)
    for (const kind of [['ec', '-pkeyopt', 'ec_paramgen_curve:P-521'], ['rsa:1024']]) {
      const key = ['-newkey', ...kind, '-nodes', '-keyout', 'key.pem']
      const names = ['-config', 'openssl.cnf', '-extensions', 'e', '-utf8', '-days', '10']
      openssl.run('req', '-x509', ...key, ...names, '-out', 'all.pem')
      compare(openssl, openssl.text('all.pem'), true)
    }
  })

  test('RSASSA-PSS', () => {
    for (const options of [
      ['-newkey', 'rsa:1024', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32'],
      ['-newkey', 'rsa-pss', '-pkeyopt', 'rsa_keygen_bits:1024'],
    ]) {
      const files = ['-nodes', '-keyout', 'key.pem', '-out', 'pss.pem']
      openssl.run('req', '-x509', '-sha256', '-subj', '/CN=PSS', ...options, ...files)
      compare(openssl, openssl.text('pss.pem'), true)
    }
  })
}

test('no value makes up lines', () => {
  const forged = 'x\n        Subject: CN = Someone else'
  const names = {
    dns: [forged],
    uri: [forged],
    email: [forged],
    directory: [{ commonName: forged }],
  }
  const { certificate } = makeLeaf(makeRoot(), {
    subject: { commonName: forged, organization: forged },
    subjectAltName: names,
    extensions: [
      encodeExtension('1.2.3', true, encodeOctetString(new Uint8Array(Buffer.from(forged)))),
      encodeExtension(
        '2.16.840.1.113730.1.13',
        false,
        Uint8Array.of(22, forged.length, ...Buffer.from(forged)),
      ),
    ],
  })
  const lines = describeCertificate(certificate).split('\n')
  assert.is(lines.filter((line) => /^ *Subject: CN/.test(line)).length, 0)
  assert.ok(lines.includes('            1.2.3: critical'))
})

test('an extension that is malformed is shown as it is', () => {
  const extension = encodeExtension('2.5.29.16', false, encodeSequence(Uint8Array.of(5, 0)))
  const { certificate } = makeLeaf(makeRoot(), { extensions: [extension] })
  assert.match(describeCertificate(certificate), /Private Key Usage Period:\n {16}0\.\.\.\n/)
})

test('no bytes make it fail in another way', () => {
  const [der = new Uint8Array()] = certificatesFromPem(sampleCertificate)
  fc.assert(
    fc.property(fc.nat({ max: der.length - 1 }), fc.nat({ max: 255 }), (at, octet) => {
      const copy = der.slice()
      copy[at] = octet
      try {
        describeCertificate(copy)
      } catch (error) {
        if (!(error instanceof DerError)) throw error
      }
    }),
  )
})

const configuration = `
[req]
distinguished_name=dn
prompt=no
[dn]
C=DE
O=Test, Inc
OU=a+b
CN=Ünï
emailAddress=a@b.c
[e]
basicConstraints=critical,CA:TRUE,pathlen:3
keyUsage=critical,digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment,keyAgreement,keyCertSign,cRLSign,encipherOnly,decipherOnly
extendedKeyUsage=serverAuth,clientAuth,codeSigning,emailProtection,timeStamping,OCSPSigning,1.2.3.4,anyExtendedKeyUsage
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid:always,issuer:always
subjectAltName=DNS:a.b,DNS:*.c.d,IP:1.2.3.4,IP:2001:db8::1,email:x@y.z,URI:http://a.b/,RID:1.2.3.4,otherName:1.2.3.4;UTF8:hello,dirName:dir
issuerAltName=DNS:i.b
nameConstraints=critical,permitted;DNS:a.b,permitted;IP:1.2.3.0/255.255.255.0,excluded;email:x.y,excluded;IP:2001:db8::/ffff:ffff::
certificatePolicies=1.2.3.4,@pol,2.5.29.32.0
policyMappings=1.2.3:1.2.4
policyConstraints=requireExplicitPolicy:0,inhibitPolicyMapping:2
inhibitAnyPolicy=2
crlDistributionPoints=URI:http://a.b/c.crl,dp
freshestCRL=URI:http://a.b/d.crl
authorityInfoAccess=OCSP;URI:http://o/,caIssuers;URI:http://c/
subjectInfoAccess=1.3.6.1.5.5.7.48.5;URI:http://r/
tlsfeature=status_request,17,5000
noCheck=ignored
1.2.3.4.5=critical,ASN1:UTF8String:hi there
nsComment="A comment"
nsCertType=server,client
2.5.29.9=DER:3000
[dir]
CN=dir
O=x
[pol]
policyIdentifier=1.3.5.8
CPS.1="http://cps/"
userNotice.1=@n
[n]
explicitText="Explicit text"
organization="Org"
noticeNumbers=1,2
[dp]
fullname=URI:http://x/,URI:http://y/
CRLissuer=dirName:dir
reasons=keyCompromise,CACompromise
`

test.run()
