/** What the live tests ask of a TLS implementation that is not ours. */
import type { Authority, Identity, IdentityKind } from './authority.js'
import type { Scope } from './scope.js'

/** Things that not every peer can do, or not in every role; the tests of the others are left out. */
export type Feature =
  | 'alpn'
  /** Answers a close_notify with its own. */
  | 'answersClose'
  /** The channel binding `tls-exporter` (RFC 9266). */
  | 'channelBinding'
  | 'clientCertificate'
  /** Can be told to close. */
  | 'closes'
  /** Client: goes on after a HelloRetryRequest that asks for nothing but a cookie back. */
  | 'cookieAlone'
  | 'earlyData'
  /** Early data and a HelloRetryRequest in one handshake. */
  | 'earlyDataAndRetry'
  | 'exporter'
  | 'exporterContext'
  | 'groups'
  | 'keylog'
  | 'keyUpdate'
  | 'maxFragmentLength'
  | 'postHandshakeAuth'
  | 'psk'
  /** PSKs without Diffie-Hellman. */
  | 'pskKe'
  | 'recordSizeLimit'
  | 'resumption'
  | 'serverName'
  /** Server: a ticket serves once where early data is accepted. */
  | 'singleUseTickets'
  /** Server: early data shows in what it received. */
  | 'showsEarlyData'
  | 'staple'
  | 'suites'
  | 'withoutMiddleboxCompatibility'
  // Of TLS 1.2 alone:
  /** Goes on in a renegotiation that we start. */
  | 'acceptsRenegotiation'
  /** Server: uses the Diffie-Hellman parameters of a file. */
  | 'dhParameters'
  | 'encryptThenMac'
  /** Client: says that it falls back (RFC 7507). */
  | 'fallbackScsv'
  /** Server: gives PSK clients a hint. Client: tells which it got. */
  | 'pskHint'
  /** Server: refuses PSK clients of an identity that it does not know. */
  | 'pskIdentity'
  /** Does not want the renegotiation that we start, and goes on without it. */
  | 'refusesRenegotiation'
  /** Starts a renegotiation. */
  | 'renegotiates'
  /** Server: asks for a client certificate in a renegotiation. */
  | 'renegotiatesForCertificate'
  | 'scts'
  /** Client: offers suites in the order that it is told. */
  | 'suiteOrder'
  /** Takes data that crosses its hello in a renegotiation (RFC 5246 6.2.1). */
  | 'takesCrossingData'
  /** The channel bindings of RFC 5929. */
  | 'serverEndPoint'
  | 'tlsUnique'
  /** Resumes by session id, where it is told to do without tickets. */
  | 'sessionIds'
  /** Does without encrypt-then-MAC, always or where it is told to. */
  | 'withoutEncryptThenMac'
  /** Signs and verifies with SHA-224 and SHA-1. */
  | 'weakSignatures'
  | 'withoutExtendedMainSecret'
  | 'withoutRenegotiationInfo'

export type ProtocolName = 'TLS 1.1' | 'TLS 1.2' | 'TLS 1.3'

/** What a peer's end can be asked about, once connected. */
export type Fact =
  | 'exported'
  | 'exportedWithContext'
  | 'channelBinding'
  | 'tlsUnique'
  | 'serverEndPoint'
  | 'staple'
  | 'scts'
  | 'serverName'
  | 'alpn'

export interface PeerOptions {
  /** IANA names. A peer that cannot be told leaves the choice to us. */
  readonly suites?: readonly string[]
  /** IANA names, in order; a client sends its first as a key share. */
  readonly groups?: readonly string[]
  /** Its own certificate. */
  readonly identity?: Identity
  /** Server: a certificate for other suites. */
  readonly otherIdentity?: Identity
  /** Whom it trusts. A server then requires client certificates. */
  readonly trust?: Authority
  /** Client: the name to send and to verify. */
  readonly serverName?: string
  readonly alpn?: readonly string[]
  /** The versions to speak, without gaps. Default: TLS 1.3 only. */
  readonly versions?: readonly ProtocolName[]
  readonly keylogFile?: string
  /** The label of an exporter of 32 bytes, without context and with the context `context`. */
  readonly exportLabel?: string
  /** Server: the file with the OCSP response to send. Client: whether to ask for one. */
  readonly stapleFile?: string
  readonly requestStaple?: boolean
  /** Server: accepts early data. Client: sends this with its second connection. */
  readonly acceptEarlyData?: boolean
  readonly earlyDataFile?: string
  readonly psk?: { readonly identity: string; readonly key: Uint8Array }
  /** Without Diffie-Hellman. */
  readonly pskKe?: boolean
  readonly postHandshakeAuth?: boolean
  /** 512, 1024, 2048 or 4096. */
  readonly maxFragmentLength?: number
  readonly recordSizeLimit?: number
  readonly withoutMiddleboxCompatibility?: boolean
  readonly withoutTickets?: boolean
  readonly withoutEncryptThenMac?: boolean
  readonly withoutExtendedMainSecret?: boolean
  readonly withoutRenegotiationInfo?: boolean
  /** Whether it goes on in renegotiations that we start; otherwise it refuses them. */
  readonly acceptRenegotiation?: boolean
  readonly fallbackScsv?: boolean
  /** Signature algorithms in OpenSSL's words, and the security level that permits them all. */
  readonly sigalgs?: string
  readonly pskHint?: string
  /** Server: PEM. */
  readonly dhParametersFile?: string
  /** Server: one SCT to send, RFC 6962 3.3. Client: whether to ask for them. */
  readonly sct?: Uint8Array
  readonly requestScts?: boolean
  /** Words for GnuTLS's priority string. */
  readonly priority?: readonly string[]
  /** Arguments of the peer's own. */
  readonly extra?: readonly string[]
}

/** Something happens by itself, or when the peer reads a command from us, which it answers. */
export type Prompted = { readonly command: string; readonly answer: string } | undefined

/** One end of a connection, in the peer's hands. */
export interface PeerEnd {
  /** Sends application data. Where `echoes`, it cannot: it sends back what it receives. */
  write(data: string | Uint8Array): void
  readonly echoes: boolean
  /** Fulfilled once the peer has received this application data. */
  receives(data: string | Uint8Array): Promise<void>
  fact(name: Fact): Promise<string>
  /** Fulfilled once something that it says matches; gives the first group. */
  says(pattern: RegExp): Promise<string>
  updateKeys?(requestPeer: boolean): void
  /** Asks us for a certificate. */
  requestCertificate?(): Prompted
  /** Starts a renegotiation. */
  renegotiate?(): Prompted
  /** Server: starts a renegotiation in which it asks for a certificate. */
  renegotiateForCertificate?(): Prompted
  /** Closes cleanly, with close_notify. */
  close(): void
  /** Ends at once, without close_notify. */
  kill(): void
}

export interface PeerServer extends PeerEnd {
  readonly port: number
}

/** A client that connects, and then again with the session of the first connection. */
export interface ReconnectingClient extends PeerEnd {
  /** Ends the first connection and starts the second. */
  second(): Promise<PeerEnd>
  /** The first connection must carry a line from us, so that the ticket before it is seen. */
  readonly readsFirst: boolean
}

export interface Abilities {
  readonly suites: readonly string[]
  readonly groups: readonly string[]
  readonly identities: readonly IdentityKind[]
  readonly features: ReadonlySet<Feature>
}

export interface Peer {
  readonly name: string
  /** How it reports an alert from us. */
  alert(code: number): RegExp
  /** The alert by which it refuses clients without a certificate. */
  readonly noCertificate: number
  /** How it reports an end without close_notify; undefined where it says nothing. */
  readonly truncation: RegExp | undefined
  /** As a server it ends the connection where no application protocol is common; others go on without one. */
  readonly refusesOtherProtocols: boolean
  /** What it sent as early data it sends again by itself where that was rejected. */
  readonly sendsRejectedEarlyDataAgain: boolean
  /** Its version, or why it cannot be used here. */
  detect(): { readonly version: string } | { readonly missing: string }
  readonly server: Abilities
  readonly client: Abilities
  serve(scope: Scope, options: PeerOptions): Promise<PeerServer>
  connect(scope: Scope, port: number, options: PeerOptions): PeerEnd
  reconnect?(scope: Scope, port: number, options: PeerOptions): ReconnectingClient
}
