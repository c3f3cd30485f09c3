import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Fault } from '#src/fault.js'
import type { Context } from '#src/handshake/context.js'
import { checkDowngrade, newestVersion, serverRandom } from '#src/handshake/downgrade.js'
import { tls13 } from '#src/handshake/tls13.js'
import type { Version } from '#src/handshake/version.js'

// Stand-ins for versions that are not there yet: only their numbers matter here.
const tls12: Version = { ...tls13, id: 0x0303, name: 'TLS 1.2' }
const tls11: Version = { ...tls13, id: 0x0302, name: 'TLS 1.1' }
const all = [tls11, tls13, tls12]
const ones = new Uint8Array(32).fill(1)
const context = { random: () => ones } as unknown as Context

test('a server that chooses its newest version marks nothing', () => {
  assert.equal(serverRandom(tls13, all, context), ones)
  assert.equal(serverRandom(tls12, [tls12], context), ones)
})

test('a server that could do better says so, and to which version it went', () => {
  const tail = (version: Version) => [...serverRandom(version, all, context).subarray(24)]
  assert.equal(tail(tls12), [0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 1])
  assert.equal(tail(tls11), [0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 0])
  assert.equal([...ones], new Array(32).fill(1), 'the source keeps its memory')
})

test('a client refuses the mark where it could do better too, and only then', () => {
  for (const chosen of [tls12, tls11]) {
    const random = serverRandom(chosen, all, context)
    try {
      checkDowngrade(random, chosen, all)
      assert.unreachable()
    } catch (error) {
      assert.instance(error, Fault)
      assert.is((error as Fault).code, 'downgradeDetected')
      assert.is((error as Fault).alert, 47)
    }
    checkDowngrade(random, chosen, [chosen])
    checkDowngrade(ones, chosen, all)
  }
})

test('the newest version is found in any order', () => {
  assert.is(newestVersion(all), tls13)
  assert.is(newestVersion([tls11, tls12]), tls12)
})

test.run()
