/** Node's part of the shared suite: real TCP on the loopback. */
import { randomFillSync } from 'node:crypto'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { noble } from '@sanstls/core/noble'
import { connect, upgrade } from '@sanstls/transport-node'
import { createTestAuthority, type Harness } from '@sanstls/transport-web/testing'

export const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length))

export const authority = createTestAuthority(noble, random, Date.now())

export const harness: Harness = {
  authority,
  upgrade,
  async link(clientOptions, serverOptions) {
    const { socket, port, listener } = await acceptOne()
    const client = connect({ host: '127.0.0.1', port, ...clientOptions })
    const accepted = socket.then((stream) => upgrade(stream, { role: 'server', ...serverOptions }))
    // Whichever fails first, the other is still looked at.
    client.catch(() => {})
    accepted.catch(() => {})
    return {
      client,
      server: accepted,
      cut: () => void socket.then((stream) => stream.end()),
      async release() {
        listener.close()
        ;(await socket).destroy()
      },
    }
  },
}

/** Listens for one raw TCP connection. */
export async function acceptOne(): Promise<{
  readonly socket: Promise<Socket>
  readonly port: number
  readonly listener: Server
}> {
  const listener = createServer({ allowHalfOpen: true })
  const socket = new Promise<Socket>((resolve) => {
    listener.once('connection', resolve)
  })
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve)
  })
  // Listening on TCP, it has an address with a port.
  const { port } = listener.address() as AddressInfo
  return { socket, port, listener }
}

/** Waits until no socket is left open, and says which are where that takes too long. */
export async function noSocketsLeft(milliseconds = 5_000): Promise<void> {
  const latest = performance.now() + milliseconds
  const open = () => process.getActiveResourcesInfo().filter((name) => /^TCP/.test(name))
  while (open().length > 0) {
    if (performance.now() > latest) throw new Error(`still open: ${open().join(', ')}`)
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
}
