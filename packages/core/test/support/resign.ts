/** A server's ServerKeyExchange made otherwise, and signed all the same: what the client then refuses is what it says. */
import { concat } from '#src/bytes.js'
import type { ClientConfig } from '#src/config.js'
import { on, type Script } from '#src/testing.js'
import { encode } from '#src/wire/codec.js'
import { dhParams, digitallySigned, ecdhParams } from '#src/wire/message12.js'
import { Reader } from '#src/wire/reader.js'
import { messageType } from '#src/wire/registry.js'
import { demand } from './connect.js'

export interface Resigned {
  readonly kind: 'ecdhe' | 'dhe'
  /** What becomes of the parameters. */
  readonly parameters?: (own: Uint8Array) => Uint8Array
  /** The scheme that is named. */
  readonly algorithm: number
  readonly sign: (content: Uint8Array) => Uint8Array
}

/** A script for the server, and the observer that its client needs: the signature covers client_random. */
export function resigned({ kind, parameters = (own) => own, algorithm, sign }: Resigned): {
  readonly script: Script
  readonly observe: NonNullable<ClientConfig['observe']>
} {
  let clientRandom: Uint8Array | undefined
  return {
    observe(observation) {
      if (observation.kind === 'message' && observation.type === messageType.clientHello)
        clientRandom = observation.bytes.slice(6, 38)
    },
    script: on(messageType.serverKeyExchange, ({ type, body }, wire, { sent }) => {
      const hello = demand(sent.find((message) => message.type === messageType.serverHello))
      const changed = parameters(body.subarray(0, parametersLength(kind, body)))
      const content = concat(demand(clientRandom), hello.body.subarray(2, 34), changed)
      const signed = encode(digitallySigned, { algorithm, signature: sign(content) })
      return wire.message(type, concat(changed, signed))
    }),
  }
}

function parametersLength(kind: Resigned['kind'], body: Uint8Array): number {
  const reader = new Reader(body)
  if (kind === 'ecdhe') ecdhParams.read(reader)
  else dhParams.read(reader)
  return reader.offset
}
