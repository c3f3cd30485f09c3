/** In both directions: what OpenSSL issues is verified here, and what is issued here is verified by OpenSSL. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { certificatesFromPem, trustAnchorsFromPem } from '#src/anchor.js'
import { privateKeyFromPem } from '#src/key.js'
import { encodePem } from '#src/pem.js'
import { createVerifier } from '#src/verifier.js'
import { makeCa, makeLeaf, makeRoot } from './support/authority.js'
import { ecKey, ed25519Key, rsaKey, testProvider } from './support/provider.js'

const directory = mkdtempSync(join(tmpdir(), 'sanstls-x509-'))
test.after(() => rmSync(directory, { recursive: true }))

function openssl(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('openssl', args, {
    cwd: directory,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`openssl ${args.join(' ')}\n${stderr}${stdout}`)
  return stdout
}

const read = (name: string): string => readFileSync(join(directory, name), 'utf8')
const write = (name: string, text: string): void => writeFileSync(join(directory, name), text)

const configuration = `
[req]
distinguished_name = dn
prompt = no
[dn]
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ca0]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid,issuer
nameConstraints = critical,permitted;DNS:example.com,permitted;IP:192.0.2.0/255.255.255.0
certificatePolicies = 1.2.3.4
[leaf]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:www.example.com,DNS:*.b.example.com,IP:192.0.2.7
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid,issuer
`

const kinds: Readonly<Record<string, readonly string[]>> = {
  'P-256': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'P-384': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  RSA: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'RSA-PSS': ['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'RSA-PSS, bound': [
    ...['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'],
    ...['-pkeyopt', 'rsa_pss_keygen_md:sha384', '-pkeyopt', 'rsa_pss_keygen_mgf1_md:sha384'],
    ...['-pkeyopt', 'rsa_pss_keygen_saltlen:48'],
  ],
  Ed25519: ['-algorithm', 'ED25519'],
  Ed448: ['-algorithm', 'ED448'],
}

function issue(name: string, section: string, kind: readonly string[], issuer?: string): void {
  openssl('genpkey', ...kind, '-out', `${name}.key`)
  const subject = `/C=DE/O=Test/CN=${name}`
  openssl('req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`)
  const signer =
    issuer === undefined
      ? ['-signkey', `${name}.key`]
      : ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-CAcreateserial']
  const extensions = ['-extfile', 'openssl.cnf', '-extensions', section]
  openssl(
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    ...signer,
    ...extensions,
    '-days',
    '30',
    '-out',
    `${name}.pem`,
  )
}

function checkKind(kind: string): void {
  const options = kinds[kind] ?? []
  write('openssl.cnf', configuration)
  issue('root', 'ca', options)
  issue('ca', 'ca0', options, 'root')
  issue('leaf', 'leaf', options, 'ca')
  const anchors = trustAnchorsFromPem(read('root.pem'))
  const verifier = createVerifier({ anchors, crypto: testProvider })
  const chain = certificatesFromPem(read('leaf.pem') + read('ca.pem'))
  const check = (kind: 'DNS' | 'IP', value: string, time = Date.now() + 60_000) => {
    const result = verifier.verify({ chain, role: 'server', name: { kind, value }, time })
    return result.ok ? 'ok' : result.fault.message
  }
  assert.is(check('DNS', 'www.example.com'), 'ok')
  assert.is(check('DNS', 'a.b.example.com'), 'ok')
  assert.is(check('IP', '192.0.2.7'), 'ok')
  assert.match(check('DNS', 'leaf'), /is not for "leaf"/)
  assert.match(check('DNS', 'www.example.com', Date.now() + 31 * 86_400_000), /was valid until/)
  const key = testProvider.importPrivateKey(privateKeyFromPem(read('leaf.key')))
  const result = verifier.verify({ chain, role: 'server', name: 'unchecked', time: Date.now() })
  assert.ok(result.ok)
  if (result.ok) assert.equal(result.publicKey.spki, key.publicKey.spki)
}

if (spawnSync('openssl', ['version']).status !== 0) {
  console.log('SKIP openssl: there is no openssl command')
} else {
  for (const kind of Object.keys(kinds)) {
    test(`verifies what OpenSSL issues with ${kind}`, () => checkKind(kind))
  }

  test('takes the salt length of PSS from the certificate', () => {
    write('openssl.cnf', configuration)
    issue('root', 'ca', kinds.RSA ?? [])
    const request = ['-req', '-in', 'root.csr', '-CA', 'root.pem', '-CAkey', 'root.key']
    const extensions = ['-extfile', 'openssl.cnf', '-extensions', 'leaf', '-CAcreateserial']
    for (const length of ['0', '20', '32', '64']) {
      const pss = [
        '-sha256',
        '-sigopt',
        'rsa_padding_mode:pss',
        '-sigopt',
        `rsa_pss_saltlen:${length}`,
      ]
      openssl('x509', ...request, ...extensions, ...pss, '-out', 'pss.pem')
      const anchors = trustAnchorsFromPem(read('root.pem'))
      const verifier = createVerifier({ anchors, crypto: testProvider })
      const chain = certificatesFromPem(read('pss.pem'))
      const time = Date.now()
      const result = verifier.verify({ chain, role: 'server', name: 'unchecked', time })
      assert.is(result.ok ? 'ok' : result.fault.message, 'ok', length)
    }
  })

  test('OpenSSL verifies what is issued here', () => {
    for (const key of [ecKey('openssl'), rsaKey('openssl'), ed25519Key('openssl')]) {
      for (const algorithm of key.algorithms.filter((name) => !name.endsWith('sha1'))) {
        const root = makeRoot('Root', { key })
        const permitted = { dns: ['example.com'], ip: ['192.0.2.0/24', '2001:db8::/32'] }
        const ca = makeCa(root, 'Intermediate', {
          key,
          algorithm,
          ca: { pathLength: 0 },
          nameConstraints: { permitted, excluded: { dns: ['bad.example.com'] } },
        })
        const subjectAltName = { dns: ['www.example.com'], ip: ['192.0.2.1', '2001:db8::1'] }
        const leaf = makeLeaf(ca, { algorithm, subjectAltName })
        const entries = { root, ca, leaf }
        for (const [name, { certificate }] of Object.entries(entries)) {
          write(`own-${name}.pem`, encodePem('CERTIFICATE', certificate.der))
        }
        const time = ['-attime', String(leaf.certificate.notBefore / 1000 + 1)]
        const use = ['-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'www.example.com']
        const files = ['-CAfile', 'own-root.pem', '-untrusted', 'own-ca.pem', 'own-leaf.pem']
        assert.match(openssl('verify', ...time, ...use, ...files), /own-leaf\.pem: OK/, algorithm)
      }
    }
  })
}

test.run()
