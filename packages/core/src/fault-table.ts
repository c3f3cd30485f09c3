/**
 * Every way in which a connection can fail, in one table: its class, its alert, and a sentence that says what happened
 * and what to do.
 */
import { alert } from './wire/registry.js'

export type FaultClass =
  | 'peerMisbehaved'
  | 'peerIncompatible'
  | 'malformed'
  | 'badRecord'
  | 'certificate'
  | 'alertReceived'
  | 'transport'
  | 'misuse'
  | 'internal'

export type FaultRow = readonly [FaultClass, number | undefined, string]

const misbehaved = (code: number, sentence: string): FaultRow => ['peerMisbehaved', code, sentence]
const incompatible = (code: number, sentence: string): FaultRow => [
  'peerIncompatible',
  code,
  sentence,
]

export const faultTable = {
  // Records
  badRecordMac: [
    'badRecord',
    alert.badRecordMac,
    'A record did not authenticate. Either it was damaged or tampered with on the way, or the two sides do not have the same keys.',
  ],
  recordOverflow: [
    'badRecord',
    alert.recordOverflow,
    'A record is longer than the protocol or the negotiated limit allows.',
  ],
  unknownContentType: misbehaved(
    alert.unexpectedMessage,
    'A record has a content type that may not occur here. If this is the first record, the peer is probably not speaking TLS on this port.',
  ),
  badRecordVersion: [
    'malformed',
    alert.protocolVersion,
    'A record header has a version that no TLS has. The peer is probably not speaking TLS on this port.',
  ],
  plaintextRecord: misbehaved(
    alert.unexpectedMessage,
    'A record arrived unprotected after keys were installed.',
  ),
  missingContentType: misbehaved(
    alert.unexpectedMessage,
    'A protected record holds no content type, only padding.',
  ),
  emptyRecord: misbehaved(
    alert.unexpectedMessage,
    'A record of a type that may not be empty is empty.',
  ),
  tooManyEmptyRecords: misbehaved(
    alert.unexpectedMessage,
    'The peer sends records without content, one after the other.',
  ),
  badChangeCipherSpec: misbehaved(
    alert.unexpectedMessage,
    'A change_cipher_spec record came at the wrong time or with a wrong value.',
  ),
  tooManyChangeCipherSpecs: misbehaved(
    alert.unexpectedMessage,
    'The peer sends more change_cipher_spec records than any handshake needs.',
  ),
  interleavedRecord: misbehaved(
    alert.unexpectedMessage,
    'A record of another type stands between the fragments of a handshake message.',
  ),
  keyChangeStraddled: misbehaved(
    alert.unexpectedMessage,
    'Handshake bytes follow a message after which the keys change, or after which the peer has to wait.',
  ),
  sequenceExhausted: [
    'internal',
    alert.internalError,
    'The record sequence numbers of this key are used up. Update the keys earlier.',
  ],
  tooMuchEarlyData: misbehaved(
    alert.unexpectedMessage,
    'The peer sent more early data than the ticket permits.',
  ),
  tooManyWarnings: misbehaved(
    alert.unexpectedMessage,
    'The peer sends warning alerts, one after the other.',
  ),
  tooManyForgeries: [
    'badRecord',
    alert.badRecordMac,
    'So many datagrams failed to authenticate under one key that a forgery might succeed. Someone is trying.',
  ],
  badAck: misbehaved(
    alert.illegalParameter,
    'An ACK is malformed, or acknowledges records that its sender cannot have seen.',
  ),
  badAlert: ['malformed', alert.decodeError, 'An alert record is not two bytes long.'],
  // Messages
  inconsistentFragment: misbehaved(
    alert.illegalParameter,
    'The fragments of a handshake message contradict each other.',
  ),
  wrongLevel: misbehaved(
    alert.unexpectedMessage,
    'Handshake bytes came at another encryption level than the one that they belong to.',
  ),
  malformedMessage: [
    'malformed',
    alert.decodeError,
    'A handshake message does not have the shape that the specification gives it.',
  ],
  unexpectedMessage: misbehaved(
    alert.unexpectedMessage,
    'A message came that the state of the handshake does not allow.',
  ),
  messageTooLong: [
    'malformed',
    alert.decodeError,
    'A handshake message is longer than the configured limit. Raise limits.handshakeMessage if the peer really has a chain this large.',
  ],
  handshakeTooLong: misbehaved(
    alert.unexpectedMessage,
    'The handshake is longer in total, or has more messages, than the configured limits allow.',
  ),
  duplicateExtension: misbehaved(
    alert.illegalParameter,
    'An extension stands twice in one message.',
  ),
  misplacedExtension: misbehaved(
    alert.illegalParameter,
    'An extension stands in a message where it is not allowed.',
  ),
  unsolicitedExtension: misbehaved(
    alert.unsupportedExtension,
    'The peer answers an extension that was not offered.',
  ),
  missingExtension: misbehaved(
    alert.missingExtension,
    'A message lacks an extension that it must have.',
  ),
  extensionNotLast: misbehaved(alert.illegalParameter, 'pre_shared_key is not the last extension.'),
  illegalCompression: misbehaved(
    alert.illegalParameter,
    'A compression method other than null is offered or chosen.',
  ),
  illegalParameter: misbehaved(
    alert.illegalParameter,
    'A field has a value that is not legal there.',
  ),
  // Negotiation
  noCommonVersion: incompatible(
    alert.protocolVersion,
    'The two sides have no protocol version in common. Compare the versions that each side permits.',
  ),
  noCommonSuite: incompatible(
    alert.handshakeFailure,
    'The two sides have no cipher suite in common.',
  ),
  noCommonGroup: incompatible(
    alert.handshakeFailure,
    'The two sides have no key exchange group in common, or none for the keys of our credentials.',
  ),
  noCommonSignature: incompatible(
    alert.handshakeFailure,
    'No credential can sign with any signature scheme that the peer accepts.',
  ),
  noCommonProtocol: incompatible(
    alert.noApplicationProtocol,
    'The client offers application protocols (ALPN), and the server has none of them.',
  ),
  noCredential: incompatible(
    alert.handshakeFailure,
    'The server has no credential for this client.',
  ),
  refusedByConfiguration: [
    'peerIncompatible',
    alert.accessDenied,
    'The configuration decision refused this client.',
  ],
  noPskMode: incompatible(
    alert.handshakeFailure,
    'A PSK is needed, and the two sides have none in common.',
  ),
  downgradeDetected: misbehaved(
    alert.illegalParameter,
    'The server says that it could have spoken a newer version: somebody on the way changed the ClientHello.',
  ),
  inappropriateFallback: misbehaved(
    alert.inappropriateFallback,
    'The client falls back to an older version although this server speaks a newer one: a handshake before this one was disturbed.',
  ),
  extendedMainSecretMissing: incompatible(
    alert.handshakeFailure,
    "The peer has no extended main secret (RFC 7627), without which sessions can be spliced into each other. If it must be spoken to, set extendedMainSecret to 'prefer'.",
  ),
  encryptThenMacMissing: incompatible(
    alert.handshakeFailure,
    "The suite is one of CBC, and the peer does not encrypt before it makes the MAC (RFC 7366). If it must be spoken to, set encryptThenMac to 'prefer'.",
  ),
  renegotiationInfoMissing: incompatible(
    alert.handshakeFailure,
    'The peer has no renegotiation_info (RFC 5746), so that an attacker may have begun this connection. If the server must be spoken to, set requireRenegotiationInfo to false.',
  ),
  badRenegotiationInfo: misbehaved(
    alert.handshakeFailure,
    'renegotiation_info does not belong to the handshake before: this connection may be spliced from two.',
  ),
  changedInRenegotiation: misbehaved(
    alert.illegalParameter,
    'A renegotiation comes to another result than the handshake before, on which the connection relies.',
  ),
  // no_renegotiation is always a warning (RFC 5246 7.2.2).
  tooManyRenegotiations: misbehaved(
    alert.handshakeFailure,
    'The peer starts more renegotiations than the configuration allows.',
  ),
  changedIdentity: misbehaved(
    alert.illegalParameter,
    'The peer comes out of a renegotiation as someone else.',
  ),
  mismatchedCertificate: misbehaved(
    alert.illegalParameter,
    "The peer's certificate has a kind of key that the cipher suite, or what was asked for, does not allow.",
  ),
  weakParameters: incompatible(
    alert.insufficientSecurity,
    "The server's Diffie-Hellman parameters are too short, or none. Suites with ECDHE do not depend on them.",
  ),
  secondHelloRetryRequest: misbehaved(
    alert.unexpectedMessage,
    'The server sent a second HelloRetryRequest.',
  ),
  pointlessHelloRetryRequest: misbehaved(
    alert.illegalParameter,
    'The HelloRetryRequest asks for nothing that the first ClientHello lacked.',
  ),
  changedClientHello: misbehaved(
    alert.illegalParameter,
    'The second ClientHello differs from the first where it may not.',
  ),
  badCookie: misbehaved(
    alert.illegalParameter,
    'The cookie is not one that this server made for this client, or it is too old.',
  ),
  unofferedVersion: misbehaved(
    alert.illegalParameter,
    'The server chose a version that was not offered, or another than in its HelloRetryRequest.',
  ),
  unofferedSuite: misbehaved(
    alert.illegalParameter,
    'The server chose a cipher suite that was not offered, or another than in its HelloRetryRequest.',
  ),
  unofferedGroup: misbehaved(
    alert.illegalParameter,
    'The server chose a group that was not offered, or that it cannot have a share for.',
  ),
  unofferedProtocol: misbehaved(
    alert.illegalParameter,
    'The server chose an application protocol (ALPN) that was not offered, or several.',
  ),
  unofferedSession: misbehaved(
    alert.illegalParameter,
    'The server resumes a session that was not offered.',
  ),
  changedSession: misbehaved(
    alert.illegalParameter,
    'The server resumes a session otherwise than it was.',
  ),
  unofferedPsk: misbehaved(alert.illegalParameter, 'The server chose a PSK that was not offered.'),
  unofferedPskMode: misbehaved(
    alert.illegalParameter,
    'The server chose to use a PSK without Diffie-Hellman, which was not offered.',
  ),
  mismatchedPskHash: misbehaved(
    alert.illegalParameter,
    'The server chose a PSK and a cipher suite that belong to different hashes.',
  ),
  binderCountMismatch: misbehaved(
    alert.illegalParameter,
    'pre_shared_key does not have as many binders as identities.',
  ),
  versionWithoutEarlyData: incompatible(
    alert.protocolVersion,
    'The server chose a version that has no early data, though some was sent. Connect again without earlyData.',
  ),
  illegalEarlyData: misbehaved(
    alert.illegalParameter,
    'The server accepted early data that it could not accept.',
  ),
  illegalKeyShares: misbehaved(
    alert.illegalParameter,
    'The key shares are not for different groups of supported_groups, in their order.',
  ),
  invalidKeyShare: misbehaved(alert.illegalParameter, 'The key share is not valid for its group.'),
  unknownPskIdentity: incompatible(
    alert.unknownPskIdentity,
    'No PSK is known under the identity that the client named.',
  ),
  badBinder: misbehaved(
    alert.decryptError,
    'The PSK binder is wrong: the client does not have the key that belongs to the identity.',
  ),
  // Authentication
  badSignature: misbehaved(
    alert.decryptError,
    'The signature over the handshake is wrong: the peer has not shown that it owns the private key.',
  ),
  badFinished: misbehaved(
    alert.decryptError,
    'The Finished message is wrong: the two sides did not see the same handshake.',
  ),
  unofferedSignatureScheme: misbehaved(
    alert.illegalParameter,
    'The peer signed with a scheme that was not offered or may not sign handshakes.',
  ),
  mismatchedSignatureScheme: misbehaved(
    alert.illegalParameter,
    "The peer signed with a scheme that does not belong to its certificate's key.",
  ),
  noPeerCertificate: [
    'certificate',
    alert.certificateRequired,
    'The client did not present a certificate, and this server requires one.',
  ],
  emptyServerCertificate: misbehaved(
    alert.decodeError,
    'The server sent a Certificate message without a certificate.',
  ),
  malformedCertificate: [
    'certificate',
    alert.badCertificate,
    "The peer's certificate cannot be read.",
  ],
  certificateRejected: [
    'certificate',
    alert.badCertificate,
    "The peer's certificate was not accepted.",
  ],
  verifierMismatch: [
    'internal',
    alert.internalError,
    "The verification's answer names another public key than the one in the peer's certificate: two parsers disagree. Do not use this verifier.",
  ],
  signingFailed: ['internal', alert.internalError, 'The private key did not produce a signature.'],
  // Data
  unexpectedData: misbehaved(
    alert.unexpectedMessage,
    'Application data came before the handshake was complete.',
  ),
  tooManyKeyUpdates: misbehaved(
    alert.unexpectedMessage,
    'The peer updates its keys again and again without sending data.',
  ),
  truncated: [
    'transport',
    undefined,
    'The transport ended without close_notify: data may be missing. Someone on the way may have cut the connection.',
  ],
  closedDuringHandshake: [
    'transport',
    undefined,
    'The peer closed the connection before the handshake was complete.',
  ],
  timedOut: ['transport', undefined, 'The peer did not answer in time.'],
  tooManyRequests: misbehaved(
    alert.unexpectedMessage,
    'The server asks for authentication again and again without sending data.',
  ),
  // Others
  alertReceived: [
    'alertReceived',
    undefined,
    'The peer reports a failure and has ended the connection.',
  ],
  policyFailed: [
    'internal',
    alert.internalError,
    'A policy of the configuration threw. Its error is the cause.',
  ],
  entropyFailed: [
    'misuse',
    alert.internalError,
    'config.random did not return the bytes that were asked for.',
  ],
  internalError: [
    'internal',
    alert.internalError,
    'Something that cannot happen did. Please report it with a trace.',
  ],
} as const satisfies Record<string, FaultRow>
