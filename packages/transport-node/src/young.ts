/**
 * Has V8 collect its young objects in time. The ciphertext that node:crypto returns lies outside of V8's heap, and hardly
 * anything of it inside: the heap would fill too slowly to be collected, until so much has gathered outside (32 MiB) that
 * V8 marks everything that the program has, each time. Something on the heap beside it brings the cheap collection
 * first. That is not free either: V8 wakes its helper threads for it, which a busy machine must make room for. So what
 * was sealed counts, and what a stream brings; what was opened does not, as opening leaves enough on the heap.
 */

/** Bytes. Less than this is little beside the objects that hold it. */
const large = 4096

/** Bytes of the heap for each outside. */
const share = 1 / 4
const slot = 8

/** Kept, so that it is really allocated. */
let _latest: unknown

/** To be called with the bytes that were returned. */
export function countOutside(length: number): void {
  if (length >= large) _latest = new Array(Math.floor((length * share) / slot))
}
