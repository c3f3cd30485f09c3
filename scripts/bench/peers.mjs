/** The peers of every row. */
export const peerNames = [
  'sanstls/native',
  'sanstls/noble',
  'sanstls/wasm',
  'node:tls',
  'node-forge',
]

export async function loadPeer(name, chain) {
  const peer = await make(name, chain)
  return { name, ...peer }
}

async function make(name, chain) {
  switch (name) {
    case 'sanstls/native': {
      const [{ makePeer }, { nodeCrypto }] = await Promise.all([
        import('./ours.mjs'),
        import('@sanstls/transport-node/crypto'),
      ])
      return makePeer(nodeCrypto, chain)
    }
    case 'sanstls/noble': {
      const [{ makePeer }, { noble }] = await Promise.all([
        import('./ours.mjs'),
        import('@sanstls/core/noble'),
      ])
      return makePeer(noble, chain)
    }
    case 'sanstls/wasm': {
      const [{ makePeer }, { compose, noble }, { wasm }] = await Promise.all([
        import('./ours.mjs'),
        import('@sanstls/core/noble'),
        import('@sanstls/core/wasm'),
      ])
      return makePeer(compose(wasm, noble), chain)
    }
    case 'node:tls':
      return (await import('./node-tls.mjs')).makePeer(chain)
    case 'node-forge':
      return (await import('./forge.mjs')).makePeer()
    default:
      throw new Error(`bench: no peer is called ${name}`)
  }
}
