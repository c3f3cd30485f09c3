/** Connections of every kind that correct peers have, for properties that hold for all of them. */
import type { Scenario } from './perform.js'
import { scenarios12 } from './scenarios12.js'
import { scenarios13 } from './scenarios13.js'

export * from './perform.js'

export const scenarios: readonly Scenario[] = [...scenarios13, ...scenarios12]
