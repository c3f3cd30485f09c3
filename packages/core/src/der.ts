/** Strict DER (X.690), and the two structures the protocol itself reads with it: public keys and certificates. */
export {
  type CertificateOutline,
  certificatePublicKey,
  outlineCertificate,
} from './crypto/certificate.js'
export { type PssParameters, readPssParameters } from './crypto/pss-parameters.js'
export { parseSubjectPublicKey } from './crypto/spki.js'
export {
  contextConstructed,
  contextPrimitive,
  DerError,
  DerReader,
  objectIdentifierText,
  tags,
} from './der/reader.js'
export { civilFromDays, daysFromCivil } from './der/time.js'
