// A handshake as a ladder: who says what when, how long it is, and which keys come of it.
import { alert, nameOf } from '@sanstls/core/wire'

const width = 44
const place = 16

/** An observer for `config.observe` that prints as things happen; `begin` sets the clock to zero. */
export function ladder(role) {
  let began = performance.now()
  let installed = []
  const at = () => `${(performance.now() - began).toFixed(1).padStart(8)} ms  `
  const line = (text) => console.log(`${at()}${text}`.trimEnd())
  const flushKeys = () => {
    if (installed.length > 0) line(`${' '.repeat(place)}· ${installed.join(', ')}`)
    installed = []
  }
  const observe = (seen) => {
    if (seen.kind === 'keys') {
      const side = seen.direction === 'read' ? 'reading' : 'writing'
      installed.push(`${seen.level} keys for ${side}`)
      return
    }
    if (seen.kind !== 'message' && seen.kind !== 'alert') return
    flushKeys()
    const isToServer = (seen.direction === 'sent') === (role === 'client')
    const name = seen.kind === 'alert' ? `alert ${nameOf(alert, seen.description)}` : seen.name
    const size = seen.kind === 'alert' ? 2 : seen.bytes.length
    line(arrow(name, `${size.toLocaleString('en')} B`, isToServer))
  }
  return {
    observe,
    begin() {
      began = performance.now()
      const [left, right] = [
        role === 'client' ? 'sanstls' : 'peer',
        role === 'client' ? 'peer' : 'sanstls',
      ]
      console.log(
        `${' '.repeat(13)}client (${left})${`server (${right})`.padStart(width - 9 - left.length + 4)}`,
      )
    },
    note(text) {
      flushKeys()
      line(`${' '.repeat(place)}${text}`)
    },
  }
}

function arrow(name, size, isToServer) {
  const text = ` ${name} · ${size} `
  const line = '─'.repeat(Math.max(width - text.length, 2))
  return isToServer ? `──${text}${line}▶` : `◀─${text}${line}─`
}

/** What came of it, from the connection's `info`. */
export function describe(info) {
  const { version, suite, group, signatureScheme, alpn, resumed, helloRetried } = info
  const list = [
    ['version', version.name],
    ['cipher suite', suite.name],
    [
      'key exchange',
      `${group?.name ?? 'PSK only'}${helloRetried ? ', after a HelloRetryRequest' : ''}`,
    ],
    ...(signatureScheme === undefined ? [] : [['peer signed with', signatureScheme.name]]),
    ['protocol (ALPN)', alpn ?? 'none'],
    ['name', info.serverName ?? 'none'],
    ['resumed', resumed ? 'yes' : 'no'],
  ]
  for (const [label, value] of list) console.log(`  ${label.padEnd(18)} ${value}`)
}

/** Who was verified and how: the path as the verifier of @sanstls/x509 found it. */
export function describePeer({ peer }) {
  if (peer === undefined) {
    console.log(`  ${'peer'.padEnd(18)} not authenticated: it was not asked for a certificate`)
    return
  }
  const { path, anchor } = peer.details
  const until = (certificate) =>
    `valid until ${new Date(certificate.notAfter).toISOString().slice(0, 10)}`
  for (const [depth, certificate] of path.entries()) {
    const label = depth === 0 ? 'peer verified as' : 'issued by'
    const isAnchor = depth > 0 && depth === path.length - 1
    const how = isAnchor ? 'trusted' : until(certificate)
    console.log(`  ${label.padEnd(18)} ${certificate.description} (${how})`)
  }
  if (path.length === 1) console.log(`  ${'trusted as'.padEnd(18)} ${anchor.description}`)
}
