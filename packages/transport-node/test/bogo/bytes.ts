/** Flags carry bytes as text, a character each. */
export function latin1(text = ''): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
