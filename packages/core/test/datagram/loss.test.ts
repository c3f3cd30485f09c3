/**
 * Handshakes over links that lose, duplicate and reorder. Each seed loses one datagram for certain, another one of the
 * handshake each time, and others by chance; so each must repeat something, establish, and pass data on.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { noble } from '#src/noble.js'
import { type Side, seededRandom, trustEveryone } from '#src/testing.js'
import { clientCredential, text } from '../support/connect.js'
import {
  type ClientOverrides,
  connectDatagrams,
  cookie,
  type DatagramPair,
  type ServerOverrides,
} from '../support/datagrams.js'

interface Scenario {
  readonly name: string
  readonly client?: ClientOverrides
  readonly server?: ServerOverrides
}

const asked: ServerOverrides = { clientAuthentication: 'require', verify: trustEveryone }
// The server's only group is one that the client sends no share for.
const otherGroup: ServerOverrides = { groups: ['secp256r1'] }

const scenarios: readonly Scenario[] = [
  { name: 'certificate' },
  { name: 'client authentication', client: { credentials: [clientCredential] }, server: asked },
  { name: 'HelloRetryRequest', server: otherGroup },
  { name: 'cookie', server: { cookie } },
  {
    name: 'cookie, HelloRetryRequest for a group, client authentication',
    client: { credentials: [clientCredential] },
    server: { ...asked, ...otherGroup, cookie },
  },
]

const seeds = 60
const messages = 24
/** Ms. Half a minute of bad luck is within reason; timers of a minute are not. */
const patience = 200_000

for (const mtu of [300, 1200]) {
  for (const { name, client, server } of scenarios) {
    const test = suite(`${name}, MTU ${mtu}`)
    const clientOptions = { mtu, ...client }
    const serverOptions = { mtu, ...server }
    const whole = establish(connectDatagrams(clientOptions, serverOptions, { mtu }))
    const baseline = { toServer: whole.toServer.sent, toClient: whole.toClient.sent }

    for (let seed = 0; seed < seeds; seed++) {
      test(`seed ${seed}`, () => {
        const faults = { seed, loss: 0.15, duplication: 0.1, reordering: 0.2, mtu }
        const link = connectDatagrams(clientOptions, serverOptions, faults)
        const victim = seed % 2 === 0 ? 'toServer' : 'toClient'
        const chosen = Math.floor(seed / 2) % baseline[victim]
        const lossy = link[victim]
        lossy.options = {
          ...lossy.options,
          filter: (datagram, index) => (index === chosen ? [] : [datagram]),
        }
        establish(link)
        const { toServer, toClient, pair } = link
        assert.ok(lossy.sent > chosen, 'the chosen datagram was sent, and lost')
        assert.ok(
          toServer.sent + toClient.sent > baseline.toServer + baseline.toClient,
          'something was sent again',
        )
        exchange(link)
        assert.is(pair.client.idle.deadline, undefined, 'the client has nothing left to repeat')
        assert.is(pair.server.idle.deadline, undefined, 'the server has nothing left to repeat')
      })
    }
    test.run()
  }
}

const real = suite('with real cryptography')
for (let seed = 0; seed < 3; seed++) {
  real(`seed ${seed}`, () => {
    const psks = [{ identity: Uint8Array.of(1), key: seededRandom('psk')(32) }]
    const common = { crypto: noble, psks, mtu: 300 }
    const link = connectDatagrams(
      { ...common, keyShares: ['x25519'] },
      { ...common, groups: ['x25519'], credentials: [], cookie },
      { seed, loss: 0.2, duplication: 0.1, reordering: 0.2 },
    )
    establish(link)
    exchange(link)
  })
}
real.run()

const replayed = suite('determinism')
replayed('the same seed gives the same bytes at the same times', () => {
  const run = () => {
    const link = connectDatagrams(
      { mtu: 300, credentials: [clientCredential] },
      { mtu: 300, ...asked, ...otherGroup, cookie },
      { seed: 'again', loss: 0.3, duplication: 0.2, reordering: 0.3 },
    )
    establish(link)
    const { client, server } = link.pair
    return [client.events, server.events, link.discards, link.pair.now]
  }
  assert.equal(run(), run())
})
replayed.run()

function establish(link: DatagramPair): DatagramPair {
  const { pair } = link
  pair.settle(patience)
  for (const side of [pair.client, pair.server]) {
    assert.is(side.fault?.message, undefined)
    assert.ok(side.info !== undefined, `${side.connection.role} in ${side.connection.state}`)
  }
  return link
}

/** Enough messages that some come through; each that does is whole, and comes once. */
function exchange({ pair }: DatagramPair): void {
  for (let index = 0; index < messages; index++) {
    pair.client.send(text(`client ${index}`))
    pair.server.send(text(`server ${index}`))
  }
  pair.settle(patience)
  const received = (side: Side, from: string) => {
    const texts = side.events.flatMap((event) =>
      event.kind === 'data' ? [String.fromCharCode(...event.bytes)] : [],
    )
    assert.ok(texts.length > 0, `nothing of the ${from} came through`)
    assert.is(new Set(texts).size, texts.length, 'a message came twice')
    for (const each of texts) assert.match(each, new RegExp(`^${from} \\d+$`))
  }
  received(pair.server, 'client')
  received(pair.client, 'server')
}
