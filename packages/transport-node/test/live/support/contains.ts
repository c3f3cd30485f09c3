/** As `includes`, which takes for ever where much data resembles much other data. */
export function contains(data: Buffer, wanted: Buffer): boolean {
  const head = wanted.subarray(0, 40)
  for (let at = data.indexOf(head); at >= 0; at = data.indexOf(head, at + 1))
    if (data.subarray(at, at + wanted.length).equals(wanted)) return true
  return false
}
