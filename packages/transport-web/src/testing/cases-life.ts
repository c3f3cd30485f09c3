/** Beginnings and endings: verification, late answers, half-close, truncation, failures. */
import { Fault } from '@sanstls/core'
import { holds, pattern, pause, readAll, rejection, rejectsWith, same } from './check.js'
import { type Case, withLink, withPair } from './harness.js'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

const ticketKey = { name: new Uint8Array(16), key: new Uint8Array(32) }

export const lifeCases: readonly Case[] = [
  {
    name: 'a server of an unknown authority is refused, and both ends say why',
    run: async (harness) => {
      const stranger = harness.authority.issue({ names: ['other.test'] })
      await withLink(harness, { server: stranger }, async ({ client, server }) => {
        await rejectsWith(client, 'certificateRejected', 'client')
        await rejectsWith(server, 'alertReceived', 'server')
      })
    },
  },
  {
    name: 'a client must have a certificate where the server says so',
    run: async (harness) => {
      const { authority } = harness
      const server = { ca: authority.ca }
      const credential = authority.issue({ client: 'a client' })
      await withPair(harness, { client: credential, server }, async (_, accepted) => {
        holds((accepted.info.peer?.chain.length ?? 0) > 0, 'the client was not authenticated')
      })
      await withLink(harness, { server }, async (link) => {
        await rejectsWith(link.server, 'noPeerCertificate', 'server')
        // In TLS 1.3 the client hears of it only after its own handshake is complete.
        const client = await link.client
        await rejectsWith(client.read(), 'alertReceived', 'client')
      })
    },
  },
  {
    name: 'an alert reaches a peer that is busy sending',
    run: async (harness) => {
      const server = { ca: harness.authority.ca }
      await withLink(harness, { server }, async (link) => {
        const client = await link.client
        // More than two connections on the way hold in the kernel.
        const writing = client.write(new Uint8Array(32_000_000))
        writing.catch(() => {})
        await rejectsWith(client.read(), 'alertReceived', 'client')
        await rejectsWith(link.server, 'noPeerCertificate', 'server')
        await rejection(writing, 'write')
      })
    },
  },
  {
    name: 'a decision may be answered late',
    run: (harness) =>
      withPair(
        harness,
        {
          client: {
            verify: 'decide',
            decide: async (decision) => {
              await pause(50)
              if (decision.kind !== 'verify') throw new Error(`asked for ${decision.kind}`)
              return { ok: false, code: 'test', message: 'not this one', alert: 46 }
            },
          },
        },
        async () => {
          throw new Error('the answer was not heeded')
        },
      ).catch((error: unknown) => {
        holds(error instanceof Fault && error.code === 'certificateRejected', String(error))
      }),
  },
  {
    name: 'a decision that rejects fails the handshake with its cause',
    run: async (harness) => {
      const cause = new RangeError('the key store is down')
      const decide = () => Promise.reject(cause)
      await withLink(harness, { client: { verify: 'decide', decide } }, async (link) => {
        const error = await rejectsWith(link.client, 'policyFailed', 'client')
        same(error.cause, cause, 'cause')
        await rejection(link.server, 'server')
      })
    },
  },
  {
    name: 'half-close: what is written after the peer has ended still arrives',
    run: (harness) =>
      withPair(harness, {}, async (client, server) => {
        await client.write(text('question'))
        await client.end()
        same(await readAll(server), text('question'), 'question')
        const answer = pattern(500_000)
        const sending = server.write(answer).then(() => server.end())
        same(await readAll(client), answer, 'answer')
        await Promise.all([sending, client.closed, server.closed])
        await rejection(client.write(text('late')), 'write after end')
      }),
  },
  {
    name: 'what was written before end arrives, however much it is',
    run: (harness) =>
      withPair(harness, {}, async (client, server) => {
        const data = pattern(3_000_000)
        const writing = client.write(data)
        const ending = client.end()
        await pause(100)
        same((await readAll(server)).length, data.length, 'length')
        await Promise.all([writing, ending])
      }),
  },
  {
    name: 'a cut line is not a clean end',
    run: (harness) =>
      withPair(harness, {}, async (client, server, link) => {
        await server.write(text('part'))
        await pause(50)
        link.cut()
        same(await client.read(), text('part'), 'what came before')
        const error = await rejection(client.read(), 'read')
        holds(error instanceof Error && 'code' in error, 'no coded error')
        holds(error.code === 'truncated' || error.code === 'transportFailed', `${error.code}`)
        same(await rejection(client.closed, 'closed'), error, 'closed')
        same(await rejection(client.write(text('x')), 'write'), error, 'write')
      }),
  },
  {
    name: 'close delivers what was written, drops what comes, and may be repeated',
    run: (harness) =>
      withPair(harness, {}, async (client, server) => {
        const data = pattern(400_000)
        const reading = readAll(server)
        await server.write(text('unread'))
        await client.write(data)
        const closing = client.close()
        same(await reading, data, 'data')
        await server.end()
        await closing
        await Promise.all([client.closed, server.closed, client.close(), server.close()])
        same(await client.read(), undefined, 'read after close')
      }),
  },
  {
    name: '`closed` tells the outcome to whoever asks afterwards, once and for all',
    run: (harness) =>
      withPair(harness, {}, async (client, server) => {
        const error = new Error('enough')
        // Each for itself: in some runtimes the one hears of the other's abort late.
        for (const connection of [client, server]) connection.abort(error)
        await pause(50)
        for (const connection of [client, server]) {
          const { closed } = connection
          same(await rejection(closed, 'closed after an abort'), error, 'reason')
          holds(connection.closed === closed, 'another promise each time')
        }
      }),
  },
  {
    name: 'close waits for a silent peer only so long',
    run: (harness) =>
      withPair(harness, {}, async (client) => {
        const began = performance.now()
        await client.close({ timeout: 200 })
        holds(performance.now() - began < 3_000, 'it waited longer')
      }),
  },
  {
    name: 'close says when what was written could not be delivered',
    run: (harness) =>
      withPair(harness, {}, async (client) => {
        const writing = rejection(client.write(new Uint8Array(40_000_000)), 'write')
        await rejectsWith(client.close({ timeout: 200 }), 'timedOut', 'close')
        await writing
      }),
  },
  {
    name: 'abort ends at once, and everything rejects with its reason',
    run: (harness) =>
      withPair(harness, {}, async (client, server) => {
        const reason = new Error('enough')
        const reading = rejection(client.read(), 'read')
        client.abort(reason)
        same(await reading, reason, 'read')
        same(await rejection(client.write(text('x')), 'write'), reason, 'write')
        same(await rejection(client.closed, 'closed'), reason, 'closed')
        await client.close()
        await rejection(server.read(), "the peer's read")
      }),
  },
  {
    name: 'an error in a callback of the application fails its connection, and no other',
    run: (harness) =>
      withLink(
        harness,
        {
          server: { tickets: { keys: { keys: [ticketKey] } } },
          client: {
            onSession: () => {
              throw new RangeError('disk full')
            },
          },
        },
        async (link) => {
          const [client] = await Promise.all([link.client, link.server])
          // Tickets may come with the handshake or after it.
          await rejectsWith(client.closed, 'policyFailed', 'closed')
        },
      ).catch((error: unknown) => {
        holds(error instanceof Fault && error.code === 'policyFailed', String(error))
      }),
  },
  {
    name: 'a signal gives up the handshake',
    run: async (harness) => {
      const reason = new Error('the user went away')
      const controller = new AbortController()
      const decide = () =>
        new Promise<never>(() => {
          setTimeout(() => controller.abort(reason), 20)
        })
      const client = { verify: 'decide', decide, signal: controller.signal } as const
      await withLink(harness, { client }, async (link) => {
        same(await rejection(link.client, 'client'), reason, 'reason')
        await rejection(link.server, 'server')
      })
    },
  },
  {
    name: 'a handshake that takes too long is given up',
    run: (harness) => {
      const decide = () => new Promise<never>(() => {})
      const client = { verify: 'decide', decide, handshakeTimeout: 150 } as const
      return withLink(harness, { client }, async (link) => {
        await rejectsWith(link.client, 'timedOut', 'client')
        await rejection(link.server, 'server')
      })
    },
  },
]
