/** A TCP relay between the two sides that notes the header of each TLS record. */
import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import type { Scope } from './scope.js'

export interface SeenRecord {
  readonly from: 'client' | 'server'
  readonly type: number
  /** Bytes after the header. */
  readonly length: number
}

export const contentTypes = { changeCipherSpec: 20, alert: 21, handshake: 22, data: 23 } as const

export interface Tap {
  readonly port: number
  readonly records: readonly SeenRecord[]
}

export async function tap(scope: Scope, target: number): Promise<Tap> {
  const records: SeenRecord[] = []
  const sockets: Socket[] = []
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const options = { port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }
    const server = createConnection(options)
    sockets.push(client, server)
    relay('client', client, server, records)
    relay('server', server, client, records)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  scope.defer(() => {
    listener.close()
    for (const socket of sockets) socket.destroy()
  })
  return { port: address.port, records }
}

function relay(from: SeenRecord['from'], source: Socket, target: Socket, records: SeenRecord[]) {
  let pending = Buffer.alloc(0)
  source.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 5) {
      const length = pending.readUInt16BE(3)
      if (pending.length < 5 + length) break
      records.push({ from, type: pending.readUInt8(0), length })
      pending = pending.subarray(5 + length)
    }
    target.write(chunk)
  })
  source.on('end', () => target.end())
  source.on('error', () => target.destroy())
}
