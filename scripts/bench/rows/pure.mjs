/** A handshake with the provider in JavaScript, beside the cryptography that it consists of, called again by itself. */
import { noble } from '@sanstls/core/noble'
import { rates } from '../measure.mjs'
import { makePeer } from '../peers/ours.mjs'
import { recording } from '../recording.mjs'

export async function run({ wanted, report, chain, measuring }) {
  const title = 'full handshakes, pure, beside their primitives'
  if (!wanted(title)) return
  const whole = makePeer(noble, chain, false)
  const { provider, calls } = recording(noble)
  const recorded = makePeer(provider, chain, false)
  recorded.close((await recorded.handshake()).pair)
  // What a configuration does once is not a handshake's.
  calls.length = 0
  const { pair, facts } = await recorded.handshake()
  const primitives = [...calls]
  recorded.close(pair)
  const peers = [
    { name: 'sanstls/noble', run: async () => whole.close((await whole.handshake()).pair) },
    {
      name: 'primitives',
      run() {
        for (const call of primitives) call()
      },
    },
  ]
  // The engine compiles the protocol's many functions well only after some thousand handshakes; primitives are few.
  const warmUp = 20 * measuring.milliseconds
  const results = await rates(peers, { ...measuring, warmUp, run: (peer) => peer.run() })
  report.add({ title, unit: 'handshakes/s', results, reference: 'primitives', facts })
}
