/** A changed byte never makes a chain crash the verifier, and a changed TBSCertificate is never accepted. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trustAnchor } from '#src/anchor.js'
import { createVerifier } from '#src/verifier.js'
import { makeCa, makeLeaf, makeRoot, now } from './support/authority.js'
import { configure } from './support/property.js'
import { testProvider } from './support/provider.js'
import { makeCrl, makeOcsp } from './support/revocation.js'

configure()

const root = makeRoot()
const ca = makeCa(root)
const leaf = makeLeaf(ca)
const genuine = [leaf, ca].map(({ certificate }) => certificate)
const verifier = createVerifier({
  anchors: [trustAnchor(root.certificate)],
  crypto: testProvider,
  revocation: { mode: 'all', crls: [makeCrl(root), makeCrl(ca)] },
})
const verify = (chain: readonly Uint8Array[], staple?: Uint8Array): string => {
  const name = { kind: 'DNS', value: 'www.example.com' } as const
  const result = verifier.verify({ chain, role: 'server', name, time: now, staple })
  return result.ok ? 'ok' : result.fault.code
}

test('every byte of a valid chain, changed', () => {
  assert.is(verify(genuine.map(({ der }) => der)), 'ok')
  for (const [place, { der, tbs }] of genuine.entries()) {
    for (let at = 0; at < der.length; at++) {
      const isSigned = at >= 4 && at < 4 + tbs.length
      for (const bit of [0x01, 0x80]) {
        const changed = der.slice()
        changed[at] = (changed[at] ?? 0) ^ bit
        const chain = genuine.map((certificate, index) =>
          index === place ? changed : certificate.der,
        )
        const code = verify(chain)
        if (isSigned) assert.is.not(code, 'ok', `certificate ${place}, byte ${at}`)
      }
    }
  }
})
test('several bytes changed, cut off or added anywhere: never a crash', () => {
  const edit = fc.record({
    place: fc.nat({ max: 1 }),
    edits: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 8 }),
    cut: fc.option(fc.nat()),
    tail: fc.uint8Array({ maxLength: 8 }),
  })
  fc.assert(
    fc.property(edit, ({ place, edits, cut, tail }) => {
      const chain = genuine.map(({ der }) => der.slice())
      const target = chain[place] ?? new Uint8Array(0)
      for (const [at, value] of edits) target[at % target.length] = value
      const kept = cut === null ? target : target.subarray(0, cut % target.length)
      chain[place] = Uint8Array.of(...kept, ...tail)
      const code = verify(chain)
      const isSame = genuine.every(({ der }, index) => sameBytes(der, chain[index]))
      if (code === 'ok') assert.ok(isSame || sameTbs(genuine[place]?.tbs, chain[place]))
    }),
  )
})
test('any bytes at all as certificates and staple: never a crash', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 })), fc.uint8Array(), (chain, staple) => {
      assert.is.not(verify(chain, staple), 'ok')
    }),
  )
})
test('a damaged staple is worth nothing, and breaks nothing', () => {
  const staple = makeOcsp(leaf, ca)
  const chain = genuine.map(({ der }) => der)
  fc.assert(
    fc.property(fc.nat({ max: staple.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
      const changed = staple.slice()
      changed[at] = value
      assert.is(verify(chain, changed), 'ok')
    }),
  )
})

const sameBytes = (left: Uint8Array, right: Uint8Array | undefined): boolean =>
  right !== undefined && Buffer.from(left).equals(right)
const sameTbs = (tbs: Uint8Array | undefined, der: Uint8Array | undefined): boolean =>
  tbs !== undefined && der !== undefined && Buffer.from(der).includes(Buffer.from(tbs))

test.run()
