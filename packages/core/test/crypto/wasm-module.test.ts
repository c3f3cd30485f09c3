// The module in WebAssembly: what is committed is what its sources make; with it, without it, and what stays in memory.

import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createAeads } from '#src/crypto/wasm/aeads/aead.js'
import { AeadEngine, aeadModule } from '#src/crypto/wasm/aeads/engine.js'
import { decodeBase64 } from '#src/crypto/wasm/base64.js'
import { curveModule } from '#src/crypto/wasm/curves/engine.js'
import { type WebAssemblyApi, webAssembly } from '#src/crypto/wasm/platform.js'
import { compose, noble } from '#src/noble.js'
import { createWasmAeads, wasmAeads } from '#src/wasm/aeads.js'
import { createWasmCurves, wasmCurves } from '#src/wasm/curves.js'
import { createWasm, wasm } from '#src/wasm.js'

const root = new URL('../../', import.meta.url)
const file = (name: string) => readFileSync(new URL(`src/crypto/wasm/${name}/module.wasm`, root))
const bytes = { aeads: file('aeads'), curves: file('curves') }
const compiled = () => ({
  aeads: new (api().Module)(bytes.aeads),
  curves: new (api().Module)(bytes.curves),
})
const newEngine = () => new AeadEngine({ api: api(), module: compiled().aeads })

function api(): WebAssemblyApi {
  const there = webAssembly()
  if (there === undefined) throw new Error('this runtime has WebAssembly')
  return there
}

const filled = (length: number, octet: number) => new Uint8Array(length).fill(octet)
const names = (entries: readonly { name: string }[]) => entries.map(({ name }) => name)

/** Runs `body` while the runtime's WebAssembly is another one. */
function withWebAssembly(value: Partial<WebAssemblyApi> | undefined, body: () => void): void {
  const global = globalThis as { WebAssembly?: Partial<WebAssemblyApi> | undefined }
  const { WebAssembly } = global
  global.WebAssembly = value
  try {
    body()
  } finally {
    global.WebAssembly = WebAssembly
  }
}

test('what is committed is what its sources make', async () => {
  const { generatedFiles } = await import(new URL('scripts/wasm/make.mjs', root).href)
  const files: Record<string, Uint8Array> = await generatedFiles()
  assert.equal(
    Object.keys(files).sort(),
    ['aeads', 'curves'].flatMap((name) => [`${name}/module.ts`, `${name}/module.wasm`]),
  )
  for (const [name, made] of Object.entries(files)) {
    const committed = readFileSync(new URL(`src/crypto/wasm/${name}`, root))
    assert.is(committed.equals(made), true, `${name}: run scripts/wasm/make.mjs`)
  }
  assert.is(bytes.aeads.equals(decodeBase64(aeadModule.encoded)), true)
  assert.is(bytes.curves.equals(decodeBase64(curveModule.encoded)), true)
})

test('modules that were compiled elsewhere', () => {
  const modules = compiled()
  const expected = [names(wasm.suites), names(wasm.groups)]
  // Nothing may be compiled at run time.
  const Module = new Proxy(api().Module, {
    construct() {
      throw new Error('code generation is forbidden')
    },
  })
  withWebAssembly({ Module, Instance: api().Instance, validate: api().validate }, () => {
    const given = createWasm(modules)
    assert.equal([names(given.suites), names(given.groups)], expected)
    const key = given.suites[0]?.aead.create(filled(16, 1))
    const out = filled(16, 0)
    assert.is(key?.seal(filled(12, 0), out, out, out, filled(64, 0), 0), 48)
    assert.is(given.groups[1]?.generate((length) => filled(length, 9)).share.length, 32)
    assert.equal(names(createWasmAeads(modules.aeads).suites), expected[0])
    assert.equal(names(createWasmCurves(modules.curves).groups), expected[1])
    // Without one, the other provider has everything.
    for (const without of [createWasm(), createWasmAeads(), createWasmCurves()]) {
      assert.equal([without.suites, without.groups], [[], []])
      assert.equal(compose(without, noble).suites, noble.suites)
    }
  })
})

test('each half has its own, and both together have all', () => {
  const kinds = (provider: typeof wasm) => new Set(provider.describe().map(({ kind }) => kind))
  assert.equal(kinds(wasmAeads), new Set(['suite']))
  assert.equal(kinds(wasmCurves), new Set(['group', 'signature']))
  assert.equal(
    [...wasmAeads.describe(), ...wasmCurves.describe()].map(({ name }) => name),
    wasm.describe().map(({ name }) => name),
  )
})

test('something else than the modules is refused', () => {
  const { aeads, curves } = compiled()
  const other = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
  for (const wrong of [{}, bytes.aeads, new (api().Module)(other)]) {
    assert.throws(() => createWasmAeads(wrong), TypeError)
    assert.throws(() => createWasmCurves(wrong), TypeError)
    assert.throws(() => createWasm({ aeads, curves: wrong }), TypeError)
  }
  assert.throws(() => createWasm({ aeads: curves, curves: aeads }), /wasm\/aeads\.wasm/)
  // A module in place of the modules, as one may take it.
  assert.throws(() => createWasm(aeads as never), /modules\.aeads: .*wasm\/aeads\.wasm/)
  assert.throws(() => createWasm({ aeads } as never), /modules\.curves: .*wasm\/curves\.wasm/)
  assert.throws(() => createWasm(null as never), /modules\.aeads/)
  // What an import of everything gives.
  const imported = { default: curves }
  assert.throws(() => createWasm({ aeads, curves: imported }), /wasm\/curves\.wasm/)
  withWebAssembly(undefined, () => assert.throws(() => createWasmAeads({}), TypeError))
})

test('without WebAssembly, or without SIMD, noble has everything', () => {
  for (const runtime of [undefined, { ...api(), Module: api().Module, validate: () => false }]) {
    withWebAssembly(runtime, () => {
      const empty = createWasm()
      assert.equal([empty.suites, empty.suites12], [[], []])
      assert.equal(empty.describe(), [])
      const both = compose(empty, noble)
      assert.equal(both.suites, noble.suites)
      assert.ok(both.describe().every(({ provider }) => provider === 'noble'))
    })
  }
})

test('composed over noble', () => {
  const both = compose(wasm, noble)
  assert.equal(names(both.suites), names(noble.suites))
  assert.equal(names(both.groups), names(noble.groups))
  const origins = new Map(both.describe().map((entry) => [entry.name, entry.provider]))
  for (const suite of wasm.suites) assert.is(origins.get(suite.name), 'wasm')
  assert.equal(names(both.suites12 ?? []), names(noble.suites12 ?? []))
  for (const suite of wasm.suites12 ?? []) {
    assert.is(origins.get(suite.name), 'wasm')
    const other = noble.suites12?.find(({ id }) => id === suite.id)
    const { records } = suite
    assert.is(records.kind, 'aead')
    if (records.kind !== 'aead' || other?.records.kind !== 'aead') continue
    assert.is(records.nonce, other.records.nonce)
    assert.ok(wasm.suites.some(({ aead }) => aead === records.aead))
    assert.is(records.aead.name, other.records.aead.name)
  }
  assert.is(wasm.suites12?.length, 6)
  assert.is(origins.get('TLS_AES_128_CCM_SHA256'), 'noble')
})

/** Whether 16 bytes that follow each other somewhere in `secret` are in `memory`. */
function holds(memory: Uint8Array, secret: Uint8Array): boolean {
  const whole = Buffer.from(memory.buffer)
  for (let at = 0; at + 16 <= secret.length; at += 16)
    if (whole.includes(Buffer.from(secret.subarray(at, at + 16)))) return true
  return false
}

test('wiping a key clears it, and what was derived from it', () => {
  const engine = newEngine()
  const fresh = engine.bytes.slice(0, engine.exports.base.value)
  const state = () => engine.bytes.slice(0, engine.exports.base.value)
  const [nonce, aad, text] = [filled(12, 1), filled(5, 2), filled(300, 3)]
  for (const aead of createAeads(engine)) {
    const secret = Uint8Array.from({ length: aead.keyLength }, (_, i) => 0x51 ^ (i * 7))
    const key = aead.create(secret)
    assert.equal(state(), fresh, `${aead.name}: creating leaves nothing`)
    const out = new Uint8Array(400)
    key.seal(nonce, aad, text, filled(0, 0), out, 0)
    assert.not.equal(state(), fresh, `${aead.name}: a key in use is in memory`)
    key.open(nonce, aad, out.subarray(0, 316))
    key.wipe()
    assert.equal(state(), fresh, aead.name)
    assert.not(holds(engine.bytes, secret), `${aead.name}: key`)
    assert.not(holds(engine.bytes, text), `${aead.name}: text that was opened`)
    assert.throws(() => key.seal(nonce, aad, text, text, out, 0), /wiped/)
    assert.throws(() => key.open(nonce, aad, out), /wiped/)
    key.wipe()
  }
})

test('a forged record is not decrypted, and leaves no text', () => {
  const engine = newEngine()
  for (const aead of createAeads(engine)) {
    const key = aead.create(filled(aead.keyLength, 1))
    const text = Uint8Array.from({ length: 320 }, (_, i) => i * 5)
    const sealed = new Uint8Array(336)
    key.seal(filled(12, 1), filled(5, 2), text, filled(0, 0), sealed, 0)
    sealed[335] = (sealed[335] ?? 0) ^ 0x80
    assert.is(key.open(filled(12, 1), filled(5, 2), sealed), undefined)
    assert.not(holds(engine.bytes, text), aead.name)
  }
})

test('what fits, and what gets an instance of its own, which keeps no key', () => {
  const engine = newEngine()
  const room = engine.bytes.length - engine.at.base
  const wholes = [13, 5000].flatMap((aadLength) =>
    Array.from({ length: 12 }, (_, i) => [aadLength, room - aadLength - 1000 + 100 * i] as const),
  )
  let own: AeadEngine | undefined
  const find = engine.for.bind(engine)
  engine.for = (aadLength, length) => {
    own = find(aadLength, length)
    return own
  }
  for (const aead of createAeads(engine)) {
    const kinds = new Set<boolean>()
    const secret = Uint8Array.from({ length: aead.keyLength }, (_, i) => 0x51 ^ (i * 7))
    const reference = noble.suites.find((suite) => suite.aead.name === aead.name)?.aead
    const [key, other] = [aead.create(secret), reference?.create(secret)]
    for (const [aadLength, length] of wholes) {
      const [nonce, aad, text] = [filled(12, 1), filled(aadLength, 2), filled(length, 3)]
      const [out, expected] = [new Uint8Array(length + 16), new Uint8Array(length + 16)]
      key.seal(nonce, aad, text, filled(0, 0), out, 0)
      other?.seal(nonce, aad, text, filled(0, 0), expected, 0)
      assert.ok(Buffer.from(out).equals(expected), `${aead.name}: ${aadLength}, ${length}`)
      assert.ok(Buffer.from(key.open(nonce, aad, out) ?? out).equals(text))
      kinds.add(own === engine)
      if (own !== undefined && own !== engine) assert.not(holds(own.bytes, secret), aead.name)
    }
    assert.is(kinds.size, 2, 'some fit, and some do not')
  }
})

test('the shared memory does not grow', () => {
  const engine = newEngine()
  const length = engine.exports.memory.buffer.byteLength
  const [text, trailer, out] = [filled(200_000, 0), filled(1, 1), filled(200_017, 0)]
  let sealed = 0
  for (const aead of createAeads(engine)) {
    for (let i = 0; i < 1000; i++) {
      const key = aead.create(filled(aead.keyLength, i))
      if (i % 100 === 0) sealed += key.seal(filled(12, 0), filled(5, 0), text, trailer, out, 0)
    }
  }
  assert.is(sealed, 30 * out.length)
  assert.is(engine.exports.memory.buffer.byteLength, length)
})

test.run()
