/** What the runner expects of a connection that is established. */
import type { ConnectionInfo } from '@sanstls/core'
import { readChain } from './credentials.js'
import type { Flags } from './flags.js'

/** The shim saw something else than the runner told it to expect. */
export class Unexpected extends Error {}

export function expectThat(condition: boolean, what: string): void {
  if (!condition) throw new Unexpected(`expected ${what}`)
}

export function expectSame<T>(found: T, wanted: T, what: string): void {
  if (found !== wanted) throw new Unexpected(`${what}: expected ${wanted}, found ${found}`)
}

/** A connection counts as a resumption where an earlier one was made by the same invocation. */
export function checkEstablished(
  info: ConnectionInfo,
  flags: Flags,
  resumption: boolean,
  selected: number,
): void {
  expectThat(!flags['handshake-never-done'], 'the handshake to fail')
  expectSame(info.resumed, resumption && !flags['expect-session-miss'], 'resumed')
  checkNumbers(info, flags)
  const serverName = flags['expect-server-name']
  if (serverName !== undefined) expectSame(info.serverName, serverName, 'server name')
  const alpn = flags.server ? flags['select-alpn'] : flags['expect-alpn']
  expectSame(info.alpn ?? '', alpn ?? '', 'application protocol')
  if (flags['expect-hrr']) expectThat(info.helloRetried, 'a HelloRetryRequest')
  if (flags['expect-no-hrr']) expectThat(!info.helloRetried, 'no HelloRetryRequest')
  checkEarlyData(info, flags)
  checkPeer(info, flags)
  checkTls12(info, flags)
  const credential = flags['expect-selected-credential']
  if (credential !== undefined) expectSame(selected, credential, 'selected credential')
}

function checkNumbers(info: ConnectionInfo, flags: Flags): void {
  const pairs = [
    ['expect-version', info.version.id],
    ['expect-cipher', info.suite.id],
    ['expect-cipher-aes', info.suite.id],
    ['expect-curve-id', info.group?.id],
    // Sessions do not keep the scheme of the signature that began them.
    ['expect-peer-signature-algorithm', info.resumed ? undefined : info.signatureScheme?.id],
  ] as const
  for (const [flag, found] of pairs) {
    const wanted = flags[flag]
    if (wanted !== undefined && wanted !== 0 && !(info.resumed && found === undefined))
      expectSame(found, wanted, flag)
  }
}

/** In TLS 1.3 all of this holds by design. */
function checkTls12({ tls12 }: ConnectionInfo, flags: Flags): void {
  if (tls12 === undefined) return
  if (flags['expect-extended-master-secret'])
    expectThat(tls12.extendedMainSecret, 'an extended main secret')
  if (flags['expect-secure-renegotiation'])
    expectThat(tls12.secureRenegotiation, 'secure renegotiation')
  if (flags['expect-no-secure-renegotiation'])
    expectThat(!tls12.secureRenegotiation, 'no secure renegotiation')
}

function checkEarlyData({ earlyData }: ConnectionInfo, flags: Flags): void {
  if (flags['expect-accept-early-data']) expectSame(earlyData, 'accepted', 'early data')
  if (flags['expect-reject-early-data']) expectThat(earlyData !== 'accepted', 'no early data')
  if (flags['expect-no-offer-early-data']) expectSame(earlyData, 'none', 'early data')
}

function checkPeer({ peer }: ConnectionInfo, flags: Flags): void {
  if (flags['expect-no-peer-cert']) expectThat(peer === undefined, 'no certificate')
  else if (flags.psk !== undefined)
    expectThat(peer === undefined || peer.chain.length === 0, 'no certificate')
  else if (!flags.server || flags['require-any-client-certificate'])
    expectThat(peer !== undefined, 'a certificate')
  const file = flags['expect-peer-cert-file']
  if (file === undefined) return
  const wanted = readChain(file).map((one) => Buffer.from(one).toString('hex'))
  const found = (peer?.chain ?? []).map((one) => Buffer.from(one).toString('hex'))
  expectSame(found.join(), wanted.join(), "the peer's chain")
}
