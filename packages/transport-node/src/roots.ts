/**
 * The trust anchors of the system: SSL_CERT_FILE and SSL_CERT_DIR as OpenSSL reads them, or else the places where systems
 * keep their certificates. Reads files, synchronously; meant to be called once.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import * as tls from 'node:tls'
import { certificatesFromPem, PemError, type TrustAnchor, trustStore } from '@sanstls/x509'

export interface SystemRoots {
  readonly anchors: readonly TrustAnchor[]
  /** The files and directories that the anchors came from. */
  readonly sources: readonly string[]
  /** What was left out, and why. */
  readonly rejected: readonly { readonly source: string; readonly reason: string }[]
}

export interface SystemRootsOptions {
  /** Default: that of the process. Only SSL_CERT_FILE and SSL_CERT_DIR are looked at. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** Where to look when the environment says nothing, instead of the usual places. */
  readonly files?: readonly string[] | undefined
  readonly directories?: readonly string[] | undefined
}

const usualFiles = [
  // Debian, Ubuntu, Arch, Gentoo
  '/etc/ssl/certs/ca-certificates.crt',
  // Fedora, RHEL
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  // openSUSE
  '/etc/ssl/ca-bundle.pem',
  // Alpine, macOS, OpenBSD
  '/etc/ssl/cert.pem',
  // FreeBSD
  '/usr/local/share/certs/ca-root-nss.crt',
  '/usr/local/etc/ssl/cert.pem',
  // illumos
  '/etc/certs/ca-certificates.crt',
]

const usualDirectories = [
  '/etc/ssl/certs',
  '/etc/pki/tls/certs',
  // Android
  '/apex/com.android.conscrypt/cacerts',
  '/system/etc/security/cacerts',
]

/**
 * Reads the trust anchors of the system. The first of the usual files that has any is taken, and only where there is none
 * the first such directory. SSL_CERT_FILE and SSL_CERT_DIR, where set, are taken instead, both of them.
 *
 * Where Node itself can read the system's store (`tls.getCACertificates('system')`, Windows and macOS above all), that is
 * asked when no file has any.
 *
 * @throws {TypeError} where there are none: silently trusting nobody helps nobody.
 */
export function systemRoots(options: SystemRootsOptions = {}): SystemRoots {
  const { environment = process.env } = options
  const { SSL_CERT_FILE: file, SSL_CERT_DIR: directory } = environment
  const load = new Loader()
  if (file || directory) {
    if (file) load.file(file)
    for (const part of directory?.split(delimiter) ?? []) if (part !== '') load.directory(part)
    return load.result('SSL_CERT_FILE and SSL_CERT_DIR')
  }
  const { files = usualFiles, directories = usualDirectories } = options
  files.some((path) => load.file(path)) ||
    directories.some((path) => load.directory(path)) ||
    load.native()
  return load.result('the usual places')
}

class Loader {
  private readonly found: { readonly source: string; readonly der: Uint8Array }[] = []
  private readonly rejected: { source: string; reason: string }[] = []
  private readonly sources = new Set<string>()

  /** Whether the file has any certificates. */
  file(path: string, origin = path): boolean {
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (error) {
      this.rejected.push({ source: path, reason: messageOf(error) })
      return false
    }
    try {
      return this.add(path, certificatesFromPem(text), origin)
    } catch (error) {
      if (!(error instanceof PemError)) throw error
      this.rejected.push({ source: path, reason: error.message })
      return false
    }
  }

  /** Whether the directory has any: every file in it is read, whether it is named by OpenSSL's hash or not. */
  directory(path: string): boolean {
    let names: string[]
    try {
      names = readdirSync(path).sort()
    } catch (error) {
      this.rejected.push({ source: path, reason: messageOf(error) })
      return false
    }
    const certificates = names.filter((name) => /\.(?:pem|crt|cer|\d+)$/.test(name))
    return certificates.filter((name) => this.file(join(path, name), path)).length > 0
  }

  /** Node's own reading of the system's store, from Node 22.15 on. */
  native(): boolean {
    const { getCACertificates } = tls as typeof tls & {
      readonly getCACertificates?: (type: 'system') => string[]
    }
    if (getCACertificates === undefined) return false
    const certificates = getCACertificates('system').flatMap(certificatesFromPem)
    return this.add("tls.getCACertificates('system')", certificates)
  }

  result(places: string): SystemRoots {
    const { anchors, rejected } = trustStore(this.found.map(({ der }) => der))
    const malformed = rejected.map(({ index, reason }) => ({
      source: this.found[index]?.source ?? '',
      reason,
    }))
    if (anchors.length === 0) {
      throw new TypeError(
        `There are no root certificates in ${places}. Install the system's package of them, or set SSL_CERT_FILE.`,
      )
    }
    return { anchors, sources: [...this.sources], rejected: [...this.rejected, ...malformed] }
  }

  private add(source: string, certificates: readonly Uint8Array[], origin = source): boolean {
    if (certificates.length > 0) this.sources.add(origin)
    this.found.push(...certificates.map((der) => ({ source, der })))
    return certificates.length > 0
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
