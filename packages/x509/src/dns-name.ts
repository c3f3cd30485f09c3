/**
 * Whether a text is a DNS name in its ASCII form without a dot at its end: labels of 1 to 63 letters, digits, hyphens or
 * underscores, which names in use have, and 253 characters at most. A name whose last label is a number is none, but an
 * IPv4 address or looks like one.
 */
export function isDnsName(text: string): boolean {
  if (text.length === 0 || text.length > 253) return false
  const labels = text.split('.')
  if (!labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label))) return false
  return !/^(\d+|0x[0-9a-f]*)$/i.test(labels[labels.length - 1] ?? '')
}
