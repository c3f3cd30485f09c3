/** Stream TLS and the types that everything shares. Nothing else is public here. */
export type * from './config.js'
export type { Connection } from './connection.js'
export type * from './decision.js'
export { Fault, type FaultClass, type FaultCode, faults, OptionError } from './fault.js'
export type { Observation, Observer } from './observe.js'
export type { ConnectionInfo, Output, Peer } from './output.js'
export type { ServerSessionState, Session, TicketKey, TicketKeys } from './session.js'
export type { Time } from './time.js'
