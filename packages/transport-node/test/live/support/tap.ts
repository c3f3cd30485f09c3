/** A TCP relay between the two sides that notes the header of each TLS record, and may change what passes. */
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

const headerLength = 5

export interface Tap {
  readonly port: number
  readonly records: readonly SeenRecord[]
}

/** Changes a record in place; `nth` counts those of its type from its side, from 0. */
export type Change = (record: SeenRecord, nth: number, content: Buffer) => void

export async function tap(scope: Scope, target: number, change: Change = () => {}): Promise<Tap> {
  const records: SeenRecord[] = []
  const sockets: Socket[] = []
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const options = { port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }
    const server = createConnection(options)
    sockets.push(client, server)
    relay('client', client, server, records, change)
    relay('server', server, client, records, change)
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

function relay(
  from: SeenRecord['from'],
  source: Socket,
  target: Socket,
  records: SeenRecord[],
  change: Change,
) {
  let pending = Buffer.alloc(0)
  source.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    let whole = 0
    while (pending.length >= whole + headerLength) {
      const start = whole + headerLength
      const length = pending.readUInt16BE(whole + 3)
      if (pending.length < start + length) break
      const record = { from, type: pending.readUInt8(whole), length }
      const nth = records.filter((seen) => seen.from === from && seen.type === record.type).length
      records.push(record)
      change(record, nth, pending.subarray(start, start + length))
      whole = start + length
    }
    target.write(pending.subarray(0, whole))
    pending = pending.subarray(whole)
  })
  source.on('end', () => target.end(pending))
  source.on('error', () => target.destroy())
}

/** Makes an extension of a number that nobody knows of the ClientHello's supported_versions. */
export const hideVersions: Change = ({ from, type }, nth, content) => {
  if (from !== 'client' || type !== contentTypes.handshake || nth > 0) return
  const { start, end } = extension(content, supportedVersions)
  if (end > start) content.writeUInt16BE(unknownExtension, start)
}

/** Changes the last byte of a record of data. */
export const damage =
  (from: SeenRecord['from'], number: number): Change =>
  (record, nth, content) => {
    if (record.from !== from || record.type !== contentTypes.data || nth !== number) return
    content[content.length - 1] = (content[content.length - 1] ?? 0) ^ 1
  }

const supportedVersions = 43
const unknownExtension = 0xfaf0

/** Where an extension of a ClientHello stands (RFC 9846 4.2.2). */
function extension(
  hello: Buffer,
  wanted: number,
): { readonly start: number; readonly end: number } {
  // Behind the header of the message, legacy_version and random.
  let at = 4 + 2 + 32
  at += 1 + hello.readUInt8(at)
  at += 2 + hello.readUInt16BE(at)
  at += 1 + hello.readUInt8(at)
  at += 2
  while (at + 4 <= hello.length) {
    const end = at + 4 + hello.readUInt16BE(at + 2)
    if (hello.readUInt16BE(at) === wanted) return { start: at, end }
    at = end
  }
  return { start: 0, end: 0 }
}
