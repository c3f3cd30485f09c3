/**
 * What every CryptoProvider must do, whoever wrote it. The cases need no test runner and no runtime: run each, and an
 * error says what is wrong.
 */
import type { CryptoProvider, Random } from '../crypto/provider.js'
import { BufferLike } from './buffer-like.js'
import { aeadCases } from './conformance/aead.js'
import { cbcCases } from './conformance/cbc.js'
import { exchange12Cases } from './conformance/exchange12.js'
import { groupCases } from './conformance/group.js'
import { hashCases } from './conformance/hash.js'
import { signatureCases } from './conformance/signature.js'
import { suite12Cases } from './conformance/suite12.js'
import type { ConformanceCase, ConformanceOptions, Subject } from './conformance/support.js'
import { wycheproofCases } from './conformance/wycheproof.js'

export type { ConformanceCase, ConformanceOptions } from './conformance/support.js'

/** The cases for all entries of `provider`. */
export function conformance(
  provider: CryptoProvider,
  random: Random,
  options: ConformanceOptions = {},
): ConformanceCase[] {
  // Keys, texts and what is drawn: bytes that only a real copy separates from the caller's.
  const subject: Subject = {
    ...options,
    provider,
    random: (length) => BufferLike.copy(random(length)),
  }
  return [
    ...hashCases(subject),
    ...aeadCases(subject),
    ...cbcCases(subject),
    ...groupCases(subject),
    ...signatureCases(subject),
    ...suite12Cases(subject),
    ...exchange12Cases(subject),
    ...(subject.load === undefined ? [] : wycheproofCases(subject)),
  ]
}
