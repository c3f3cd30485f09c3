/** Sees what a connection of ours does, and what becomes of it when it fails. */
import type { Observation } from '@sanstls/core'
import { Fault } from '@sanstls/core'

export interface Watch {
  readonly observe: (observation: Observation) => void
  /** `sent ClientHello`, `received ServerHello`, … */
  readonly messages: readonly string[]
  /** The numbers of those that we sent. */
  readonly alerts: readonly number[]
  readonly keylog: readonly string[]
}

export function watch(): Watch {
  const messages: string[] = []
  const alerts: number[] = []
  const keylog: string[] = []
  return {
    messages,
    alerts,
    keylog,
    observe(observation) {
      if (observation.kind === 'message')
        messages.push(`${observation.direction} ${observation.name}`)
      else if (observation.kind === 'keylog') keylog.push(observation.line)
      else if (observation.kind === 'alert' && observation.direction === 'sent')
        alerts.push(observation.description)
    },
  }
}

/** The fault with which something must fail. */
export async function faultOf(failing: Promise<unknown>): Promise<Fault> {
  let value: unknown
  try {
    value = await failing
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error(`no fault, but ${String(value)}`)
}

/** Fulfilled with the first thing that `give` is called with. */
export function once<T>(): { readonly give: (value: T) => void; readonly given: Promise<T> } {
  let give: (value: T) => void = () => {}
  const given = new Promise<T>((resolve) => {
    give = resolve
  })
  return { give: (value) => give(value), given }
}
