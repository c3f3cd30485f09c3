/** A key exchange in which both shares are public and the secret is their hash: anyone who listens has it. */
import type { NamedGroup } from '../../crypto/provider.js'
import { NullHash } from './hash.js'

/** @param shareLength bytes of either share, of which all zeros are invalid. */
export function nullGroup(id: number, name: string, shareLength: number): NamedGroup {
  const isValid = (share: Uint8Array) =>
    share.length === shareLength && share.some((byte) => byte !== 0)
  return {
    id,
    name,
    clientShareLength: shareLength,
    serverShareLength: shareLength,
    generate(random) {
      const share = random(shareLength)
      return {
        share,
        decapsulate: (serverShare) =>
          isValid(serverShare) ? secretOf(id, share, serverShare) : undefined,
        wipe: () => undefined,
      }
    },
    encapsulate(clientShare, random) {
      if (!isValid(clientShare)) return undefined
      const share = random(shareLength)
      return { share, secret: secretOf(id, clientShare, share) }
    },
  }
}

function secretOf(id: number, clientShare: Uint8Array, serverShare: Uint8Array): Uint8Array {
  const running = new NullHash(8)
  running.update(Uint8Array.of(id >> 8, id & 0xff))
  running.update(clientShare)
  running.separate()
  running.update(serverShare)
  return running.digest()
}
