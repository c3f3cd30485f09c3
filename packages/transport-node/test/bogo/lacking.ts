/** Flags for what sanstls does not have, by reason; a test that uses one is not run. */

const later: Readonly<Record<string, readonly string[]>> = {
  'DTLS comes later': ['dtls', 'mtu', 'initial-timeout-duration-ms'],
  'QUIC comes later': [
    'quic',
    'quic-transport-params',
    'expect-quic-transport-params',
    'quic-early-data-context',
  ],
  'TLS 1.1 and older come with the legacy entry point': ['cbc-record-splitting', 'partial-write'],
  'Encrypted ClientHello comes later': [
    'ech-config-list',
    'ech-is-retry-config',
    'ech-server-config',
    'ech-server-key',
    'enable-ech-grease',
    'expect-ech-accept',
    'expect-ech-name-override',
    'expect-ech-retry-configs',
    'expect-no-ech-name-override',
    'expect-no-ech-retry-configs',
    'fail-early-callback-ech-rewind',
    'reject-unusable-ech-config',
  ],
  'certificate compression comes later': [
    'install-cert-compression-algs',
    'install-one-cert-compression-alg',
  ],
  'delegated credentials come later': ['delegated-credential', 'new-delegated-credential'],
  'raw public keys come later': [
    'accepted-peer-cert-types',
    'available-client-cert-types',
    'expect-peer-certificate-type',
    'expect-peer-rpk-sha256',
    'new-rpk-credential',
  ],
  'the PSK importer (RFC 9258) comes later': [
    'new-psk-credential',
    'psk-importer-context',
    'psk-importer-identity',
    'psk-importer-key',
    'psk-importer-sha256',
    'psk-importer-sha384',
  ],
}

const handshaker = "BoringSSL's handshake hints"

const never: Readonly<Record<string, readonly string[]>> = {
  'NPN is an expired draft': [
    'advertise-empty-npn',
    'advertise-npn',
    'expect-next-proto',
    'expect-no-next-proto',
    'select-empty-next-proto',
    'select-next-proto',
  ],
  'Channel ID is an expired draft': ['enable-channel-id', 'expect-channel-id', 'send-channel-id'],
  'ALPS is an expired draft': [
    'alps-use-new-codepoint',
    'application-settings',
    'defer-alps',
    'expect-peer-application-settings',
  ],
  'SPAKE2+ is a draft': [
    'new-spake2plusv1-credential',
    'pake-client-id',
    'pake-context',
    'pake-password',
    'pake-server-id',
    'wrong-pake-role',
  ],
  'trust anchor identifiers are a draft': [
    'available-trust-anchors',
    'cert-properties',
    'expect-no-peer-match-trust-anchor',
    'expect-peer-available-trust-anchors',
    'expect-peer-match-trust-anchor',
    'requested-trust-anchors',
  ],
  'resumption across names is a draft': [
    'expect-not-resumable-across-names',
    'expect-resumable-across-names',
    'resumption-across-names-enabled',
  ],
  'server padding is a draft': [
    'expect-server-sent-requested-padding',
    'request-server-padding',
    'server-supports-padding',
  ],
  'false start (RFC 7918) is not offered': ['allow-false-start-without-alpn', 'false-start'],
  [handshaker]: ['allow-hint-mismatch', 'handshake-hints', 'handshaker-path'],
  "BoringSSL's workaround for JDK 11": ['jdk11-workaround'],
  "BoringSSL's own interface (no such call, callback or setting here)": [
    'allow-unknown-alpn-protos',
    'curves-flags',
    'early-write-after-message',
    'expect-certificate-types',
    'expect-sha256-client-cert',
    'max-send-fragment',
    'no-server-name-ack',
    'peek-then-read',
    'private-key-delay-ms',
    'retain-only-sha256-client-cert',
    'select-empty-alpn',
    'server-supported-groups-hint',
    'ticket-key',
    'wait-for-debugger',
    'write-settings',
  ],
}

const reasons = new Map<string, string>()
for (const [reason, flags] of [...Object.entries(later), ...Object.entries(never)])
  for (const flag of flags) reasons.set(flag, reason)

/** Why tests with this flag are not run; undefined where they are. */
export function lacking(flag: string): string | undefined {
  return flag.startsWith('on-handshaker-') ? handshaker : reasons.get(flag)
}
