/** The implementations that are measured beside each other. Each is loaded only when a row asks for it. */

/** Over two connections in memory. `chainKnown`: ours may remember signatures of certificates. */
export async function memoryPeers(names, chain, { chainKnown = false } = {}) {
  const peers = []
  for (const name of names) peers.push({ name, ...(await memoryPeer(name, chain, chainKnown)) })
  return peers
}

async function memoryPeer(name, chain, chainKnown) {
  switch (name) {
    case 'sanstls/native':
    case 'sanstls/wasm':
    case 'sanstls/noble': {
      const { makePeer } = await import('./peers/ours.mjs')
      return makePeer(await provider(name), chain, chainKnown)
    }
    case 'node:tls':
      return (await import('./peers/node-tls.mjs')).makePeer(chain)
    case 'node-forge':
      return (await import('./peers/forge.mjs')).makePeer()
    default:
      throw new Error(`bench: no peer is called ${name}`)
  }
}

/** Over TCP, loopback. */
export async function tcpPeers(names, chain, { chainKnown = false } = {}) {
  const peers = []
  for (const name of names) peers.push({ name, ...(await tcpPeer(name, chain, chainKnown)) })
  return peers
}

export async function tcpPeer(name, chain, chainKnown = false) {
  switch (name) {
    case 'sanstls/native':
    case 'sanstls/wasm':
    case 'sanstls/noble': {
      const { makePeer } = await import('./peers/tcp-ours.mjs')
      return makePeer(await provider(name), chain, chainKnown)
    }
    case 'node:tls': {
      const tls = await import('node:tls')
      const common = { ciphers: 'TLS_AES_128_GCM_SHA256', ecdhCurve: 'X25519' }
      // As a program does that connects more than once: reading the authorities takes longer than a handshake.
      const options = { ...common, minVersion: 'TLSv1.3', ca: chain.rootPem }
      const secureContext = tls.createSecureContext(options)
      return (await import('./peers/tcp-tls.mjs')).makePeer(
        tls,
        chain,
        common,
        { secureContext },
        2,
      )
    }
    case 'lemon-tls': {
      const tls = await import('lemon-tls')
      const common = { allowedCipherSuites: [0x1301], groups: [29] }
      const options = { ca: chain.rootPem }
      return (await import('./peers/tcp-tls.mjs')).makePeer(tls, chain, common, options, 1)
    }
    case 'sockets':
      return (await import('./peers/tcp-plain.mjs')).makePeer()
    default:
      throw new Error(`bench: no peer over TCP is called ${name}`)
  }
}

async function provider(name) {
  switch (name) {
    case 'sanstls/noble':
      return (await import('@sanstls/core/noble')).noble
    case 'sanstls/wasm': {
      const { compose, noble } = await import('@sanstls/core/noble')
      const { wasm } = await import('@sanstls/core/wasm')
      return compose(wasm, noble)
    }
    default:
      return (await import('@sanstls/transport-node/crypto')).nodeCrypto
  }
}

/** Equal work first: version, suite, group, chain and tickets of all peers. */
export function assertEqual(facts, names) {
  const [expected] = facts
  for (const [index, fact] of facts.entries())
    if (JSON.stringify(fact) !== JSON.stringify(expected)) {
      const [one, other] = [fact, expected].map((value) => JSON.stringify(value))
      throw new Error(`bench: ${names[index]} negotiated ${one}, not ${other}`)
    }
  return expected
}
