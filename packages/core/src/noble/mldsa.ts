/**
 * Opt-in: ML-DSA for TLS 1.3 and certificates (draft-ietf-tls-mldsa, RFC 9881). An entry point of its own, so that
 * who does not use it does not load it. The entries go into `createNoble`, beside those of `@sanstls/core/noble`.
 */
export {
  mldsa44,
  mldsa44Keys,
  mldsa65,
  mldsa65Keys,
  mldsa87,
  mldsa87Keys,
} from '../crypto/noble/mldsa.js'
