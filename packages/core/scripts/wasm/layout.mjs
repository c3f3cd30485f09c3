/** Addresses in a module's memory, from sizes in bytes in their order. */
export function placed(sizes) {
  const addresses = {}
  let at = 0
  for (const [name, size] of Object.entries(sizes)) {
    addresses[name] = at
    at += size
  }
  return addresses
}
