import { civilFromDays } from '@sanstls/core/der'
import type { Certificate } from '../certificate.js'
import type { Finding } from '../fault.js'

/**
 * RFC 5280 4.1.2.5: valid from notBefore through notAfter, both included. Certificates count whole seconds, so that the
 * last one is valid to its end.
 */
export function checkValidity(certificate: Certificate, time: number): Finding | undefined {
  const second = Math.floor(time / 1000) * 1000
  if (second < certificate.notBefore) {
    return { code: 'notYetValid', detail: `is not valid before ${timeText(certificate.notBefore)}` }
  }
  if (second > certificate.notAfter) {
    return { code: 'expired', detail: `was valid until ${timeText(certificate.notAfter)}` }
  }
  return undefined
}

function timeText(unix: number): string {
  const days = Math.floor(unix / 86_400_000)
  const { year, month, day } = civilFromDays(days)
  const seconds = (unix - days * 86_400_000) / 1000
  const two = (value: number): string => String(value).padStart(2, '0')
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
  return `${date}T${clock.map(two).join(':')}Z`
}
