/** What an observer sees, synchronously, in the order in which it happens. */
import type { Level } from './layer/layer.js'

export type Observation =
  | {
      readonly kind: 'message'
      readonly direction: 'sent' | 'received'
      readonly type: number
      /** The message's name, as in the RFC. */
      readonly name: string
      /** With its header, as in the transcript. */
      readonly bytes: Uint8Array
    }
  | {
      readonly kind: 'alert'
      readonly direction: 'sent' | 'received'
      readonly level: number
      readonly description: number
    }
  | { readonly kind: 'keys'; readonly direction: 'read' | 'write'; readonly level: Level }
  | { readonly kind: 'state'; readonly name: string }
  /** A line in the format of SSLKEYLOGFILE (RFC 9850), without line end. It gives the connection's secrets away. */
  | { readonly kind: 'keylog'; readonly line: string }
  /** Datagrams: something was dropped. */
  | { readonly kind: 'discard'; readonly reason: string }

export type Observer = (observation: Observation) => void
