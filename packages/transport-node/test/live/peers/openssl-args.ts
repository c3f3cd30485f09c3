/** From what a test wants to the arguments of s_server and s_client. */
import { encodePem } from '@sanstls/x509'
import { temporaryFile } from '../support/authority.js'
import type { PeerOptions, ProtocolName } from '../support/peer.js'
import { isOf12, opensslName } from '../support/suite-names.js'

const groupNames: Readonly<Record<string, string>> = {
  x25519: 'X25519',
  x448: 'X448',
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}

const versionArgs: Readonly<Record<ProtocolName, string>> = {
  'TLS 1.1': 'TLSv1.1',
  'TLS 1.2': 'TLSv1.2',
  'TLS 1.3': 'TLSv1.3',
}

const scts = 18

function commonArgs(options: PeerOptions): string[] {
  const { groups, identity, trust, keylogFile, exportLabel, psk } = options
  return [
    ...versions(options.versions ?? ['TLS 1.3']),
    ...suites(options),
    ...(groups === undefined
      ? []
      : ['-groups', groups.map((name) => groupNames[name] ?? name).join(':')]),
    ...(identity === undefined
      ? []
      : [
          ...['-cert', identity.certificateFile, '-key', identity.keyFile],
          ...['-cert_chain', identity.chainFile],
        ]),
    ...(trust === undefined ? [] : ['-CAfile', trust.file, '-verify_return_error']),
    ...(options.alpn === undefined ? [] : ['-alpn', options.alpn.join(',')]),
    ...(keylogFile === undefined ? [] : ['-keylogfile', keylogFile]),
    ...(exportLabel === undefined ? [] : ['-keymatexport', exportLabel, '-keymatexportlen', '32']),
    ...(psk === undefined
      ? []
      : ['-psk', Buffer.from(psk.key).toString('hex'), '-psk_identity', psk.identity]),
    ...(options.withoutMiddleboxCompatibility ? ['-no_middlebox'] : []),
    ...(options.sigalgs === undefined ? [] : ['-sigalgs', options.sigalgs]),
    ...(options.withoutTickets ? ['-no_ticket'] : []),
    ...(options.withoutEncryptThenMac ? ['-no_etm'] : []),
    ...(options.extra ?? []),
  ]
}

function versions(wanted: readonly ProtocolName[]): string[] {
  const [oldest = 'TLS 1.3'] = wanted
  const newest = wanted.at(-1) ?? oldest
  return ['-min_protocol', versionArgs[oldest], '-max_protocol', versionArgs[newest]]
}

/** The default level forbids weak signatures and TLS 1.1, and in newer versions the short tag of CCM_8. */
function suites({ suites: names, versions = [], sigalgs }: PeerOptions): string[] {
  if (names === undefined) {
    const isWeak = versions.includes('TLS 1.1') || sigalgs !== undefined
    return isWeak ? ['-cipher', 'DEFAULT:@SECLEVEL=0'] : []
  }
  const older = names.filter(isOf12)
  if (older.length > 0) return ['-cipher', `${older.map(opensslName).join(':')}:@SECLEVEL=0`]
  return ['-ciphersuites', names.join(':'), '-cipher', 'DEFAULT:@SECLEVEL=0']
}

export function serverArgs(options: PeerOptions): string[] {
  const { identity, otherIdentity, trust, stapleFile, postHandshakeAuth } = options
  const { dhParametersFile, pskHint, sct } = options
  return [
    ...['s_server', '-accept', '127.0.0.1:0', ...commonArgs(options)],
    // It reports the name asked for only where it has a certificate for yet another name.
    ...(identity === undefined
      ? ['-nocert']
      : [
          ...['-servername', 'somebody.example'],
          ...['-cert2', identity.certificateFile, '-key2', identity.keyFile],
        ]),
    ...(otherIdentity === undefined
      ? []
      : [
          ...['-dcert', otherIdentity.certificateFile, '-dkey', otherIdentity.keyFile],
          ...['-dcert_chain', otherIdentity.chainFile],
        ]),
    ...(trust === undefined || postHandshakeAuth ? [] : ['-Verify', '4']),
    ...(stapleFile === undefined ? [] : ['-status_file', stapleFile]),
    ...(options.acceptEarlyData ? ['-early_data', '-max_early_data', '16384'] : []),
    ...(options.acceptRenegotiation ? ['-client_renegotiation'] : []),
    ...(pskHint === undefined ? [] : ['-psk_hint', pskHint]),
    ...(dhParametersFile === undefined ? [] : ['-dhparam', dhParametersFile]),
    ...(sct === undefined ? [] : ['-serverinfo', serverInfo(sct)]),
  ]
}

/** An extension to send, as a PEM file: signed_certificate_timestamp with one SCT in its list. */
function serverInfo(sct: Uint8Array): string {
  const one = Buffer.concat([Uint8Array.of(sct.length >> 8, sct.length & 255), sct])
  const list = Buffer.concat([Uint8Array.of(one.length >> 8, one.length & 255), one])
  const header = Uint8Array.of(0, scts, list.length >> 8, list.length & 255)
  const extension = new Uint8Array(Buffer.concat([header, list]))
  return temporaryFile(encodePem('SERVERINFO FOR signed_certificate_timestamp', extension), 'pem')
}

export function clientArgs(port: number, options: PeerOptions): string[] {
  const { serverName, maxFragmentLength } = options
  return [
    ...['s_client', '-connect', `127.0.0.1:${port}`, ...commonArgs(options)],
    ...(serverName === undefined
      ? ['-noservername']
      : ['-servername', serverName, '-verify_hostname', serverName]),
    ...(options.requestStaple ? ['-status'] : []),
    ...(options.postHandshakeAuth ? ['-enable_pha'] : []),
    ...(options.fallbackScsv ? ['-fallback_scsv'] : []),
    ...(options.acceptRenegotiation === false ? ['-no_renegotiation'] : []),
    ...(options.requestScts ? ['-ct', '-ctlogfile', temporaryFile('enabled_logs =\n', 'cnf')] : []),
    ...(maxFragmentLength === undefined ? [] : ['-maxfraglen', String(maxFragmentLength)]),
  ]
}

/** What no argument says is said by a configuration. */
export function environment({ withoutExtendedMainSecret }: PeerOptions): Record<string, string> {
  if (!withoutExtendedMainSecret) return {}
  const lines = [
    ...['openssl_conf = init', '[init]', 'ssl_conf = ssl', '[ssl]', 'system_default = default'],
    ...['[default]', 'Options = -ExtendedMasterSecret', ''],
  ]
  return { OPENSSL_CONF: temporaryFile(lines.join('\n'), 'cnf') }
}
