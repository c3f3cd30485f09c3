/**
 * The seam between the handshake and what carries it: TLS records, DTLS datagrams or QUIC streams. The handshake never
 * asks which it has; where they differ, the layer says so in `traits` or does the different thing by itself.
 */
import type { CipherSuite } from '../crypto/provider.js'
import type { ExportedRecords } from '../exported.js'
import type { Time } from '../time.js'
import type { Codec } from '../wire/codec.js'
import type { ClientHello } from '../wire/message.js'

/** Encryption levels, named as in RFC 9001 2.1; the epochs of DTLS 1.3 map onto them. */
export type Level = 'initial' | 'earlyData' | 'handshake' | 'application'

export interface LayerTraits {
  /** `tls13 `, or `dtls13` (RFC 9147 5.9): the label prefix of HKDF-Expand-Label. */
  readonly labelPrefix: string
  /** DTLS and QUIC have no EndOfEarlyData (RFC 9147 5.6, RFC 9001 8.3). */
  readonly endOfEarlyData: boolean
  /** Whether a ClientHello carries a session id for middleboxes, echoed and followed by CCS (RFC 9846 E.4). */
  readonly middleboxCompatibility: boolean
  /** QUIC refuses a ClientHello with a session id (RFC 9001 8.4); DTLS ignores it (RFC 9147 section 5). */
  readonly refusesSessionId: boolean
  /** QUIC updates keys by itself and forbids KeyUpdate (RFC 9001 section 6). */
  readonly keyUpdate: boolean
  /** QUIC protects its packets itself: keys are outputs of the connection. */
  readonly keysAreOutputs: boolean
  /** The end of sending is told by an alert; QUIC has its own way. */
  readonly closeNotify: boolean
  /** QUIC goes on only with an application protocol (RFC 9001 8.1). */
  readonly requiresAlpn: boolean
  /** QUIC: the only value that max_early_data_size may have (RFC 9001 4.6.1). */
  readonly maxEarlyData: number | undefined
  /** A HelloRetryRequest that carries a cookie lets the server forget the first ClientHello (RFC 9147 5.1). */
  readonly forgetsAfterCookie: boolean
  /** The ClientHello of DTLS has a cookie field of its own. */
  readonly clientHello: Codec<ClientHello>
  /** The version number on this wire for a TLS version (DTLS counts downwards). */
  wireVersion(version: number): number
  /** What stands before `TLS 1.3` in the name of the protocol. */
  readonly namePrefix: '' | 'D'
}

/** A handshake message as the peer sent it, copied out of the input. */
export interface HandshakeMessage {
  readonly type: number
  readonly body: Uint8Array
  /** What goes into the transcript: header and body. */
  readonly raw: Uint8Array
}

export type Incoming =
  | { readonly kind: 'handshake'; readonly message: HandshakeMessage }
  | { readonly kind: 'data'; readonly bytes: Uint8Array; readonly level: Level }
  | { readonly kind: 'alert'; readonly level: number; readonly description: number }
  /** `expected`: nothing is lost by it; datagrams have no reliable end (RFC 9147 5.10). */
  | { readonly kind: 'end'; readonly expected: boolean }

/** A record's protection, keyed for one direction. CBC suites are one too, so this is more than an AEAD. */
export interface RecordProtection {
  /** TLS 1.3: the record says that it is application data, and its content type is inside (RFC 9846 5.2). */
  readonly concealsType: boolean
  /** The length of the fragment that seals `length` bytes of content and `padding` bytes of padding. */
  sealedLength(length: number, padding: number): number
  /** The longest fragment that may hold `length` bytes of content; padding may make it longer than `sealedLength`. */
  longestSealed(length: number): number
  /**
   * Writes the fragment, which is `sealedLength` long, after the record header `header` (the additional data in 1.3).
   * `padding` is 0 where the type is not concealed.
   */
  seal(
    sequence: number,
    type: number,
    content: Uint8Array,
    padding: number,
    header: Uint8Array,
    out: Uint8Array,
    outOffset: number,
  ): void
  /**
   * The inner content, in fresh memory, or undefined where it does not authenticate. `type` is the record's. The type
   * returned is 0 where there is only padding.
   */
  open(
    sequence: number,
    type: number,
    header: Uint8Array,
    fragment: Uint8Array,
  ): OpenedRecord | undefined
  /** Records that may be sealed before keys must be updated. */
  readonly confidentialityLimit: number
  /** Records that may fail to open. */
  readonly integrityLimit: number
  wipe(): void
}

export interface OpenedRecord {
  readonly type: number
  readonly content: Uint8Array
}

/** What protects the records of one direction. */
export interface RecordKeys {
  /** Made by the layer that has records, once. */
  protection(): RecordProtection
}

/** Keys for one direction at one level. Layers make of them what they need. */
export interface TrafficKeys extends RecordKeys {
  readonly suite: CipherSuite
  /** The traffic secret (RFC 9846 7.1). */
  readonly secret: Uint8Array
  /** DTLS 1.3 and QUIC: the mask for record numbers and packet headers. */
  headerMask(): (sample: Uint8Array) => Uint8Array
}

/** What to do with change_cipher_spec records (RFC 9846 section 5: dropped from the first ClientHello to Finished). */
export type ChangeCipherSpecRule = 'refuse' | 'drop'

/** What to do with early data that is not wanted (RFC 9846 4.3.10). */
export type EarlyDataSkip =
  /** Drop records that do not open, up to this many bytes, until one opens. */
  | { readonly kind: 'untilOpened'; readonly limit: number }
  /** After a HelloRetryRequest: drop application data until the second ClientHello. */
  | { readonly kind: 'untilClientHello'; readonly limit: number }

/**
 * Whether a flight is sent again by itself. `untimed`: only when the peer repeats its own, so that a server that sends
 * a HelloRetryRequest needs no timer (RFC 9147 5.8.1).
 */
export type FlightTiming = 'timed' | 'untimed'

export interface Layer {
  readonly traits: LayerTraits
  /** QUIC: our transport parameters (RFC 9001 8.2). */
  readonly transportParameters?: Uint8Array

  // Input
  /** Takes bytes; what it does not take must be given again later. Lends them until `keepInput`. */
  receive(bytes: Uint8Array, time: Time): number
  receiveEnd(): void
  /** The next thing that came, or undefined. @throws {Fault} */
  next(time: Time): Incoming | undefined
  /**
   * Nothing can be delivered at present: does what needs no delivery, such as answering retransmissions. Absent where
   * there is nothing of the kind, so that input may as well wait outside. @throws {Fault}
   */
  serve?(time: Time): void
  /** Copies what is left of lent input. */
  keepInput(): void
  /** True while bytes are buffered that `next` has not returned. */
  readonly pendingInput: boolean
  /**
   * The peer waits for us now, or changes its keys: bytes of another message may not have come. Absent where messages do
   * not run on from record to record. @throws {Fault}
   */
  demandBoundary?(): void
  setChangeCipherSpec(rule: ChangeCipherSpecRule): void
  skipEarlyData(skip: EarlyDataSkip | undefined): void
  /** Most plaintext bytes in a record that the peer may send us. */
  setReceiveLimit(bytes: number): void
  /** The peer speaks this version too, and has shown that it is reachable. @throws {Fault} */
  setVersion(version: number): void

  // Output
  /** Queues a message, and returns its bytes for the transcript. */
  sendHandshake(type: number, body: Uint8Array): Uint8Array
  sendChangeCipherSpec(): void
  sendAlert(level: number, description: number): void
  /** Seals plaintext; returns how many bytes it took. */
  sendData(bytes: Uint8Array): number
  /** Where each `sendData` is a message of its own, taken whole or not at all: its most bytes. */
  readonly messageLimit?: number
  /** Ends a flight: what was queued may go. DTLS arms its timer. */
  flush(time: Time, timing: FlightTiming): void
  /** Most plaintext bytes in a record that we may send. */
  setSendLimit(bytes: number): void
  /** The next bytes for the transport, or undefined. */
  transmit(time: Time): { readonly bytes: Uint8Array; readonly level?: Level } | undefined
  release(bytes: Uint8Array): void
  /** Bytes that wait for `transmit`. */
  readonly pendingOutput: number

  // Keys
  /** @throws {Fault} where handshake bytes of the old keys are left over (RFC 9846 5.1). */
  installRead(level: Level, keys: TrafficKeys): void
  installWrite(level: Level, keys: TrafficKeys): void
  /**
   * TLS 1.2: the peer's change_cipher_spec must come next among handshake records, and its Finished after it, under
   * these keys (RFC 5246 7.1). Absent where TLS 1.2 is not spoken. @throws {Fault} where a message has begun before it.
   */
  expectChangeCipherSpec?(keys: RecordKeys): void
  /** TLS 1.2: sends change_cipher_spec, and protects what follows with these keys. */
  changeCipherSpec?(keys: RecordKeys): void
  /** TLS 1.2, after an export: what protects either direction. */
  installRecordKeys?(read: RecordKeys, write: RecordKeys): void
  /** Back to plaintext: a HelloRetryRequest came after early data was begun. */
  uninstallWrite(): void
  /** True when the write key is so far used that a KeyUpdate must come now. */
  readonly writeKeyExhausted: boolean
  /** DTLS: write keys are installed that wait for the peer to acknowledge our KeyUpdate (RFC 9147 section 8). */
  readonly writeKeyPending?: boolean
  /** DTLS: so many forgeries were seen that the peer should change its keys (RFC 9147 4.5.3). */
  readonly readKeyWorn?: boolean

  // Time
  /** Monotonic ms of the next time-out, or undefined. */
  readonly deadline: number | undefined
  handleTimeout(time: Time): void
  /** The handshake is complete: handshake buffers and old keys can go. */
  complete(time: Time): void
  /** Back to the beginning, with what waits for `transmit`. Present where `traits.forgetsAfterCookie` is set. */
  restart?(): void
  /** Where the records stand, for `export`; absent where the layer cannot be exported. */
  exportRecords?(): ExportedRecords
  /** Wipes keys and drops buffers. */
  close(): void
}
