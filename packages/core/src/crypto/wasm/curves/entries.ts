import { checkModule, load } from '../load.js'
import type { CompiledModule } from '../platform.js'
import type { Entries } from '../provider.js'
import { createKeys, createSignatures } from './ecdsa.js'
import { CurveEngine, curveModule } from './engine.js'
import { createGroups } from './group.js'

/**
 * What loads the module and returns what it has.
 * @throws {TypeError} when `given` is not the module, compiled.
 */
export function curveEntries(given: CompiledModule | undefined): () => Partial<Entries> {
  if (given !== undefined) checkModule(curveModule, given)
  return () => {
    const loaded = load(curveModule, given)
    if (loaded === undefined) return {}
    const engine = new CurveEngine(loaded)
    return {
      groups: createGroups(engine),
      signatures: createSignatures(engine),
      keys: [createKeys(engine)],
    }
  }
}
