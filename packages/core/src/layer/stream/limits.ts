/** Sizes of the record layer (RFC 9846 section 5). */

export const headerLength = 5
export const maxPlaintext = 16_384
/** RFC 9846 5.5: a sender stops here; also well within what a number holds exactly. */
export const maxSequence = 2 ** 48 - 1
