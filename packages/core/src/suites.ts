/**
 * Cipher suites by name: IANA names, OpenSSL's names, numbers and parts from and to each other; what a provider supports;
 * and cipher lists as OpenSSL and Node take them. Names and data only: nothing here holds cryptography.
 */
export { type CipherListOptions, parseCipherList, parseCipherSuites } from './suites/cipher-list.js'
export {
  findSuite,
  lowerCaseNames,
  openSslName,
  type SuiteParts,
  type SuiteProvider,
  suiteFromParts,
  suiteId,
  suiteName,
  suiteNames,
  suiteParts,
  supportedSuites,
} from './suites/names.js'
export {
  type Suite,
  type SuiteCipher,
  type SuiteExchange,
  type SuiteMac,
  type SuiteVersion,
  suites,
} from './suites/table.js'
