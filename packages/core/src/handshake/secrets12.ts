/** The secrets of a TLS 1.2 handshake as both roles use them: from the premaster secret to records and Finished. */
import { equalConstantTime } from '../bytes.js'
import type { CipherSuite12 } from '../crypto/provider.js'
import { Fault } from '../fault.js'
import type { HandshakeMessage, RecordKeys } from '../layer/layer.js'
import { keyBlock, mainSecret, type Randoms, recordKeys, verifyData } from '../schedule/tls12.js'
import type { Transcript12 } from '../schedule/transcript12.js'
import { messageType } from '../wire/registry.js'
import type { Context } from './context.js'
import { keylog } from './keylog.js'

/** What the hellos have settled. */
export interface Settled12 {
  readonly suite: CipherSuite12
  readonly extendedMainSecret: boolean
  readonly encryptThenMac: boolean
  readonly randoms: Randoms
  readonly transcript: Transcript12
}

/** After ClientKeyExchange. The premaster secret is wiped. */
export function deriveMainSecret(
  { suite, extendedMainSecret, randoms, transcript }: Settled12,
  premaster: Uint8Array,
): Uint8Array {
  const sessionHash = extendedMainSecret ? transcript.hash() : undefined
  return mainSecret(suite.hash, premaster, randoms, sessionHash)
}

/** The keys of both directions. */
export function connectionKeys(
  { suite, randoms, encryptThenMac }: Pick<Settled12, 'suite' | 'randoms' | 'encryptThenMac'>,
  secret: Uint8Array,
  context: Context,
): { readonly client: RecordKeys; readonly server: RecordKeys } {
  keylog(context, 'CLIENT_RANDOM', randoms.client, secret)
  const block = keyBlock(suite, secret, randoms)
  const random = (length: number) => context.random(length)
  return {
    client: recordKeys(suite, block.client, encryptThenMac, random),
    server: recordKeys(suite, block.server, encryptThenMac, random),
  }
}

/** change_cipher_spec and Finished; returns the verify_data. */
export function sendFinished(
  { suite, transcript }: Settled12,
  secret: Uint8Array,
  sender: 'client' | 'server',
  keys: RecordKeys,
  context: Context,
): Uint8Array {
  context.changeCipherSpec(keys)
  const data = verifyData(suite.hash, secret, sender, transcript.hash())
  transcript.add(context.send(messageType.finished, data))
  context.flush()
  return data
}

/** Returns the verify_data. @throws {Fault} where it is wrong. */
export function checkFinished(
  { suite, transcript }: Settled12,
  secret: Uint8Array,
  sender: 'client' | 'server',
  message: HandshakeMessage,
): Uint8Array {
  const data = verifyData(suite.hash, secret, sender, transcript.hash())
  if (!equalConstantTime(data, message.body)) throw new Fault('badFinished', `the ${sender}'s`)
  transcript.add(message.raw)
  return data
}
