/** PEM, the text form of certificates and keys (RFC 7468), with the headers of the older RFC 1421. */
import { decodeBase64, encodeBase64 } from './base64.js'

export interface PemBlock {
  /** What stands between BEGIN and the dashes: `CERTIFICATE`, `PRIVATE KEY`. */
  readonly label: string
  readonly bytes: Uint8Array
  /** RFC 1421 headers, by name; only encrypted keys in OpenSSL's older format have any. */
  readonly headers: ReadonlyMap<string, string>
}

/** Text that is not PEM. */
export class PemError extends Error {
  /** The line, counted from 1. */
  readonly line: number

  constructor(line: number, reason: string) {
    super(`line ${line}: ${reason}`)
    this.name = 'PemError'
    this.line = line
  }
}

const begin = '-----BEGIN '
const end = '-----END '
const dashes = '-----'

/**
 * Every block of a text, in order. Whatever stands outside of blocks is passed over (RFC 7468 section 2).
 * @throws {PemError} for a block that is not ended, ends with another label, or holds no base 64.
 */
export function pemBlocks(text: string): PemBlock[] {
  const lines = text.split(/\r\n|\n|\r/)
  const blocks: PemBlock[] = []
  for (let at = 0; at < lines.length; at++) {
    const label = labelOf(lines[at], begin)
    if (label === undefined) continue
    const first = at + 1
    do {
      at += 1
      if (at >= lines.length || labelOf(lines[at], begin) !== undefined) {
        throw new PemError(first, `BEGIN ${label} without its END`)
      }
    } while (labelOf(lines[at], end) === undefined)
    if (labelOf(lines[at], end) !== label) throw new PemError(at + 1, `END that is not ${label}`)
    blocks.push(readBlock(label, lines.slice(first, at), first))
  }
  return blocks
}

/** A block with lines of 64 characters and a line feed at its end. */
export function encodePem(label: string, bytes: Uint8Array): string {
  const digits = encodeBase64(bytes)
  let text = `${begin}${label}${dashes}\n`
  for (let at = 0; at < digits.length; at += 64) text += `${digits.slice(at, at + 64)}\n`
  return `${text}${end}${label}${dashes}\n`
}

function labelOf(line: string | undefined, opening: string): string | undefined {
  const trimmed = line?.trimEnd()
  if (trimmed === undefined || !trimmed.startsWith(opening) || !trimmed.endsWith(dashes)) {
    return undefined
  }
  return trimmed.slice(opening.length, -dashes.length)
}

function readBlock(label: string, lines: readonly string[], line: number): PemBlock {
  const headers = new Map<string, string>()
  let body = 0
  // RFC 1421 4.6: headers, the continued lines of which begin with white space, and an empty line.
  if (lines[0]?.includes(':')) {
    let name = ''
    for (; body < lines.length && lines[body]?.trim() !== ''; body++) {
      const text = lines[body] ?? ''
      const colon = text.indexOf(':')
      if (/^\s/.test(text)) {
        headers.set(name, (headers.get(name) ?? '') + text.trim())
      } else if (colon > 0) {
        name = text.slice(0, colon)
        headers.set(name, text.slice(colon + 1).trim())
      } else {
        throw new PemError(line + body + 1, 'a header without a colon')
      }
    }
  }
  const bytes = decodeBase64(lines.slice(body).join('').replaceAll(/[ \t]/g, ''))
  if (bytes === undefined) throw new PemError(line, `${label} whose contents are no base 64`)
  return { label, bytes, headers }
}
