/** The WebAssembly module of `@sanstls/core/wasm`, put together and assembled. */
import loadWabt from 'wabt'
import * as aead from './aead.mjs'
import * as aes from './aes.mjs'
import * as chacha from './chacha.mjs'
import * as field from './field.mjs'
import * as gcm from './gcm.mjs'
import * as ghash from './ghash.mjs'
import { layout } from './layout.mjs'
import * as montgomery from './montgomery.mjs'
import * as order from './order.mjs'
import * as p256 from './p256.mjs'
import * as poly1305 from './poly1305.mjs'
import * as x25519 from './x25519.mjs'

/** What the JavaScript side has to know of the memory, exported as globals. */
const addresses = [
  'nonce',
  'head',
  'chachaKey',
  'roundKeys',
  'roundKeysEnd',
  'gcmKeyState',
  'gcmKeyStateEnd',
  'scalar',
  'secondScalar',
  'curveInput',
  'curveOutput',
  'base',
]

/** In the text format. */
export function moduleText() {
  const limbBytes = (limbs) => new Uint8Array(BigInt64Array.from(limbs).buffer)
  const data = (address, bytes) => {
    const escaped = Array.from(bytes, (octet) => `\\${octet.toString(16).padStart(2, '0')}`)
    return `(data (i32.const ${address}) "${escaped.join('')}")`
  }
  return [
    '(module',
    '(memory (export "memory") 1)',
    data(layout.sbox, aes.sbox),
    data(layout.p256Constants, limbBytes(p256.constantLimbs)),
    data(layout.orderConstants, limbBytes(order.constantLimbs)),
    data(layout.orderExponent, order.exponent),
    ...addresses.map((name) => `(global (export "${name}") i32 (i32.const ${layout[name]}))`),
    ...[aead, chacha, poly1305, aes, ghash, gcm, field, montgomery, x25519, p256, order].flatMap(
      ({ functions }) => functions,
    ),
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
