/**
 * `npm run -s x509:verify`: verifies chains. It reads one JSON object per line on standard input and writes one per line:
 *
 *   { id, trusted: [pem], intermediates: [pem], leaf: pem, time: iso8601, kind: "SERVER" | "CLIENT",
 *     name?: { kind: "DNS" | "IP" | "RFC822" | "URI" | "SRV", value }, crls?: [pem], maxDepth?: number,
 *     extendedKeyUsage?: [oid or name], keyUsage?: [names], signatureAlgorithms?: [names or oids] }
 *   { id, result: "SUCCESS" | "FAILURE", code, message }
 *
 * - Every trusted certificate ends a path, self-signed or not (RFC 5280 6.1.1 (d)).
 * - Servers are held to the Web PKI profile, clients to RFC 5280 section 4; the trusted certificates too (`pedantic`).
 * - With `crls`, the leaf's status must be known, and that of every other certificate about whose issuer one is given.
 * - `maxDepth` counts intermediates, self-issued ones not. `signatureAlgorithms`: what may sign certificates.
 * - Without `name`, any name will do.
 */
import { createInterface } from 'node:readline'
import { noble } from '@sanstls/core/noble'
import {
  CertificateError,
  certificatesFromPem,
  createVerifier,
  keyUsage,
  pemBlocks,
  purposes,
  trustAnchor,
} from '@sanstls/x509'

function answer(line) {
  let id = null
  try {
    const item = JSON.parse(line)
    id = item.id ?? null
    return { id, ...verify(item) }
  } catch (error) {
    return { id, result: 'FAILURE', code: 'invalidInput', message: String(error) }
  }
}

function verify(item) {
  const isServer = item.kind !== 'CLIENT'
  const { anchors, damaged } = readAnchors(item.trusted ?? [])
  const crls = (item.crls ?? []).flatMap((pem) => blocks(pem, 'X509 CRL'))
  const allowed = item.signatureAlgorithms ?? []
  const verifier = createVerifier({
    anchors,
    crypto: noble,
    profile: isServer ? 'webPki' : 'conforming',
    pedantic: true,
    signatureAlgorithms: allowed.length > 0 ? allowed.map(signatureName) : undefined,
    revocation: crls.length > 0 ? { mode: 'given', crls } : undefined,
    // A wide mesh may be given on purpose.
    limits: { maxPathLength: 16 },
  })
  const leaf = certificatesFromPem(item.leaf)
  const others = (item.intermediates ?? []).flatMap(certificatesFromPem)
  const result = verifier.verify({
    chain: leaf.length === 0 ? [] : [...leaf, ...others],
    role: isServer ? 'server' : 'client',
    name: item.name ? { kind: nameKind(item.name.kind), value: item.name.value } : 'unchecked',
    time: Date.parse(item.time),
    requiredKeyUsage: (item.keyUsage ?? []).map(usageName),
    extendedKeyUsage: item.extendedKeyUsage?.length
      ? item.extendedKeyUsage.map(purposeName)
      : undefined,
    maxDepth: item.maxDepth ?? undefined,
  })
  if (result.ok) return { result: 'SUCCESS', code: 'ok', message: 'The chain is valid.' }
  const { code, message } = result.fault
  if (damaged !== undefined && ['noAnchors', 'unknownIssuer'].includes(code)) {
    return { result: 'FAILURE', ...damaged }
  }
  return { result: 'FAILURE', code, message }
}

/** What cannot be read is not trusted; where it is missed, it explains the failure. */
function readAnchors(trusted) {
  const anchors = []
  let damaged
  for (const der of trusted.flatMap(certificatesFromPem)) {
    try {
      anchors.push(trustAnchor(der))
    } catch (error) {
      const code = error instanceof CertificateError ? error.code : 'malformedCertificate'
      damaged ??= { code, message: `a trusted certificate is malformed: ${error.message}` }
    }
  }
  return { anchors, damaged }
}

function blocks(pem, label) {
  return pemBlocks(pem)
    .filter((block) => block.label === label)
    .map(({ bytes }) => bytes)
}

function nameKind(kind) {
  const upper = String(kind).toUpperCase()
  return { EMAIL: 'RFC822', DNS: 'DNS', IP: 'IP', RFC822: 'RFC822', URI: 'URI', SRV: 'SRV' }[upper]
}

const plain = (text) =>
  String(text)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')

function usageName(name) {
  const wanted = plain(name) === 'nonrepudiation' ? 'contentcommitment' : plain(name)
  const found = Object.keys(keyUsage).find((known) => plain(known) === wanted)
  if (found === undefined) throw new TypeError(`Unknown key usage: ${name}`)
  return found
}

function purposeName(name) {
  if (/^\d+(\.\d+)+$/.test(name)) return name
  const wanted = plain(name).replace(/^idkp/, '')
  const found = Object.keys(purposes).find((known) => plain(known) === wanted)
  if (found === undefined) throw new TypeError(`Unknown extended key usage: ${name}`)
  return found
}

const signatureIds = {
  '1.2.840.113549.1.1.5': 'rsa_pkcs1_sha1',
  '1.2.840.113549.1.1.11': 'rsa_pkcs1_sha256',
  '1.2.840.113549.1.1.12': 'rsa_pkcs1_sha384',
  '1.2.840.113549.1.1.13': 'rsa_pkcs1_sha512',
  '1.2.840.113549.1.1.14': 'rsa_pkcs1_sha224',
  '1.2.840.10045.4.1': 'ecdsa_sha1',
  '1.2.840.10045.4.3.1': 'ecdsa_sha224',
  '1.2.840.10045.4.3.2': 'ecdsa_sha256',
  '1.2.840.10045.4.3.3': 'ecdsa_sha384',
  '1.2.840.10045.4.3.4': 'ecdsa_sha512',
  '1.3.101.112': 'ed25519',
  '1.3.101.113': 'ed448',
}

/** `ECDSA_WITH_SHA256`, `sha256WithRSAEncryption`, `rsa_pss_rsae_sha256`, an object identifier: all mean one of ours. */
function signatureName(name) {
  const text = plain(name)
  if (signatureIds[name] !== undefined) return signatureIds[name]
  if (text.includes('ed25519')) return 'ed25519'
  if (text.includes('ed448')) return 'ed448'
  const mldsa = /mldsa(44|65|87)/.exec(text)
  if (mldsa !== null) return mldsa[0]
  const hash = /sha(1|224|256|384|512)/.exec(text)?.[0] ?? text
  if (text.includes('pss')) return `rsa_pss_${hash}`
  if (text.includes('ecdsa')) return `ecdsa_${hash}`
  return `rsa_pkcs1_${hash}`
}

const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
for await (const line of lines) {
  if (line.trim() === '') continue
  process.stdout.write(`${JSON.stringify(answer(line))}\n`)
}
