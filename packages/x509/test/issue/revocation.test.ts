/** Lists and responses that are issued here are what OpenSSL takes them for. */
import { createHash } from 'node:crypto'
import type { HashAlgorithm } from '@sanstls/core'
import { sha1, sha256 } from '@sanstls/core/noble'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { issueCrl } from '#src/issue/crl.js'
import { issueOcspResponse, ocspErrorResponse } from '#src/issue/ocsp.js'
import {
  certificatePoliciesExtension,
  inhibitAnyPolicyExtension,
  policyConstraintsExtension,
  policyMappingsExtension,
} from '#src/issue/policy-extension.js'
import {
  authorityInfoAccessExtension,
  crlDistributionPointsExtension,
  freshestCrlExtension,
  noRevAvailExtension,
  ocspNoCheckExtension,
  tlsFeatureExtension,
} from '#src/issue/revocation-extension.js'
import { encodePem } from '#src/pem.js'
import { day, makeCa, makeLeaf, makeRoot, now } from '../support/authority.js'
import { findOpenssl } from '../support/openssl.js'
import { rsaKey } from '../support/provider.js'

const random = (length: number): Uint8Array => new Uint8Array(length).fill(7)
const openssl = findOpenssl('issuing of revocation lists and OCSP responses')
const root = makeRoot()
const leaf = makeLeaf(root)
const other = makeLeaf(root, { serialNumber: Uint8Array.of(0x81) })

if (openssl !== undefined) {
  openssl.write('root.pem', encodePem('CERTIFICATE', root.certificate.der))
  openssl.write('leaf.pem', encodePem('CERTIFICATE', leaf.certificate.der))
  openssl.write('other.pem', encodePem('CERTIFICATE', other.certificate.der))

  test('a complete list', () => {
    const crl = issueCrl({
      issuer: root.certificate,
      issuerKey: root.key,
      random,
      thisUpdate: now,
      nextUpdate: now + day,
      number: 258,
      revoked: [
        {
          serialNumber: other.certificate.serialNumber,
          revokedAt: now - day,
          reason: 'keyCompromise',
          invalidSince: now - 2 * day,
        },
      ],
    })
    openssl.write('list.der', crl)
    const listing = ['crl', '-in', 'list.der', '-inform', 'DER']
    const { ok, output } = openssl.attempt(...listing, '-CAfile', 'root.pem', '-text', '-noout')
    assert.ok(ok, output)
    assert.match(output, /verify OK/)
    assert.match(output, /Version 2/)
    assert.match(output, /CRL Number: *\n *258/)
    assert.match(output, /Serial Number: 0?81/)
    assert.match(output, /Key Compromise/)
    assert.match(output, /Invalidity Date: *\n *May 30 12:00:00 2026 GMT/)
    openssl.run(...listing, '-out', 'list.pem')
    const time = ['-attime', String(now / 1000 + 1)]
    const files = ['-CAfile', 'root.pem', '-CRLfile', 'list.pem', '-crl_check', ...time]
    assert.ok(openssl.attempt('verify', ...files, 'leaf.pem').ok)
    assert.match(openssl.attempt('verify', ...files, 'other.pem').output, /certificate revoked/)
  })

  test('a list without anything is of version 1', () => {
    openssl.write(
      'list.der',
      issueCrl({
        issuer: { commonName: 'Any' },
        issuerKey: root.key,
        random,
        thisUpdate: now,
        revoked: [{ serialNumber: Uint8Array.of(1), revokedAt: now }],
      }),
    )
    const text = openssl.run('crl', '-in', 'list.der', '-inform', 'DER', '-text', '-noout')
    assert.match(text, /Version 1 /)
  })

  test('an indirect delta list of a distribution point', () => {
    const crl = issueCrl({
      issuer: root.certificate,
      issuerKey: rsaKey('list'),
      algorithm: 'rsa_pss_sha256',
      random,
      thisUpdate: now,
      nextUpdate: now + day,
      number: Uint8Array.of(0, 5),
      baseNumber: 4,
      issuingDistributionPoint: {
        fullName: { uri: ['http://example.com/a.crl'] },
        onlyUserCertificates: true,
        onlySomeReasons: ['keyCompromise', 'superseded'],
        indirect: true,
      },
      freshestCrl: ['http://example.com/fresh.crl'],
      revoked: [
        { serialNumber: Uint8Array.of(1), revokedAt: now, reason: 'removeFromCRL' },
        {
          serialNumber: Uint8Array.of(2),
          revokedAt: Date.UTC(2051, 0, 1),
          certificateIssuer: { commonName: 'Someone else' },
        },
      ],
    })
    openssl.write('list.der', crl)
    const text = openssl.run('crl', '-in', 'list.der', '-inform', 'DER', '-text', '-noout')
    for (const expected of [
      /Delta CRL Indicator: critical *\n *4/,
      /Issuing Distribution Point: critical/,
      /URI:http:\/\/example.com\/a.crl/,
      /Only User Certificates/,
      /Indirect CRL/,
      /Key Compromise, Superseded/,
      /Freshest CRL/,
      /Remove From CRL/,
      /Jan {2}1 00:00:00 2051 GMT/,
      /Certificate Issuer: critical\s*DirName: ?\/?CN ?= ?Someone else/,
    ]) {
      assert.match(text, expected)
    }
  })

  const base = {
    responder: root.certificate,
    responderKey: root.key,
    random,
    producedAt: now,
  } as const
  const single = {
    issuer: root.certificate,
    hash: sha1,
    thisUpdate: now,
    nextUpdate: now + day,
  } as const

  const ask = (response: Uint8Array, ...certificates: string[]): string => {
    openssl.write('response.der', response)
    const about = certificates.flatMap((file) => ['-cert', file])
    const { output } = openssl.attempt(
      ...['ocsp', '-respin', 'response.der', '-issuer', 'root.pem', ...about],
      ...['-CAfile', 'root.pem', '-text', '-validity_period', '999999999', '-no_nonce'],
      ...['-attime', String(now / 1000 + 1)],
    )
    return output
  }

  test('an OCSP response of the issuer', () => {
    const output = ask(
      issueOcspResponse({
        ...base,
        nonce: Uint8Array.of(1, 2, 3),
        responses: [
          { ...single, certificate: leaf.certificate, status: 'good' },
          {
            ...single,
            certificate: other.certificate.serialNumber,
            status: { revokedAt: now - day, reason: 'superseded' },
          },
        ],
      }),
      'leaf.pem',
      'other.pem',
    )
    assert.match(output, /Response verify OK/)
    assert.match(output, /leaf.pem: good/)
    assert.match(output, /other.pem: revoked/)
    assert.match(output, /Reason: superseded/)
    assert.match(output, /OCSP Nonce: *\n *0403010203|0403010203/)
  })

  test('an OCSP response of an authorised responder, by the hash of its key', () => {
    const responder = makeLeaf(root, {
      key: rsaKey('responder'),
      subject: { commonName: 'Responder' },
      extendedKeyUsage: ['ocspSigning'],
      extensions: [ocspNoCheckExtension()],
    })
    const output = ask(
      issueOcspResponse({
        ...base,
        responder: responder.certificate,
        responderKey: responder.key,
        responderKeyHash: sha1,
        certificates: [responder.certificate],
        responses: [{ ...single, hash: sha256, certificate: leaf.certificate, status: 'unknown' }],
      }),
    )
    assert.match(output, /Response verify OK/)
    assert.match(output, /Cert Status: unknown/)
    assert.match(output, /Hash Algorithm: sha256/)
  })

  test('an OCSP response that is none', () => {
    assert.match(ask(ocspErrorResponse('tryLater')), /trylater/i)
  })

  test('the extensions', () => {
    const point = {
      fullName: { directory: [{ commonName: 'Point' }] },
      reasons: ['keyCompromise', 'aACompromise'],
      crlIssuer: { directory: [{ commonName: 'List issuer' }] },
    } as const
    const ca = makeCa(root, 'Extended', {
      subject: {
        domainComponents: ['com', 'example'],
        stateOrProvince: 'Somewhere',
        locality: 'Town',
        commonName: 'Extended',
      },
      subjectAltName: {
        srv: ['_imaps.example.com'],
        smtpUtf8: ['ü@example.com'],
        registeredId: ['1.2.3.4'],
        directory: [{ commonName: 'Directory' }],
        other: [{ type: '1.2.3', value: Uint8Array.of(5, 0) }],
      },
      extensions: [
        certificatePoliciesExtension(['1.2.3', { policy: '1.2.4', cps: 'http://example.com/cps' }]),
        policyMappingsExtension([{ issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.5' }]),
        policyConstraintsExtension({ requireExplicitPolicy: 0, inhibitPolicyMapping: 200 }),
        inhibitAnyPolicyExtension(3),
        crlDistributionPointsExtension(['http://example.com/c.crl', point]),
        freshestCrlExtension(['http://example.com/d.crl']),
        authorityInfoAccessExtension({
          ocsp: ['http://example.com/ocsp'],
          caIssuers: ['http://example.com/ca.cer'],
        }),
        tlsFeatureExtension(),
        noRevAvailExtension(),
        ocspNoCheckExtension(),
      ],
    })
    openssl.write('extended.pem', encodePem('CERTIFICATE', ca.certificate.der))
    const text = openssl.run('x509', '-in', 'extended.pem', '-noout', '-text')
    for (const expected of [
      /Subject: DC = com, DC = example, ST = Somewhere, L = Town, CN = Extended/,
      /SRVName|1\.3\.6\.1\.5\.5\.7\.8\.7/,
      /Registered ID:1\.2\.3\.4/,
      /Policy: 1\.2\.3\n/,
      /CPS: http:\/\/example\.com\/cps/,
      /1\.2\.3:1\.2\.5/,
      /Require Explicit Policy:0, Inhibit Policy Mapping:200/,
      /Inhibit Any Policy: critical *\n *3/,
      /URI:http:\/\/example\.com\/c\.crl/,
      /Reasons: *\n *Key Compromise, AA Compromise/,
      /CRL Issuer: *\n *DirName: ?CN = List issuer/,
      /OCSP - URI:http:\/\/example\.com\/ocsp/,
      /CA Issuers - URI:http:\/\/example\.com\/ca\.cer/,
      /TLS Feature: *\n *status_request/,
      /OCSP No Check/,
      /No Revocation Available|2\.5\.29\.56|X509v3 No/,
    ]) {
      assert.match(text, expected)
    }
  })
}

test('what a list cannot say is refused', () => {
  assert.throws(
    () => crlDistributionPointsExtension([{ reasons: ['removeFromCRL'] }]),
    /no reason that lists divide by/,
  )
})

test('the hash of the certificate id is over name and key', () => {
  const hashed: Uint8Array[] = []
  const spy: HashAlgorithm = {
    ...sha1,
    hash(data) {
      hashed.push(data)
      return new Uint8Array(createHash('sha1').update(data).digest())
    },
  }
  issueOcspResponse({
    responder: root.certificate,
    responderKey: root.key,
    random,
    producedAt: now,
    responses: [
      {
        certificate: leaf.certificate,
        issuer: root.certificate,
        hash: spy,
        status: 'good',
        thisUpdate: now,
      },
    ],
  })
  assert.equal(hashed, [root.certificate.subjectDer, root.certificate.publicKey.publicKey])
})

test.run()
