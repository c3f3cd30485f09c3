/** The command line that the runner gives a shim, as values. */
import { lacking } from './lacking.js'

const flag = { kind: 'flag' } as const
const int = { kind: 'int' } as const
const ints = { kind: 'ints' } as const
const text = { kind: 'text' } as const
const bytes = { kind: 'bytes' } as const

/**
 * The flags that we understand; some ask about what we do not report, or configure what a stream does not have, and
 * change nothing. One that stands neither here nor in `lacking.ts` is unknown.
 */
const table = {
  'advertise-alpn': text,
  async: flag,
  'check-close-notify': flag,
  cipher: text,
  'cnsa-202407': flag,
  'cnsa1-202603': flag,
  'cnsa2-202603': flag,
  curves: ints,
  'decline-alpn': flag,
  'decline-ocsp-callback': flag,
  dtls: flag,
  'enable-early-data': flag,
  'enable-grease': flag,
  'enable-ocsp-stapling': flag,
  'enable-signed-cert-timestamps': flag,
  'expect-accept-early-data': flag,
  'expect-advertised-alpn': text,
  'expect-alpn': text,
  'expect-cipher': int,
  'expect-cipher-aes': int,
  'expect-cipher-no-aes': int,
  'expect-client-ca-list': text,
  'expect-curve-id': int,
  'expect-early-data-reason': text,
  'expect-extended-master-secret': flag,
  'expect-hrr': flag,
  'expect-msg-callback': text,
  'expect-no-hrr': flag,
  'expect-no-offer-early-data': flag,
  'expect-no-peer-cert': flag,
  'expect-no-secure-renegotiation': flag,
  'expect-no-server-name': flag,
  'expect-no-session': flag,
  'expect-no-session-id': flag,
  'expect-ocsp-response': bytes,
  'expect-peer-cert-file': text,
  'expect-peer-signature-algorithm': int,
  'expect-peer-verify-pref': ints,
  'expect-reject-early-data': flag,
  'expect-secure-renegotiation': flag,
  'expect-selected-credential': int,
  'expect-server-name': text,
  'expect-session-id': flag,
  'expect-session-miss': flag,
  'expect-signed-cert-timestamps': bytes,
  'expect-ticket-age-skew': int,
  'expect-ticket-renewal': flag,
  'expect-ticket-supports-early-data': flag,
  'expect-total-renegotiations': int,
  'expect-verify-result': flag,
  'expect-version': int,
  'export-context': text,
  'export-keying-material': int,
  'export-label': text,
  'export-traffic-secrets': flag,
  'fail-cert-callback': flag,
  'fail-ddos-callback': flag,
  'fail-early-callback': flag,
  'fail-ocsp-callback': flag,
  'fallback-scsv': flag,
  'fips-202205': flag,
  'forbid-renegotiation-after-handshake': flag,
  'handshake-never-done': flag,
  'handshake-twice': flag,
  'host-name': text,
  'implicit-handshake': flag,
  'install-ddos-callback': flag,
  ipv6: flag,
  'is-handshaker-supported': flag,
  'key-shares': ints,
  'key-update': flag,
  'key-update-before-read': flag,
  'max-cert-list': int,
  'max-version': int,
  'min-version': int,
  'no-key-shares': flag,
  'no-legacy-server-connect': flag,
  'no-op-extra-handshake': flag,
  'no-ticket': flag,
  'no-tls1': flag,
  'no-tls11': flag,
  'no-tls12': flag,
  'no-tls13': flag,
  'permute-extensions': flag,
  port: int,
  psk: text,
  'psk-identity': text,
  'quic-use-legacy-codepoint': int,
  'read-size': int,
  'read-with-unfinished-write': flag,
  'reject-alpn': flag,
  'renegotiate-explicit': flag,
  'renegotiate-freely': flag,
  'renegotiate-ignore': flag,
  'renegotiate-once': flag,
  'renew-ticket': flag,
  'repeat-shim-initial-write': int,
  'require-any-client-certificate': flag,
  'resume-count': int,
  'resumption-delay': int,
  'reverify-on-resume': flag,
  'select-alpn': text,
  'send-alert': flag,
  server: flag,
  'server-preference': flag,
  'set-ocsp-in-callback': flag,
  'shim-id': text,
  'shim-initial-write': text,
  'shim-shuts-down': flag,
  'shim-writes-first': flag,
  'srtp-profiles': text,
  'skip-ticket': flag,
  'tls-unique': flag,
  'trust-cert': text,
  'use-client-ca-list': text,
  'use-custom-verify-callback': flag,
  'use-early-callback': flag,
  'use-export-context': flag,
  'use-exporter-between-reads': flag,
  'use-ocsp-callback': flag,
  'use-old-client-cert-callback': flag,
  'use-ticket-aead-callback': flag,
  'use-ticket-callback': flag,
  'verify-fail': flag,
  'verify-peer': flag,
  'verify-prefs': ints,
  'wpa-202304': flag,
  'write-different-record-sizes': flag,
} as const

/** Flags of one credential: the newest one introduced, or the default one. */
const credentialTable = {
  'cert-file': text,
  'key-file': text,
  'must-match-issuer': flag,
  'ocsp-response': bytes,
  'signed-cert-timestamps': bytes,
  'signing-prefs': ints,
} as const

interface Values {
  readonly flag: boolean
  readonly int: number | undefined
  readonly ints: readonly number[] | undefined
  readonly text: string | undefined
  readonly bytes: Uint8Array | undefined
}
type ValuesOf<T extends Record<string, { readonly kind: keyof Values }>> = {
  [N in keyof T]: Values[T[N]['kind']]
}

export type CredentialFlags = ValuesOf<typeof credentialTable>
export type Flags = ValuesOf<typeof table> & {
  /** The one without a `-new-x509-credential` before it. */
  readonly defaultCredential: CredentialFlags
  readonly credentials: CredentialFlags[]
}

export interface Invocation {
  readonly initial: Flags
  readonly resume: Flags
  /** After a rejection of early data. */
  readonly retry: Flags
}

/** The versions that the runner expects of the shim: from TLS 1.0 on, but for those taken away. */
export function versions(flags: Flags): readonly number[] {
  const switches = ['no-tls1', 'no-tls11', 'no-tls12', 'no-tls13'] as const
  return switches
    .map((name, index) => ({ version: 0x0301 + index, off: flags[name] }))
    .filter(
      ({ version, off }) =>
        !off &&
        version >= (flags['cnsa2-202603'] ? 0x0304 : (flags['min-version'] ?? 0)) &&
        version <= (flags['max-version'] || 0xffff),
    )
    .map(({ version }) => version)
}

/** Something that sanstls lacks, or that the shim does not do: the runner is told so by exit code 89. */
export class Unimplemented extends Error {}

/** @throws {Unimplemented} for a flag that we lack. */
export function parseFlags(args: readonly string[]): Invocation {
  const all = { initial: noFlags(), resume: noFlags(), retry: noFlags() }
  for (let index = 0; index < args.length; index++) {
    const { name, targets } = splitPrefix(args[index] ?? '', all)
    const reason = lacking(name)
    if (reason !== undefined) throw new Unimplemented(reason)
    if (name === 'new-x509-credential') {
      for (const flags of targets) flags.credentials.push(noCredential())
      continue
    }
    const entry = lookUp(name)
    const parameter = entry.kind === 'flag' ? '' : (args[++index] ?? '')
    for (const flags of targets) set(flags, name, entry.kind, parameter)
  }
  return all
}

function splitPrefix(argument: string, all: Invocation) {
  let name = argument.replace(/^-/, '').replace(/^on-shim-/, '')
  let targets: readonly Flags[] = [all.initial, all.resume, all.retry]
  for (const prefix of ['initial', 'resume', 'retry'] as const) {
    if (!name.startsWith(`on-${prefix}-`)) continue
    name = name.slice(`on-${prefix}-`.length)
    targets = [all[prefix]]
  }
  return { name, targets }
}

function lookUp(name: string): { readonly kind: keyof Values } {
  const known: Record<string, { readonly kind: keyof Values }> = { ...table, ...credentialTable }
  const entry = known[name]
  if (entry === undefined) throw new Unimplemented(`unknown flag -${name}`)
  return entry
}

function set(flags: Flags, name: string, kind: keyof Values, parameter: string): void {
  const target: Record<string, unknown> =
    name in credentialTable ? (flags.credentials.at(-1) ?? flags.defaultCredential) : flags
  switch (kind) {
    case 'flag':
      target[name] = true
      break
    case 'int':
      target[name] = Number(parameter)
      break
    case 'ints':
      target[name] = [...((target[name] as number[] | undefined) ?? []), Number(parameter)]
      break
    case 'text':
      target[name] = parameter
      break
    case 'bytes':
      target[name] = new Uint8Array(Buffer.from(parameter, 'base64'))
      break
  }
}

function noFlags(): Flags {
  const values: Record<string, unknown> = {
    defaultCredential: noCredential(),
    credentials: [],
  }
  for (const [name, { kind }] of Object.entries(table))
    values[name] = kind === 'flag' ? false : undefined
  // Every flag of the table has the empty value of its kind.
  return values as Flags
}

function noCredential(): CredentialFlags {
  return {
    'cert-file': undefined,
    'key-file': undefined,
    'must-match-issuer': false,
    'ocsp-response': undefined,
    'signed-cert-timestamps': undefined,
    'signing-prefs': undefined,
  }
}
