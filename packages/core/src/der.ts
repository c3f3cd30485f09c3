/** Strict DER (X.690), and the two structures the protocol itself reads with it: public keys and certificates. */
export {
  type CertificateOutline,
  certificatePublicKey,
  outlineCertificate,
} from './crypto/certificate.js'
export { type PssParameters, readPssParameters } from './crypto/pss-parameters.js'
export {
  type CurveName,
  type KeyType,
  parseSubjectPublicKey,
  type SubjectPublicKey,
} from './crypto/spki.js'
export { objectIdentifierText } from './der/object-identifier.js'
export {
  contextConstructed,
  contextPrimitive,
  DerError,
  DerReader,
  tags,
} from './der/reader.js'
export { decodeAscii, decodeUtf8, encodeUtf8 } from './der/text.js'
export { civilFromDays, daysFromCivil } from './der/time.js'
export {
  encodeBitString,
  encodeBoolean,
  encodeElement,
  encodeExplicit,
  encodeGeneralizedTime,
  encodeInteger,
  encodeNamedBits,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
  encodeSetOf,
  encodeText,
  encodeTime,
} from './der/write.js'
