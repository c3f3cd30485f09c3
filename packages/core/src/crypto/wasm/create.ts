/** Puts the provider together: compiles the module, and makes suites of what it has. */
import { lazy } from '../noble/lazy.js'
import { importWith, type KeyImporter } from '../noble/private-key.js'
import {
  TLS_AES_128_GCM_SHA256,
  TLS_AES_256_GCM_SHA384,
  TLS_CHACHA20_POLY1305_SHA256,
} from '../noble/suite.js'
import {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
} from '../noble/suite12.js'
import type { AeadAlgorithm, CipherSuite12, CryptoProvider, EntryDescription } from '../provider.js'
import { createAeads } from './aead.js'
import { decodeBase64 } from './base64.js'
import { createKeys, createSignatures } from './ecdsa.js'
import { Engine } from './engine.js'
import { createGroups } from './group.js'
import { encodedModule } from './module.js'
import { type CompiledModule, exportNames, webAssembly } from './platform.js'

const name = 'wasm'

/**
 * A provider of what the module has, to be composed over another one. Where the runtime has no WebAssembly with SIMD, or
 * does not let us compile it, the provider is empty, so that everything comes from the other one.
 *
 * @param module the package's `wasm/module.wasm`, compiled: for runtimes that forbid compiling at run time. Without it
 *   the module is compiled when the provider is first used.
 * @throws {TypeError} when `module` is something else.
 */
export function createWasm(module?: CompiledModule): CryptoProvider {
  if (module !== undefined) checkModule(module)
  const entries = lazy(() => {
    const engine = instantiate(module)
    return engine === undefined ? nothing : entriesOf(engine)
  })
  const described = (kind: EntryDescription['kind'], list: readonly { readonly name: string }[]) =>
    list.map((entry) => ({ kind, name: entry.name, provider: name, ownRandomness: false }))
  return {
    name,
    get suites() {
      return entries().suites
    },
    get groups() {
      return entries().groups
    },
    get signatures() {
      return entries().signatures
    },
    get suites12() {
      return entries().suites12
    },
    hashes: [],
    importPrivateKey: (pkcs8) => importWith(entries().keys, pkcs8),
    describe: () => [
      ...described('suite', entries().suites),
      ...described('suite', entries().suites12),
      ...described('group', entries().groups),
      ...described('signature', entries().signatures),
    ],
  }
}

interface Entries
  extends Required<Pick<CryptoProvider, 'suites' | 'suites12' | 'groups' | 'signatures'>> {
  readonly keys: readonly KeyImporter[]
}

const nothing: Entries = { suites: [], suites12: [], groups: [], signatures: [], keys: [] }

function entriesOf(engine: Engine): Entries {
  return {
    ...suitesOf(createAeads(engine)),
    groups: createGroups(engine),
    signatures: createSignatures(engine),
    keys: [createKeys(engine)],
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

/** Undefined where the runtime cannot. */
function instantiate(given: CompiledModule | undefined): Engine | undefined {
  const api = webAssembly()
  if (api === undefined) return undefined
  if (given !== undefined) return new Engine(api, given)
  const bytes = decodeBase64(encodedModule)
  // That is the test for SIMD: without it the module is not valid.
  if (!api.validate(bytes)) return undefined
  let module: CompiledModule
  try {
    module = new api.Module(bytes)
  } catch {
    // Workers and content security policies forbid it; some browsers do, outside of workers.
    return undefined
  }
  return new Engine(api, module)
}

function checkModule(module: CompiledModule): void {
  // It throws a TypeError itself where it is given something else than a module.
  const exported = webAssembly()?.Module.exports(module) ?? []
  const names = new Set(exported.map((entry) => entry.name))
  if (!exportNames.every((entry) => names.has(entry))) {
    throw new TypeError('the compiled wasm/module.wasm of this package expected')
  }
}
