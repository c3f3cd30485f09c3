/** Wycheproof: ECDSA, EdDSA, RSA, ML-DSA. */
import type { SignatureName } from '../../crypto/provider.js'
import { parseSubjectPublicKey, type SubjectPublicKey } from '../../crypto/spki.js'
import { verify } from './signature.js'
import { type ConformanceCase, checkEqual, type Subject } from './support.js'
import { each, judge, load, type Vector } from './wycheproof-file.js'

type Kind =
  | 'ecdsa'
  | 'ed25519'
  | 'ed448'
  | 'rsa_pkcs1'
  | 'rsa_pss'
  | 'mldsa44'
  | 'mldsa65'
  | 'mldsa87'

/** Files by kind of signature, and every how many vectors are run unless all are asked for. */
const files: readonly (readonly [kind: Kind, stride: number, ...files: string[]])[] = [
  ['ecdsa', 2, 'ecdsa_secp256r1_sha256', 'ecdsa_secp256r1_sha512'],
  ['ecdsa', 7, 'ecdsa_secp384r1_sha256', 'ecdsa_secp384r1_sha384', 'ecdsa_secp384r1_sha512'],
  ['ecdsa', 11, 'ecdsa_secp521r1_sha512'],
  ['ecdsa', 7, 'ecdsa_brainpoolP256r1_sha256', 'ecdsa_brainpoolP384r1_sha384'],
  ['ecdsa', 11, 'ecdsa_brainpoolP512r1_sha512'],
  ['ed25519', 1, 'ed25519'],
  ['ed448', 1, 'ed448'],
  [
    'rsa_pkcs1',
    1,
    ...[2048, 3072, 4096].flatMap((bits) =>
      [256, 384, 512].map((hash) => `rsa_signature_${bits}_sha${hash}`),
    ),
  ],
  ['rsa_pkcs1', 3, ...[256, 384, 512].map((hash) => `rsa_signature_8192_sha${hash}`)],
  [
    'rsa_pss',
    1,
    'rsa_pss_2048_sha256_mgf1_0_params',
    'rsa_pss_2048_sha256_mgf1_0',
    'rsa_pss_2048_sha256_mgf1_32_params',
    'rsa_pss_2048_sha256_mgf1_32',
    'rsa_pss_2048_sha384_mgf1_48',
    'rsa_pss_2048_sha512_mgf1sha256_32_params',
    'rsa_pss_3072_sha256_mgf1_32_params',
    'rsa_pss_3072_sha256_mgf1_32',
    'rsa_pss_4096_sha256_mgf1_32',
    'rsa_pss_4096_sha384_mgf1_48',
    'rsa_pss_4096_sha512_mgf1_32_params',
    'rsa_pss_4096_sha512_mgf1_32',
    'rsa_pss_4096_sha512_mgf1_64_params',
    'rsa_pss_4096_sha512_mgf1_64',
    'rsa_pss_misc_params',
    'rsa_pss_misc',
  ],
  ['mldsa44', 1, 'mldsa_44_verify'],
  ['mldsa65', 1, 'mldsa_65_verify'],
  ['mldsa87', 1, 'mldsa_87_verify'],
]

export function signatureVectorCases(subject: Subject): ConformanceCase[] {
  const names = subject.provider.signatures.map(({ name }) => name)
  const verifying = files
    .filter(([kind]) => names.some((name) => name.startsWith(kind)))
    .flatMap(([kind, stride, ...rest]) =>
      rest.map((file) => ({
        name: `wycheproof ${file}`,
        run: () => vectors(subject, kind, file, subject.all === true ? 1 : stride),
      })),
    )
  const signing = [2048, 3072, 4096].map((bits) => ({
    name: `wycheproof rsa_pkcs1_${bits}_sig_gen`,
    run: () => generated(subject, `rsa_pkcs1_${bits}_sig_gen_test.json`),
  }))
  return [...verifying, ...signing]
}

function vectors(subject: Subject, kind: Kind, file: string, stride: number): number {
  const keys = new Map<Vector, SubjectPublicKey | undefined>()
  return each(load(subject, `${file}_test.json`), stride, (vector, group) => {
    if (!keys.has(group)) keys.set(group, publicKeyOf(group))
    const key = keys.get(group)
    const algorithm = algorithmOf(kind, group)
    if (algorithm === undefined) return false
    // TLS and X.509 sign with an empty context (RFC 9881 3).
    if (vector.has('ctx') && vector.text('ctx') !== '') return false
    if (!subject.provider.signatures.some(({ name }) => name === algorithm)) return false
    const saltLength = group.has('sLen') ? group.number('sLen') : undefined
    const message = vector.bytes('msg')
    const accepted =
      key && verify(subject.provider, algorithm, key, message, vector.bytes('sig'), saltLength)
    // Parameters that fit none of our algorithms (other masks) make a key that none supports.
    if (key === undefined && file.includes('params')) return false
    if (accepted === undefined && (subject.partial === true || onOptionalCurve(key))) return false
    judge(vector, accepted === true)
    return true
  })
}

function onOptionalCurve(key: SubjectPublicKey | undefined): boolean {
  return key?.curve?.startsWith('brainpool') === true
}

function publicKeyOf(group: Vector): SubjectPublicKey | undefined {
  if (!group.has('publicKeyDer')) return undefined
  try {
    const key = parseSubjectPublicKey(group.bytes('publicKeyDer'))
    return key.type === 'unknown' ? undefined : key
  } catch {
    return undefined
  }
}

const hashNames: Readonly<Record<string, 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'>> = {
  'SHA-1': 'sha1',
  'SHA-224': 'sha224',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}

function algorithmOf(kind: Kind, group: Vector): SignatureName | undefined {
  if (kind !== 'ecdsa' && kind !== 'rsa_pkcs1' && kind !== 'rsa_pss') return kind
  const hash = hashNames[group.text('sha')]
  // RFC 4055 3.1, RFC 9846 4.3.3: MGF1 with the same hash.
  if (kind === 'rsa_pss' && group.text('mgfSha') !== group.text('sha')) return undefined
  return hash && `${kind}_${hash}`
}

function generated(subject: Subject, file: string): number {
  const { provider, random } = subject
  const signable: readonly SignatureName[] = [
    'rsa_pkcs1_sha256',
    'rsa_pkcs1_sha384',
    'rsa_pkcs1_sha512',
  ]
  return each(load(subject, file), 1, (vector, group) => {
    const algorithm = algorithmOf('rsa_pkcs1', group)
    if (algorithm === undefined || !signable.includes(algorithm)) return false
    const key = provider.importPrivateKey(group.bytes('privateKeyPkcs8'))
    const signature = key.sign(algorithm, vector.bytes('msg'), random)
    checkEqual(signature, vector.bytes('sig'), vector.label)
    return true
  })
}
