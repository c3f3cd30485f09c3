/** Diffie-Hellman in the form of a KEM: what all groups of node:crypto have in common. */
import type { NamedGroup, Random } from '@sanstls/core'
import { type Available, tried } from './available.js'

export type NativeGroup = NamedGroup & Available

/** One private key of a group. */
export interface PrivateShare {
  readonly share: Uint8Array
  /** The shared secret, or undefined where the peer's share, which has the right length, is invalid. */
  agree(share: Uint8Array): Uint8Array | undefined
  /** Clears what is not in OpenSSL's hands, which clears a key when it frees it. */
  wipe?(): void
}

export interface DiffieHellman {
  readonly id: number
  readonly name: string
  /** Bytes. */
  readonly shareLength: number
  /** Draws from `random` as the same group over noble does, so that a seed gives the same key with either. */
  generate(random: Random): PrivateShare
  /** Fails or is false where the runtime lacks what the group needs. */
  probe(): unknown
}

export function diffieHellman(group: DiffieHellman): NativeGroup {
  const { id, name, shareLength } = group
  return {
    id,
    name,
    clientShareLength: shareLength,
    serverShareLength: shareLength,
    generate(random) {
      let live: PrivateShare | undefined = group.generate(random)
      return {
        share: live.share,
        decapsulate(serverShare) {
          if (live === undefined) throw new Error(`${name}: the key pair was wiped`)
          return serverShare.length === shareLength ? live.agree(serverShare) : undefined
        },
        wipe() {
          live?.wipe?.()
          live = undefined
        },
      }
    },
    encapsulate(clientShare, random) {
      if (clientShare.length !== shareLength) return undefined
      const key = group.generate(random)
      const secret = key.agree(clientShare)
      key.wipe?.()
      return secret && { share: key.share, secret }
    },
    available: tried(() => group.probe()),
  }
}
