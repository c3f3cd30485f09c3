import * as crypto from 'node:crypto'
import * as tls from 'node:tls'
import {
  certificatePublicKey,
  DerError,
  encodeBitString,
  encodeBoolean,
  encodeElement,
  encodeExplicit,
  encodeInteger,
  encodeNamedBits,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
  encodeText,
  encodeTime,
  tags,
} from '@sanstls/core/der'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trustAnchorsFromPem } from '#src/anchor.js'
import { parseCertificate } from '#src/certificate.js'
import { extensionIds, keyUsage } from '#src/extension.js'
import { basicConstraintsExtension, encodeExtension } from '#src/issue/extension.js'
import { encodeName } from '#src/issue/name.js'
import { makeCa, makeLeaf, makeRoot, now } from './support/authority.js'
import { configure } from './support/property.js'
import { ecKey } from './support/provider.js'

configure()

const refuses = (what: string, der: () => Uint8Array, reason: RegExp): void =>
  test(`refuses ${what}`, () => {
    const bytes = der()
    assert.throws(
      () => parseCertificate(bytes),
      (error: unknown) => error instanceof DerError && reason.test(error.message),
    )
  })

/** The parts of a certificate, any of which a test may replace. No signature is checked here. */
interface Parts {
  before: Uint8Array[]
  serial: Uint8Array
  algorithm: Uint8Array
  issuer: Uint8Array
  validity: Uint8Array
  subject: Uint8Array
  spki: Uint8Array
  after: Uint8Array[]
  outerAlgorithm: Uint8Array
  signature: Uint8Array
}

const ecdsaSha256 = encodeSequence(encodeObjectIdentifier('1.2.840.10045.4.3.2'))
const time = encodeTime(now)

function assemble(changes: Partial<Parts>): Uint8Array {
  const parts: Parts = {
    before: [encodeExplicit(0, encodeInteger(2))],
    serial: encodeInteger(5),
    algorithm: ecdsaSha256,
    issuer: encodeName({ commonName: 'Issuer' }),
    validity: encodeSequence(time, time),
    subject: encodeName({ commonName: 'Subject' }),
    spki: ecKey('Subject').publicKey.spki,
    after: [extensions(basicConstraintsExtension(false))],
    outerAlgorithm: ecdsaSha256,
    signature: encodeBitString(new Uint8Array(8)),
    ...changes,
  }
  const tbs = encodeSequence(
    ...parts.before,
    parts.serial,
    parts.algorithm,
    parts.issuer,
    parts.validity,
    parts.subject,
    parts.spki,
    ...parts.after,
  )
  return encodeSequence(tbs, parts.outerAlgorithm, parts.signature)
}

const extensions = (...list: Uint8Array[]): Uint8Array => encodeExplicit(3, encodeSequence(...list))
const withExtension = (id: string, value: Uint8Array): Uint8Array =>
  assemble({ after: [extensions(encodeExtension(id, false, value))] })
const integer = (...octets: number[]): Uint8Array =>
  encodeElement(tags.integer, Uint8Array.from(octets))

test('reads what was issued', () => {
  const root = makeRoot()
  const ca = makeCa(root, 'Intermediate', { ca: { pathLength: 0 } })
  const leaf = makeLeaf(ca, {
    subjectAltName: { dns: ['a.example'], ip: ['192.0.2.1', '2001:db8::1'] },
  })
  const { certificate } = leaf
  assert.is(certificate.version, 3)
  assert.is(certificate.description, 'CN=Leaf,O=Test')
  assert.is(certificate.issuerKey, ca.certificate.subjectKey)
  assert.is(certificate.notBefore, now - 30 * 86_400_000)
  assert.is(certificate.notAfter, now + 30 * 86_400_000)
  assert.equal(certificate.extensions.basicConstraints, { ca: false, pathLength: undefined })
  assert.is(certificate.extensions.keyUsage, keyUsage.digitalSignature)
  assert.equal(certificate.extensions.extendedKeyUsage, ['1.3.6.1.5.5.7.3.1'])
  assert.equal(
    certificate.extensions.subjectAltName?.map(({ kind }) => kind),
    ['dns', 'ip', 'ip'],
  )
  assert.equal(
    certificate.extensions.authorityKeyIdentifier?.keyIdentifier,
    ca.certificate.extensions.subjectKeyIdentifier,
  )
  assert.equal(ca.certificate.extensions.basicConstraints, { ca: true, pathLength: 0 })
  assert.not(ca.certificate.isSelfIssued)
  assert.ok(root.certificate.isSelfIssued)
})

test('agrees with OpenSSL about what was issued', () => {
  const { certificate } = makeLeaf(makeRoot(), {
    subjectAltName: { dns: ['a.example'], ip: ['192.0.2.1'] },
  })
  const other = new crypto.X509Certificate(Buffer.from(certificate.der))
  assert.is(other.subject, 'O=Test\nCN=Leaf')
  assert.is(other.subjectAltName, 'DNS:a.example, IP Address:192.0.2.1')
  assert.is(Date.parse(other.validTo), certificate.notAfter)
  assert.is(other.ca, false)
  assert.ok(other.verify(other.publicKey) === false)
})

test('reads every root that Node ships', () => {
  const anchors = trustAnchorsFromPem(tls.rootCertificates.join('\n'))
  assert.is(anchors.length, tls.rootCertificates.length)
  for (const { certificate } of anchors) {
    assert.ok(certificate)
    if (certificate === undefined) continue
    const other = new crypto.X509Certificate(Buffer.from(certificate.der))
    assert.is(Date.parse(other.validTo), certificate.notAfter, certificate.description)
    assert.is(Date.parse(other.validFrom), certificate.notBefore, certificate.description)
    const spki = other.publicKey.export({ type: 'spki', format: 'der' })
    assert.equal(Buffer.from(certificate.publicKey.spki), spki)
  }
})

test('the parts that tests replace make a certificate', () => {
  assert.is(parseCertificate(assemble({})).description, 'CN=Subject')
})

// PITFALLS 15
refuses('trailing bytes', () => Uint8Array.of(...assemble({}), 0), /trailing/)
refuses(
  'bytes after the signature',
  () => {
    const der = assemble({ signature: Uint8Array.of(...encodeBitString(new Uint8Array(8)), 5, 0) })
    return der
  },
  /trailing/,
)
refuses(
  'bytes after the extensions',
  () => {
    return assemble({ after: [extensions(basicConstraintsExtension(false)), encodeNull()] })
  },
  /trailing/,
)
refuses(
  'an extension that stands twice',
  () => {
    const extension = basicConstraintsExtension(false)
    return assemble({ after: [extensions(extension, extension)] })
  },
  /2\.5\.29\.19 stands twice/,
)
refuses(
  'an unknown extension that stands twice',
  () => {
    const extension = encodeExtension('1.2.3', false, encodeNull())
    return assemble({ after: [extensions(extension, extension)] })
  },
  /1\.2\.3 stands twice/,
)
refuses(
  'inner and outer algorithms that differ',
  () => {
    const outerAlgorithm = encodeSequence(encodeObjectIdentifier('1.2.840.10045.4.3.3'))
    return assemble({ outerAlgorithm })
  },
  /differ/,
)
refuses(
  'inner and outer parameters that differ',
  () => {
    const id = encodeObjectIdentifier('1.2.840.113549.1.1.11')
    return assemble({
      algorithm: encodeSequence(id, encodeNull()),
      outerAlgorithm: encodeSequence(id),
    })
  },
  /differ/,
)
refuses('a padded serial number', () => assemble({ serial: integer(0, 5) }), /padded/)
test('accepts a serial number of 160 bits, zero, and a negative one (RFC 5280 4.1.2.2)', () => {
  for (const octets of [[0, ...new Array(20).fill(0xff)], [0], [0x80]]) {
    assert.equal(
      [...parseCertificate(assemble({ serial: integer(...octets) })).serialNumber],
      octets,
    )
  }
})
refuses(
  'BOOLEAN 01 for critical',
  () => {
    const critical = encodeElement(tags.boolean, Uint8Array.of(1))
    const extension = encodeSequence(
      encodeObjectIdentifier('1.2.3'),
      critical,
      encodeOctetString(encodeNull()),
    )
    return assemble({ after: [extensions(extension)] })
  },
  /BOOLEAN/,
)
refuses(
  'BOOLEAN 01 for cA',
  () => {
    const ca = encodeElement(tags.boolean, Uint8Array.of(1))
    return withExtension(extensionIds.basicConstraints, encodeSequence(ca))
  },
  /BOOLEAN/,
)
test('accepts FALSE spelt out, which certificates in use have', () => {
  const value = encodeSequence(encodeBoolean(false))
  const { extensions } = parseCertificate(withExtension(extensionIds.basicConstraints, value))
  assert.is(extensions.basicConstraints?.ca, false)
})
refuses(
  'an explicit version 1',
  () => assemble({ before: [encodeExplicit(0, encodeInteger(0))] }),
  /version/,
)
refuses('version 4', () => assemble({ before: [encodeExplicit(0, encodeInteger(3))] }), /version/)
refuses('extensions in version 1', () => assemble({ before: [] }), /trailing/)
refuses(
  'extensions in version 2',
  () => assemble({ before: [encodeExplicit(0, encodeInteger(1))] }),
  /trailing/,
)
test('reads versions 1 and 2', () => {
  assert.is(parseCertificate(assemble({ before: [], after: [] })).version, 1)
  const before = [encodeExplicit(0, encodeInteger(1))]
  assert.is(parseCertificate(assemble({ before, after: [] })).version, 2)
})
refuses('an empty list of extensions', () => assemble({ after: [extensions()] }), /truncated/)
refuses('an empty issuer', () => assemble({ issuer: encodeSequence() }), /empty issuer/)
test('reads a signature with unused bits as one that is never valid', () => {
  const signature = encodeElement(tags.bitString, Uint8Array.of(1, 2))
  assert.is(parseCertificate(assemble({ signature })).signature.length, 0)
})
refuses('a third time', () => assemble({ validity: encodeSequence(time, time, time) }), /trailing/)
refuses(
  'a time with fractions',
  () => {
    const bad = encodeText(tags.generalizedTime, '20260101000000.0Z')
    return assemble({ validity: encodeSequence(time, bad) })
  },
  /4\.1\.2\.5/,
)
refuses(
  'a malformed key',
  () => {
    const id = encodeObjectIdentifier('1.3.101.112')
    return assemble({
      spki: encodeSequence(encodeSequence(id), encodeBitString(new Uint8Array(5))),
    })
  },
  /length/,
)
refuses(
  'an empty RDN',
  () => assemble({ subject: encodeSequence(encodeElement(tags.set)) }),
  /truncated/,
)

// Values of extensions, critical or not
refuses(
  'keyUsage without bits',
  () => withExtension(extensionIds.keyUsage, encodeNamedBits(0)),
  /without a bit/,
)
refuses(
  'keyUsage with nonzero unused bits',
  () => {
    return withExtension(
      extensionIds.keyUsage,
      encodeElement(tags.bitString, Uint8Array.of(7, 0x81)),
    )
  },
  /nonzero unused/,
)
refuses(
  'an empty extendedKeyUsage',
  () => withExtension(extensionIds.extendedKeyUsage, encodeSequence()),
  /truncated/,
)
refuses(
  'an empty subjectAltName',
  () => withExtension(extensionIds.subjectAltName, encodeSequence()),
  /GeneralName/,
)
refuses(
  'an address of 5 bytes',
  () => {
    const address = encodeElement(0x87, new Uint8Array(5))
    return withExtension(extensionIds.subjectAltName, encodeSequence(address))
  },
  /iPAddress/,
)
refuses(
  'a dNSName above ASCII',
  () => {
    const name = encodeElement(0x82, Uint8Array.of(0xc3, 0xa9))
    return withExtension(extensionIds.subjectAltName, encodeSequence(name))
  },
  /IA5String/,
)
refuses(
  'a GeneralName of no kind',
  () => {
    return withExtension(extensionIds.subjectAltName, encodeSequence(encodeElement(0x89)))
  },
  /GeneralName/,
)
refuses(
  'empty name constraints',
  () => withExtension(extensionIds.nameConstraints, encodeSequence()),
  /empty/,
)
refuses(
  'name constraints with a minimum',
  () => {
    const subtree = encodeSequence(
      encodeText(0x82, 'a.example'),
      encodeElement(0x80, Uint8Array.of(1)),
    )
    return withExtension(extensionIds.nameConstraints, encodeSequence(encodeElement(0xa0, subtree)))
  },
  /trailing/,
)
refuses(
  'a negative path length',
  () => {
    return withExtension(
      extensionIds.basicConstraints,
      encodeSequence(encodeBoolean(true), integer(0xff)),
    )
  },
  /negative/,
)
refuses(
  'bytes after an extension value',
  () => {
    return withExtension(extensionIds.basicConstraints, Uint8Array.of(0x30, 0, 0))
  },
  /trailing/,
)
refuses(
  'empty policyConstraints',
  () => withExtension(extensionIds.policyConstraints, encodeSequence()),
  /empty/,
)

test('knows critical extensions from others', () => {
  const certificate = parseCertificate(
    assemble({
      after: [
        extensions(
          basicConstraintsExtension(false),
          encodeExtension('1.2.3', true, encodeNull()),
          encodeExtension('1.2.4', false, encodeNull()),
        ),
      ],
    }),
  )
  assert.equal(
    certificate.unknownExtensions.map(({ id, critical }) => [id, critical]),
    [
      ['1.2.3', true],
      ['1.2.4', false],
    ],
  )
  assert.equal(certificate.critical, ['basicConstraints'])
})

// PITFALLS 49: whatever the verifier reads, the core reads the same key in it.
test('the core and this package see the same key, whatever is altered', () => {
  const { der } = makeLeaf(makeRoot()).certificate
  fc.assert(
    fc.property(fc.nat(der.length - 1), fc.nat(255), fc.boolean(), (at, value, isInsertion) => {
      const altered = isInsertion
        ? Uint8Array.of(...der.subarray(0, at), value, ...der.subarray(at))
        : der.slice()
      altered[at] = value
      let spki: Uint8Array | undefined
      try {
        spki = parseCertificate(altered).publicKey.spki
      } catch (error) {
        assert.instance(error, DerError)
        return
      }
      assert.equal(certificatePublicKey(altered).spki, spki)
    }),
    { numRuns: 3000 },
  )
})

test('every strict prefix is refused', () => {
  const { der } = makeLeaf(makeRoot()).certificate
  for (let length = 0; length < der.length; length++) {
    assert.throws(
      () => parseCertificate(der.subarray(0, length)),
      (error: unknown) => error instanceof DerError,
    )
  }
})

test.run()
