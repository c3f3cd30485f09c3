import {
  TLS_AES_128_GCM_SHA256,
  TLS_AES_256_GCM_SHA384,
  TLS_CHACHA20_POLY1305_SHA256,
} from '../../noble/suite.js'
import {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
} from '../../noble/suite12.js'
import type { AeadAlgorithm, CipherSuite12 } from '../../provider.js'
import { checkModule, load } from '../load.js'
import type { CompiledModule } from '../platform.js'
import type { Entries } from '../provider.js'
import { createAeads } from './aead.js'
import { AeadEngine, aeadModule } from './engine.js'

/**
 * What loads the module and returns its suites.
 * @throws {TypeError} when `given` is not the module, compiled.
 */
export function aeadEntries(given: CompiledModule | undefined): () => Partial<Entries> {
  if (given !== undefined) checkModule(aeadModule, given)
  return () => {
    const loaded = load(aeadModule, given)
    return loaded === undefined ? {} : suitesOf(createAeads(new AeadEngine(loaded)))
  }
}

/** noble's suites, with these AEADs in place of its own. */
function suitesOf(aeads: readonly AeadAlgorithm[]): Pick<Entries, 'suites' | 'suites12'> {
  const replaced = (aead: AeadAlgorithm): AeadAlgorithm =>
    aeads.find((other) => other.name === aead.name) ?? aead
  const replaced12 = (suite: CipherSuite12): CipherSuite12 => {
    const { records } = suite
    if (records.kind !== 'aead') return suite
    return { ...suite, records: { ...records, aead: replaced(records.aead) } }
  }
  return {
    suites: [TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256].map(
      (suite) => ({ ...suite, aead: replaced(suite.aead) }),
    ),
    suites12: [
      TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
      TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
      TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
      TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
      TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
      TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ].map(replaced12),
  }
}
