/** Assembles a module of `@sanstls/core/wasm`. */
import loadWabt from 'wabt'

/** In the text format: bytes in memory, and where what is in it is, as exported globals. */
function moduleText({ data, layout, addresses, functions }) {
  const escaped = (bytes) =>
    Array.from(bytes, (octet) => `\\${octet.toString(16).padStart(2, '0')}`).join('')
  return [
    '(module',
    '(memory (export "memory") 1)',
    ...data.map(([address, bytes]) => `(data (i32.const ${address}) "${escaped(bytes)}")`),
    ...addresses.map((name) => `(global (export "${name}") i32 (i32.const ${layout[name]}))`),
    ...functions,
    ')',
  ].join('\n')
}

/** In the binary format. The same sources make the same bytes: wabt neither optimises nor reorders. */
export async function moduleBytes(parts) {
  const wabt = await loadWabt()
  const module = wabt.parseWat('module.wat', moduleText(parts), { simd: true })
  try {
    module.validate()
    return module.toBinary({}).buffer
  } finally {
    module.destroy()
  }
}
