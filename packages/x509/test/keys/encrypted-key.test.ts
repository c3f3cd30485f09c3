import * as crypto from 'node:crypto'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decryptPrivateKey, encryptPrivateKey } from '#src/encrypted-key.js'
import { KeyError, privateKeyFromDer } from '#src/key.js'
import { cbcDecrypt } from '#src/legacy/cbc.js'
import { tripleDes } from '#src/legacy/des.js'
import { rc2 } from '#src/legacy/rc2.js'
import { encodePem } from '#src/pem.js'
import { findOpenssl } from '../support/openssl.js'
import { configure } from '../support/property.js'
import { encryptedEc, encryptedEd25519, plainEc, plainEd25519 } from './samples.js'

configure()

const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const random = (length: number): Uint8Array => new Uint8Array(crypto.randomBytes(length))

function codeOf(read: () => unknown): string {
  try {
    read()
    return 'ok'
  } catch (error) {
    if (error instanceof KeyError) return error.code
    throw error
  }
}

const ed25519 = privateKeyFromDer(bytes(plainEd25519))
const ec = privateKeyFromDer(bytes(plainEc))

test('encrypted PKCS#8 of every kind', () => {
  for (const [kind, base64] of Object.entries(encryptedEd25519)) {
    const der = bytes(base64)
    assert.equal(decryptPrivateKey(der, 'secret'), ed25519, kind)
    assert.equal(decryptPrivateKey(encodePem('ENCRYPTED PRIVATE KEY', der), 'secret'), ed25519)
    assert.is(
      codeOf(() => decryptPrivateKey(der, 'Secret')),
      'wrongPassword',
      kind,
    )
  }
})

test("OpenSSL's older encryption of every kind", () => {
  for (const pem of encryptedEc) {
    assert.equal(decryptPrivateKey(`text before\n${pem}text after\n`, 'secret'), ec)
    assert.is(
      codeOf(() => decryptPrivateKey(pem, 'secret ')),
      'wrongPassword',
    )
  }
})

test('a key that is not encrypted is read all the same', () => {
  assert.equal(decryptPrivateKey(bytes(plainEc), ''), ec)
  assert.equal(decryptPrivateKey(encodePem('PRIVATE KEY', ed25519), 'x'), ed25519)
})

test('a damaged file is told from a wrong password', () => {
  for (const base64 of Object.values(encryptedEd25519)) {
    const der = bytes(base64)
    const damaged = (at: number): Uint8Array => {
      const copy = der.slice()
      copy[at] = (copy[at] ?? 0) ^ 0x40
      return copy
    }
    const read = (at: number) => codeOf(() => decryptPrivateKey(damaged(at), 'secret'))
    assert.is(read(der.length - 1), 'malformed', base64)
    assert.is(read(1), 'malformed', base64)
    assert.is(
      codeOf(() => decryptPrivateKey(der.subarray(0, -1), 'secret')),
      'malformed',
    )
  }
  for (const pem of encryptedEc) {
    const damaged = pem.replace(/.(?=.{6}\n-----END)/, '0')
    assert.is.not(damaged, pem)
    assert.is(
      codeOf(() => decryptPrivateKey(damaged, 'secret')),
      'malformed',
    )
    assert.is(
      codeOf(() => decryptPrivateKey(pem.replace(/^DEK-Info.*\n/m, ''), 'secret')),
      'malformed',
    )
    const unknown = pem.replace(/DEK-Info: [^,]*/, 'DEK-Info: CAMELLIA-128-CBC')
    assert.is(
      codeOf(() => decryptPrivateKey(unknown, 'secret')),
      'unsupported',
    )
  }
})

test('no damage makes it fail in another way', () => {
  const files = Object.values(encryptedEd25519).map(bytes)
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.nat({ max: 200 }),
      fc.integer({ min: 1, max: 255 }),
      (file, at, mask) => {
        const copy = file.slice()
        copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ mask
        const limits = { maxIterations: 10_000, maxMemory: 1 << 20 }
        codeOf(() => decryptPrivateKey(copy, 'secret', limits))
      },
    ),
  )
})

test('work is bounded', () => {
  const der = encryptPrivateKey(ed25519, 'p', { random, iterations: 1000 })
  assert.is(
    codeOf(() => decryptPrivateKey(der, 'p', { maxIterations: 999 })),
    'limitExceeded',
  )
  assert.is(
    codeOf(() => decryptPrivateKey(der, 'p', { maxIterations: 1000 })),
    'ok',
  )
  const scrypt = { cost: 1024, blockSize: 8, parallelization: 1 }
  const costly = encryptPrivateKey(ed25519, 'p', { random, scrypt })
  const memory = 128 * 8 * 1025
  assert.is(
    codeOf(() => decryptPrivateKey(costly, 'p', { maxMemory: memory - 1 })),
    'limitExceeded',
  )
  assert.is(
    codeOf(() => decryptPrivateKey(costly, 'p', { maxMemory: memory })),
    'ok',
  )
})

test('node:crypto reads what is encrypted here', () => {
  for (const scrypt of [undefined, { cost: 16, blockSize: 8, parallelization: 1 }]) {
    const der = encryptPrivateKey(ec, 'pässword', { random, iterations: 2048, scrypt })
    const format = { format: 'der', type: 'pkcs8' } as const
    const key = crypto.createPrivateKey({
      key: Buffer.from(der),
      passphrase: 'pässword',
      ...format,
    })
    assert.equal(privateKeyFromDer(new Uint8Array(key.export(format))), ec)
    assert.equal(decryptPrivateKey(der, 'pässword'), ec)
    assert.equal(decryptPrivateKey(der, new Uint8Array(Buffer.from('pässword'))), ec)
  }
})

test('Triple DES is that of node:crypto', () => {
  for (let run = 0; run < 50; run++) {
    const [key, iv, data] = [random(24), random(8), random(40)]
    const cipher = crypto.createCipheriv('des-ede3-cbc', key, iv).setAutoPadding(false)
    assert.equal(cbcDecrypt(tripleDes(key), iv, new Uint8Array(cipher.update(data))), data)
  }
})

// RFC 2268 section 5
test('RC2 test vectors', () => {
  const vectors: readonly (readonly [string, number, string, string])[] = [
    ['0000000000000000', 63, '0000000000000000', 'ebb773f993278eff'],
    ['ffffffffffffffff', 64, 'ffffffffffffffff', '278b27e42e2f0d49'],
    ['3000000000000000', 64, '1000000000000001', '30649edf9be7d2c2'],
    ['88', 64, '0000000000000000', '61a8a244adacccf0'],
    ['88bca90e90875a7f0f79c384627bafb2', 128, '0000000000000000', '2269552ab0f85ca6'],
    [
      '88bca90e90875a7f0f79c384627bafb216f80a6f85920584c42fceb0be255daf1e',
      129,
      '0000000000000000',
      '5b78d3a43dfff1f1',
    ],
  ]
  for (const [key, bits, plain, cipher] of vectors) {
    assert.equal(rc2(hex(key), bits).decryptBlock(hex(cipher)), hex(plain))
  }
})

const openssl = findOpenssl('encrypted keys of every kind by the openssl command')
if (openssl !== undefined) {
  test('keys that the openssl command encrypts', () => {
    const legacy = ['-provider', 'legacy', '-provider', 'default']
    const kinds = [
      ...['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'des3'].flatMap((cipher) =>
        ['SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'].map((hash) => [
          ...['-v2', cipher],
          ...['-v2prf', `hmacWith${hash}`],
        ]),
      ),
      ['-scrypt'],
      ...['3DES', '2DES', 'RC2-128', 'RC2-40'].map((cipher) => [
        ...['-v1', `PBE-SHA1-${cipher}`],
        ...legacy,
      ]),
    ]
    for (const kind of ['rsa', 'ec'] as const) {
      const { privateKey } =
        kind === 'rsa'
          ? crypto.generateKeyPairSync('rsa', { modulusLength: 1024 })
          : crypto.generateKeyPairSync('ec', { namedCurve: 'P-521' })
      openssl.write('key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }))
      const format = { type: 'pkcs8', format: 'der' } as const
      const expected = privateKeyFromDer(new Uint8Array(privateKey.export(format)))
      for (const options of kinds) {
        const result = openssl.attempt(
          ...['pkcs8', '-topk8', '-in', 'key.pem', '-passout', 'pass:sécret'],
          ...['-iter', '10', '-out', 'encrypted.pem'],
          ...options,
        )
        if (!result.ok) {
          console.log(`SKIP openssl pkcs8 ${options.join(' ')}: not in this build`)
          continue
        }
        const pem = openssl.text('encrypted.pem')
        assert.equal(decryptPrivateKey(pem, 'sécret'), expected, options.join(' '))
        assert.is(
          codeOf(() => decryptPrivateKey(pem, 'secret')),
          'wrongPassword',
        )
      }
    }
  })
}

test.run()
