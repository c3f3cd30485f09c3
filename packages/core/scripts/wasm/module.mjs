/** The WebAssembly module of `@sanstls/core/wasm`, put together and assembled. */
import loadWabt from 'wabt'
import * as aes from './aes.mjs'
import * as chacha from './chacha.mjs'
import * as gcm from './gcm.mjs'
import * as ghash from './ghash.mjs'
import { layout } from './layout.mjs'
import * as poly1305 from './poly1305.mjs'

/** What the JavaScript side has to know of the memory, exported as globals. */
const addresses = [
  'nonce',
  'head',
  'chachaKey',
  'roundKeys',
  'roundKeysEnd',
  'gcmKeyState',
  'gcmKeyStateEnd',
  'base',
]

/** In the text format. */
export function moduleText() {
  const sbox = Array.from(aes.sbox, (octet) => `\\${octet.toString(16).padStart(2, '0')}`)
  return [
    '(module',
    '(memory (export "memory") 1)',
    `(data (i32.const ${layout.sbox}) "${sbox.join('')}")`,
    ...addresses.map((name) => `(global (export "${name}") i32 (i32.const ${layout[name]}))`),
    ...[chacha, poly1305, aes, ghash, gcm].flatMap(({ functions }) => functions),
    ')',
  ].join('\n')
}

/** In the binary format. The same sources make the same bytes: wabt neither optimises nor reorders. */
export async function moduleBytes() {
  const wabt = await loadWabt()
  const module = wabt.parseWat('module.wat', moduleText(), { simd: true })
  try {
    module.validate()
    return module.toBinary({}).buffer
  } finally {
    module.destroy()
  }
}
