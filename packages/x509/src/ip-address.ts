/** The 4 or 16 bytes of an IP address from its text (RFC 4291 2.2), or undefined where it is none. No zone, no port. */
export function parseIpAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

// Four decimal numbers without leading zeros, which some read as octal.
function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part)))
    return undefined
  const numbers = parts.map(Number)
  return numbers.every((number) => number <= 255) ? Uint8Array.from(numbers) : undefined
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = parseGroups(halves[0] ?? '', halves.length === 1)
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : []
  if (head === undefined || tail === undefined) return undefined
  const missing = 16 - head.length - tail.length
  // "::" stands for one group at least (RFC 5952 4.2.2 for two, but one is read as well).
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined
  const address = new Uint8Array(16)
  address.set(head)
  address.set(tail, 16 - tail.length)
  return address
}

function parseGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    if (isLast && index === groups.length - 1 && group.includes('.')) {
      const ipv4 = parseIpv4(group)
      if (ipv4 === undefined) return undefined
      bytes.push(...ipv4)
      continue
    }
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined
    const value = Number.parseInt(group, 16)
    bytes.push(value >> 8, value & 0xff)
  }
  return bytes
}

/** The text of an address, without the shortening of IPv6. */
export function ipAddressText(address: Uint8Array): string {
  if (address.length === 4) return address.join('.')
  const groups: string[] = []
  for (let at = 0; at < address.length; at += 2) {
    groups.push(((address[at] ?? 0) * 256 + (address[at + 1] ?? 0)).toString(16))
  }
  return groups.join(':')
}

/** The text of an address in its canonical form: dotted, or as RFC 5952 section 4 says. */
export function ipAddressCanonicalText(address: Uint8Array): string {
  if (address.length === 4) return address.join('.')
  const groups = ipAddressText(address).split(':')
  let best = { start: 0, length: 1 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === '0') length += 1
    if (length > best.length) best = { start, length }
  }
  if (best.length < 2) return groups.join(':')
  const head = groups.slice(0, best.start).join(':')
  return `${head}::${groups.slice(best.start + best.length).join(':')}`
}
