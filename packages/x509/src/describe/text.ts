/** The pieces of text that descriptions are made of. */
import { civilFromDays } from '@sanstls/core/der'

const octet = (value: number): string => value.toString(16).padStart(2, '0')

/** Octets in lower case, with colons between. */
export const colonHex = (bytes: Uint8Array): string => Array.from(bytes, octet).join(':')

/** Octets in upper case, with colons between. */
export const upperHex = (bytes: Uint8Array): string => colonHex(bytes).toUpperCase()

/** Lines of `width` octets; a colon stands at the end of each but the last. */
export function hexLines(bytes: Uint8Array, width: number): string[] {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += width) {
    const more = at + width < bytes.length ? ':' : ''
    lines.push(colonHex(bytes.subarray(at, at + width)) + more)
  }
  return lines
}

export const indent = (lines: readonly string[], spaces: number): string[] =>
  lines.map((line) => (line === '' ? '' : ' '.repeat(spaces) + line))

/** What can be printed of bytes, and a dot for each of the others, line feeds included: no value makes up lines. */
export const printableText = (bytes: Uint8Array): string =>
  Array.from(bytes, (value) =>
    value >= 0x20 && value <= 0x7e ? String.fromCharCode(value) : '.',
  ).join('')

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** `Jun  1 12:00:00 2026 GMT`, from Unix ms; with milliseconds where `precise`. */
export function timeText(unix: number, precise = false): string {
  const days = Math.floor(unix / 86_400_000)
  const { year, month, day } = civilFromDays(days)
  const rest = unix - days * 86_400_000
  const two = (value: number): string => String(value % 60).padStart(2, '0')
  const hour = String(Math.floor(rest / 3_600_000)).padStart(2, '0')
  const clock = `${hour}:${two(Math.floor(rest / 60_000))}:${two(Math.floor(rest / 1000))}`
  const fraction = precise ? `.${String(rest % 1000).padStart(3, '0')}` : ''
  return `${months[month - 1]} ${String(day).padStart(2)} ${clock}${fraction} ${year} GMT`
}
