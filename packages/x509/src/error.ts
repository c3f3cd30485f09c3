import { DerError } from '@sanstls/core/der'
import type { CertificateFaultCode } from './fault.js'

/** A certificate that cannot be read, where more is known than that it is no DER. */
export class CertificateError extends DerError {
  readonly code: CertificateFaultCode

  constructor(offset: number, code: CertificateFaultCode, reason: string) {
    super(offset, reason)
    this.name = 'CertificateError'
    this.code = code
  }
}
