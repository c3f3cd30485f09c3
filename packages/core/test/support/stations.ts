/** Every state of the handshake. */
import type { Station } from './station.js'
import { stations12 } from './stations12.js'
import { stations13 } from './stations13.js'

export type { Act, Station } from './station.js'

export const stations: readonly Station[] = [...stations13, ...stations12]
