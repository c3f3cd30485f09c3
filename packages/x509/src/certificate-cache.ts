import { equalBytes } from './bytes.js'
import { Certificate } from './certificate.js'

/** Bytes at the end of a certificate, which are its signature's. */
const tailLength = 16

/**
 * The certificates that were read last. Authorities come with many a chain and servers again and again; connections to
 * the same server then share what was read. Nothing is remembered about them but what their bytes say.
 */
export class CertificateCache {
  private readonly latest = new Map<string, Certificate>()
  private readonly size: number

  /** @param size certificates to keep at most. */
  constructor(size: number) {
    this.size = size
  }

  /** Reads a certificate, or finds it. @throws {DerError} */
  read(der: Uint8Array): Certificate {
    if (this.size === 0) return new Certificate(der)
    const tail = String.fromCharCode(...der.subarray(-tailLength))
    const known = this.latest.get(tail)
    if (known !== undefined && equalBytes(known.der, der)) return known
    // A copy, which does not keep the message alive that the certificate came in.
    const certificate = new Certificate(new Uint8Array(der))
    this.latest.delete(tail)
    this.latest.set(tail, certificate)
    for (const oldest of this.latest.keys()) {
      if (this.latest.size <= this.size) break
      this.latest.delete(oldest)
    }
    return certificate
  }
}
