/** What the shared suite asks of a runtime. */
import type { TlsConnection } from '../base/connection.js'
import type { ClientOptions, ServerOptions } from '../base/options.js'
import type { StreamPair } from '../base/pair-transport.js'
import type { UpgradeOptions } from '../base/upgrade.js'
import type { TestAuthority } from './authority.js'

export interface Harness {
  readonly authority: TestAuthority
  /**
   * Connects a client to a server over the real transport. `client` and `server` carry trust, credentials and the name
   * `localhost` already. Either may fail.
   */
  link(client: ClientOptions, server: ServerOptions): Promise<Link>
  upgrade(stream: StreamPair, options: UpgradeOptions): Promise<TlsConnection>
}

export interface Link {
  readonly client: Promise<TlsConnection>
  readonly server: Promise<TlsConnection>
  /** Ends the server's transport below TLS, without close_notify, as a cut line would. */
  cut(): void
  /** Frees what the link needed beside its connections. */
  release(): Promise<void>
}

/** One test; it fails by rejecting. */
export interface Case {
  readonly name: string
  run(harness: Harness): Promise<void>
}

/** Runs a test on an established pair, and frees everything afterwards. */
export async function withPair(
  harness: Harness,
  options: { readonly client?: ClientOptions; readonly server?: ServerOptions },
  test: (client: TlsConnection, server: TlsConnection, link: Link) => Promise<void>,
): Promise<void> {
  await withLink(harness, options, async (link) => {
    const [client, server] = await Promise.all([link.client, link.server])
    await test(client, server, link)
  })
}

/** As `withPair`, where the handshake is expected to fail, or is what is looked at. */
export async function withLink(
  harness: Harness,
  options: { readonly client?: ClientOptions; readonly server?: ServerOptions },
  test: (link: Link) => Promise<void>,
): Promise<void> {
  const { authority } = harness
  const trusts = { ca: authority.ca }
  const link = await harness.link(
    {
      serverName: 'localhost',
      handshakeTimeout: 20_000,
      ...(options.client?.verify === undefined ? trusts : {}),
      ...options.client,
    },
    {
      handshakeTimeout: 20_000,
      ...(options.server?.cert === undefined ? authority.issue({ names: ['localhost'] }) : {}),
      ...options.server,
    },
  )
  try {
    await test(link)
  } finally {
    const ends = await Promise.allSettled([link.client, link.server])
    for (const end of ends) if (end.status === 'fulfilled') end.value.abort()
    await link.release()
  }
}
