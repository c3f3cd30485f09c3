/** For tests of transports: an authority, and the cases that every transport has to pass on its real runtime. */
import { dataCases } from './testing/cases-data.js'
import { lifeCases } from './testing/cases-life.js'
import type { Case } from './testing/harness.js'

export {
  createTestAuthority,
  type IssuedCredential,
  type TestAuthority,
} from './testing/authority.js'
export { holds, pattern, pause, readAll, rejection, rejectsWith, same } from './testing/check.js'
export type { Case, Harness, Link } from './testing/harness.js'

export const transportCases: readonly Case[] = [...dataCases, ...lifeCases]
