import * as crypto from 'node:crypto'
import {
  encodeElement,
  encodeInteger,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
} from '@sanstls/core/der'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { certificatesFromPem } from '#src/anchor.js'
import { berToDer } from '#src/ber.js'
import { KeyError, privateKeyFromDer } from '#src/key.js'
import { encodePem } from '#src/pem.js'
import { readPkcs12File } from '#src/pkcs12/structure.js'
import { pkcs12Identity, readPkcs12 } from '#src/pkcs12.js'
import { makeCa, makeLeaf, makeRoot } from '../support/authority.js'
import { findOpenssl } from '../support/openssl.js'
import { configure } from '../support/property.js'
import { testProvider } from '../support/provider.js'
import { samplePbmac1, samplePkcs12 } from './pkcs12-samples.js'
import { plainEd25519 } from './samples.js'

configure()

const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))
const limits = { maxIterations: 100_000, maxMemory: 1 << 20 }

function codeOf(read: () => unknown): string {
  try {
    read()
    return 'ok'
  } catch (error) {
    if (error instanceof KeyError) return error.code
    throw error
  }
}

test('files of every kind', () => {
  for (const [kind, base64] of Object.entries(samplePkcs12)) {
    const file = bytes(base64)
    const contents = readPkcs12(file, 'secret')
    assert.is(contents.authenticated, true)
    const [key] = contents.keys
    const [certificate] = contents.certificates
    assert.equal(key?.pkcs8, privateKeyFromDer(bytes(plainEd25519)), kind)
    assert.is(key?.friendlyName, 'Sample')
    assert.equal(key?.localKeyId, certificate?.localKeyId)
    const { privateKey, chain, others } = pkcs12Identity(contents)
    const { publicKey } = testProvider.importPrivateKey(privateKey)
    const leaf = new crypto.X509Certificate(chain[0] ?? new Uint8Array())
    const spki = leaf.publicKey.export({ type: 'spki', format: 'der' })
    assert.equal(publicKey.spki, new Uint8Array(spki))
    assert.equal(others, [])
    assert.is(
      codeOf(() => readPkcs12(file, 'Secret')),
      'wrongPassword',
      kind,
    )
    assert.is(
      codeOf(() => readPkcs12(file, '')),
      'wrongPassword',
      kind,
    )
  }
})

test('PBMAC1', () => {
  const file = bytes(samplePbmac1)
  const { privateKey, chain } = pkcs12Identity(readPkcs12(file, '1234'))
  const leaf = new crypto.X509Certificate(chain[0] ?? new Uint8Array())
  const key = { key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' } as const
  assert.ok(leaf.checkPrivateKey(crypto.createPrivateKey(key)))
  assert.is(
    codeOf(() => readPkcs12(file, '12345')),
    'wrongPassword',
  )
})

/** A definite element as BER would have it: of indefinite length, and octet strings in pieces. */
function loosen(element: Uint8Array): Uint8Array {
  const [tag = 0, first = 0] = element
  const start = first < 0x80 ? 2 : 2 + (first & 0x7f)
  const contents = element.subarray(start)
  const indefinite = (identifier: number, parts: readonly Uint8Array[]): Uint8Array =>
    Uint8Array.of(identifier, 0x80, ...parts.flatMap((part) => [...part]), 0, 0)
  if (tag === 4 && contents.length > 40) {
    const pieces = [contents.subarray(0, 20), contents.subarray(20)]
    return indefinite(
      0x24,
      pieces.map((piece) => encodeOctetString(piece)),
    )
  }
  if ((tag & 0x20) === 0) return element
  return indefinite(tag, split(contents).map(loosen))
}

function split(contents: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let at = 0; at < contents.length; ) {
    const first = contents[at + 1] ?? 0
    const octets = first < 0x80 ? 0 : first & 0x7f
    let length = first < 0x80 ? first : 0
    for (let index = 0; index < octets; index++) {
      length = length * 256 + (contents[at + 2 + index] ?? 0)
    }
    const end = at + 2 + octets + length
    parts.push(contents.subarray(at, end))
    at = end
  }
  return parts
}

test('BER instead of DER', () => {
  for (const base64 of Object.values(samplePkcs12)) {
    const file = bytes(base64)
    const loose = loosen(file)
    assert.is.not(loose.length, file.length)
    assert.equal(berToDer(loose), file)
    assert.equal(readPkcs12(loose, 'secret'), readPkcs12(file, 'secret'))
  }
})

test('a damaged file is told from a wrong password, wherever the damage is', () => {
  for (const base64 of Object.values(samplePkcs12)) {
    const file = bytes(base64)
    let malformed = 0
    for (let at = 0; at < file.length; at += 3) {
      const copy = file.slice()
      copy[at] = (copy[at] ?? 0) ^ 1
      const code = codeOf(() => readPkcs12(copy, 'secret', limits))
      // Names and identifiers of what is in the clear are under the MAC too; nothing changes unseen.
      assert.is.not(code, 'ok', `octet ${at}`)
      if (code === 'malformed') malformed += 1
    }
    assert.ok(malformed > file.length / 6, String(malformed))
    assert.is(
      codeOf(() => readPkcs12(file.subarray(0, -1), 'secret')),
      'malformed',
    )
    assert.is(
      codeOf(() => readPkcs12(Uint8Array.of(...file, 0), 'secret')),
      'malformed',
    )
  }
})

test('a file whose MAC alone is changed', () => {
  const file = bytes(Object.values(samplePkcs12)[0] ?? '')
  const { mac } = readPkcs12File(file)
  const at = Buffer.from(file).indexOf(mac?.digest ?? new Uint8Array(1))
  file[at] = (file[at] ?? 0) ^ 1
  assert.throws(() => readPkcs12(file, 'secret'), /The password is right, but the file was changed/)
  assert.is(
    codeOf(() => readPkcs12(file, 'other')),
    'wrongPassword',
  )
})

test('no bytes make it fail in another way', () => {
  const file = bytes(Object.values(samplePkcs12)[1] ?? '')
  fc.assert(
    fc.property(
      fc.nat({ max: file.length - 1 }),
      fc.uint8Array({ minLength: 1, maxLength: 4 }),
      (at, patch) => {
        const copy = file.slice()
        copy.set(patch.subarray(0, file.length - at), at)
        codeOf(() => readPkcs12(copy, 'secret', limits))
      },
    ),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (junk) => {
      assert.is(
        codeOf(() => readPkcs12(junk, 'secret', limits)),
        'malformed',
      )
    }),
  )
  const deep = new Uint8Array(200_000).fill(0x30)
  for (let at = 1; at < deep.length; at += 2) deep[at] = 0x80
  assert.is(
    codeOf(() => readPkcs12(deep, 'secret', limits)),
    'malformed',
  )
})

test('work is bounded, over all parts of a file', () => {
  const file = bytes(Object.values(samplePkcs12)[0] ?? '')
  // The MAC, the certificates and the key ask for 100 iterations each.
  const read = (maxIterations: number) =>
    codeOf(() => readPkcs12(file, 'secret', { maxIterations }))
  assert.is(read(99), 'limitExceeded')
  assert.is(read(299), 'limitExceeded')
  assert.is(read(300), 'ok')
})

test('a MAC of no iterations, or of less, is refused', () => {
  const file = bytes(Object.values(samplePkcs12)[0] ?? '')
  const at = Buffer.from(file).lastIndexOf(Buffer.of(2, 1, 100))
  for (const iterations of [0, 0x80, 0xff]) {
    const copy = file.slice()
    copy[at + 2] = iterations
    assert.throws(() => readPkcs12(copy, 'secret'), /no iterations/)
  }
})

test('a file of another kind is named', () => {
  const signed = encodeSequence(
    encodeInteger(3),
    encodeSequence(
      encodeObjectIdentifier('1.2.840.113549.1.7.2'),
      encodeElement(0xa0, encodeNull()),
    ),
  )
  assert.is(
    codeOf(() => readPkcs12(signed, '')),
    'unsupported',
  )
})

test('the chain of a key', () => {
  const root = makeRoot()
  const ca = makeCa(root)
  const leaf = makeLeaf(ca)
  const other = makeRoot('Other')
  const [rootDer, caDer, leafDer, otherDer] = [root, ca, leaf, other].map(
    ({ certificate }) => certificate.der,
  )
  if (!rootDer || !caDer || !leafDer || !otherDer) throw new Error('no certificates')
  const none = { friendlyName: undefined, localKeyId: undefined }
  const id = { friendlyName: undefined, localKeyId: Uint8Array.of(1) }
  const junk = Uint8Array.of(0x30, 0)
  const identity = (certificates: readonly Uint8Array[], named?: Uint8Array, keys = 1) =>
    pkcs12Identity({
      keys: new Array(keys).fill({ pkcs8: junk, ...(named === undefined ? none : id) }),
      certificates: certificates.map((der) => ({ der, ...(der === named ? id : none) })),
      crls: [],
      authenticated: true,
    })
  assert.equal(identity([rootDer, leafDer, caDer]).chain, [leafDer, caDer, rootDer])
  const { chain, others } = identity([otherDer, junk, caDer, leafDer], leafDer)
  assert.equal(chain, [leafDer, caDer])
  assert.equal(others, [otherDer, junk])
  // Two that issued nothing, none, and one that cannot be read.
  for (const read of [
    () => identity([otherDer, leafDer]),
    () => identity([]),
    () => identity([junk, leafDer], junk),
  ]) {
    assert.is(codeOf(read), 'malformed')
  }
  assert.is(
    codeOf(() => identity([leafDer], undefined, 0)),
    'noKey',
  )
  assert.is(
    codeOf(() => identity([leafDer], undefined, 2)),
    'severalKeys',
  )
})

const openssl = findOpenssl('PKCS#12 files of every kind by the openssl command')
if (openssl !== undefined) {
  const root = makeRoot()
  const ca = makeCa(root)
  const keys = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pkcs8 = keys.privateKey.export({ type: 'pkcs8', format: 'der' })
  const key = testProvider.importPrivateKey(new Uint8Array(pkcs8))
  const leaf = makeLeaf(ca, { key })
  const pem = (entity: typeof root): string => encodePem('CERTIFICATE', entity.certificate.der)
  openssl.write('key.pem', keys.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  openssl.write('leaf.pem', pem(leaf))
  openssl.write('others.pem', pem(root) + pem(ca))
  const legacy = ['-provider', 'legacy', '-provider', 'default']

  test('files that the openssl command makes', () => {
    const kinds = [
      [],
      ['-legacy'],
      ['-legacy', '-descert'],
      ['-certpbe', 'AES-128-CBC', '-keypbe', 'AES-192-CBC', '-macalg', 'SHA384'],
      ['-certpbe', 'DES-EDE3-CBC', '-keypbe', 'DES-EDE3-CBC', '-macalg', 'SHA224'],
      ['-certpbe', 'PBE-SHA1-RC2-128', '-keypbe', 'PBE-SHA1-RC2-40', ...legacy],
      ['-certpbe', 'NONE', '-keypbe', 'NONE'],
      ['-certpbe', 'NONE'],
      ['-nomac'],
      ['-nomaciter'],
    ]
    for (const password of ['secret', '', 'pässwörd ✓']) {
      for (const options of kinds) {
        const files = ['-inkey', 'key.pem', '-in', 'leaf.pem', '-certfile', 'others.pem']
        const made = openssl.attempt(
          ...['pkcs12', '-export', ...files, '-passout', `pass:${password}`, '-iter', '10'],
          ...['-name', 'Näme', '-out', 'file.p12', ...options],
        )
        if (!made.ok) {
          console.log(`SKIP openssl pkcs12 ${options.join(' ')}: not in this build`)
          continue
        }
        const what = `${password} ${options.join(' ')}`
        const file = openssl.read('file.p12')
        const contents = readPkcs12(file, password)
        assert.is(contents.keys[0]?.friendlyName, 'Näme', what)
        const identity = pkcs12Identity(contents)
        assert.equal(identity.privateKey, privateKeyFromDer(new Uint8Array(pkcs8)), what)
        const chain = [leaf, ca, root].map(({ certificate }) => certificate.der)
        assert.equal(identity.chain, chain, what)
        assert.is(
          codeOf(() => readPkcs12(file, 'wrong')),
          'wrongPassword',
          what,
        )
      }
    }
  })

  test('a file without a key', () => {
    openssl.run(
      ...['pkcs12', '-export', '-nokeys', '-in', 'others.pem', '-passout', 'pass:x'],
      ...['-out', 'file.p12'],
    )
    const contents = readPkcs12(openssl.read('file.p12'), 'x')
    assert.equal(
      contents.certificates.map(({ der }) => der),
      certificatesFromPem(openssl.text('others.pem')),
    )
    assert.is(
      codeOf(() => pkcs12Identity(contents)),
      'noKey',
    )
  })
}

test.run()
