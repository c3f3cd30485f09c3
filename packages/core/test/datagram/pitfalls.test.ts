/** What peers and strangers do wrong over datagrams (PITFALLS 18, 19, 35 to 40), as far as DTLS 1.3 goes. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import { noble } from '#src/noble.js'
import { createNullCrypto, nullCrypto, seededRandom, trustEveryone } from '#src/testing.js'
import { contentType, messageType } from '#src/wire/registry.js'
import { clientCredential, demand, text } from '../support/connect.js'
import { connectDatagrams, expectDatagramFault } from '../support/datagrams.js'
import { forge, fragment } from '../support/forging.js'
import { expectEstablished } from '../support/outcome.js'

const { handshake, alert, applicationData, ack } = contentType

const clear = suite('in the clear')

clear('application data in epoch 0 is dropped, before and after the handshake', () => {
  const { pair, seal, inject, victim, discards } = forge('client')
  inject(seal(0, applicationData, text('plain')))
  pair.settle()
  expectEstablished(pair)
  inject(seal(0, applicationData, text('plain')))
  assert.is(discards.filter((reason) => reason.includes('in the clear')).length, 2)
  assert.is(victim.data.length, 0)
  expectEstablished(pair)
})

clear('alerts, handshake messages and ACKs in epoch 0 do nothing once there are keys', () => {
  const { pair, seal, inject, victim, discards } = forge('client')
  pair.settle()
  inject(
    seal(0, alert, Uint8Array.of(2, 80)),
    seal(0, alert, Uint8Array.of(1, 0)),
    seal(0, handshake, fragment(messageType.keyUpdate, 2, Uint8Array.of(0))),
    seal(0, ack, Uint8Array.of(0, 0)),
  )
  assert.is(discards.length, 4)
  assert.is(victim.peerClosed, false)
  expectEstablished(pair)
})

clear('a plaintext EncryptedExtensions is not taken for the protected one', () => {
  const { pair, seal, inject, victim, toClient } = forge('server')
  toClient.options = { ...toClient.options, latency: 100 }
  pair.advance(105)
  // Before the ServerHello has come it can be kept, but only as what it is: of epoch 0.
  inject(seal(0, handshake, fragment(messageType.encryptedExtensions, 1, Uint8Array.of(0, 0))))
  pair.settle()
  expectEstablished(pair)
  assert.is(victim.info?.version.name, 'DTLS 1.3')
})

clear('an ACK before the version is known does not stop the ClientHello', () => {
  const { pair, seal, inject, toServer, discards } = forge('server')
  toServer.options = { ...toServer.options, loss: 1 }
  pair.run()
  const numbers = new Uint8Array(18)
  numbers[1] = 16
  inject(seal(0, ack, numbers))
  assert.equal(discards, ['an ACK in the clear'])
  const { sent } = toServer
  pair.advance(1000)
  assert.is(toServer.sent, sent + 1)
  toServer.options = { ...toServer.options, loss: 0 }
  pair.settle()
  expectEstablished(pair)
})
clear.run()

const garbage = suite('garbage')

garbage('no damage to a datagram does more than lose it', () => {
  const random = seededRandom('garbage')
  for (const mtu of [300, 1200]) {
    const { pair, discards } = connectDatagrams({ mtu }, { mtu })
    const bad = (bytes: Uint8Array) => {
      for (const side of [pair.client, pair.server]) {
        side.connection.receive(bytes, pair.now)
        pair.run()
      }
    }
    for (let i = 0; i < 200; i++) bad(random(i))
    for (let first = 0; first < 256; first++) bad(concat(Uint8Array.of(first), random(60)))
    pair.settle()
    expectEstablished(pair)
    const { events } = pair.client
    pair.client.send(text('before'))
    pair.settle()
    const [last] = events.filter((event) => event.kind === 'transmit').slice(-1)
    const sealed = last?.kind === 'transmit' ? last.bytes : new Uint8Array(0)
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice()
      changed[at] = (changed[at] ?? 0) ^ 0x41
      bad(changed)
      bad(sealed.subarray(0, at))
    }
    for (let i = 0; i < 200; i++) bad(random(i))
    pair.client.send(text(' after'))
    pair.settle()
    expectEstablished(pair)
    assert.equal(pair.server.data, text('before after'))
    assert.ok(discards.server.length > 500)
  }
})

garbage('nor with real cryptography, whatever the length', () => {
  const random = seededRandom('real garbage')
  const psks = [{ identity: Uint8Array.of(1), key: random(32) }]
  for (const cipher of ['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256']) {
    const common = { crypto: noble, psks, groups: ['x25519'], suites: [cipher] }
    const { pair, discards } = connectDatagrams(common, { ...common, credentials: [] })
    pair.settle()
    for (let length = 0; length < 40; length++)
      for (const side of [pair.client, pair.server]) {
        side.connection.receive(concat(Uint8Array.of(0x2b), random(length)), pair.now)
        side.connection.receive(concat(Uint8Array.of(0x23), random(length)), pair.now)
      }
    pair.client.send(text('still there'))
    pair.settle()
    expectEstablished(pair)
    assert.equal(pair.server.data, text('still there'))
    assert.is(discards.server.length, 80)
  }
})

garbage('it counts for nothing: no key update, no timer', () => {
  const { pair } = connectDatagrams()
  pair.settle()
  const random = seededRandom('more')
  for (let i = 0; i < 100; i++)
    pair.server.connection.receive(concat(Uint8Array.of(0x2b), random(40)), pair.now)
  pair.settle()
  assert.is(pair.server.idle.deadline, undefined)
  expectEstablished(pair)
})

garbage('a flood is dropped, not kept', () => {
  const { pair, discards } = connectDatagrams({}, { limits: { maxBuffered: 20_000 } })
  for (let i = 0; i < 100; i++)
    assert.is(pair.server.connection.receive(new Uint8Array(1000), pair.now), 1000)
  pair.settle()
  assert.ok(discards.server.includes('too many datagrams wait'))
  expectEstablished(pair)
})

garbage('an authentic record of an unknown type, or of padding only, is dropped', () => {
  const { pair, seal, inject, discards } = forge('client')
  pair.settle()
  inject(seal(3, 99, text('what?')), seal(3, 0, new Uint8Array(5)))
  assert.is(discards.length, 2)
  expectEstablished(pair)
})
garbage.run()

const replay = suite('replay')

replay('a datagram that comes again is delivered once', () => {
  const { pair, toServer } = connectDatagrams()
  pair.settle()
  toServer.options = { ...toServer.options, duplication: 1, filter: (d) => [d, d, d] }
  pair.client.send(text('once'))
  pair.settle()
  assert.equal(pair.server.data, text('once'))
})

replay('what does not authenticate does not move the window', () => {
  const { pair, discards } = connectDatagrams()
  pair.settle()
  const random = seededRandom('window')
  // Headers of epoch 3 with every sequence number on the wire.
  for (let i = 0; i < 2000; i++)
    pair.server.connection.receive(
      concat(Uint8Array.of(0x2f), random(2), Uint8Array.of(0, 40), random(40)),
      pair.now,
    )
  pair.settle()
  assert.ok(discards.server.length >= 2000)
  for (let i = 0; i < 10; i++) pair.client.send(text('x'))
  pair.settle()
  assert.is(pair.server.data.length, 10)
})
replay.run()

const reassembly = suite('reassembly')
const finished = messageType.finished

for (const [what, second] of [
  ['length', { length: 60 }],
  ['type', {}],
  ['bytes', { offset: 5 }],
] as const)
  reassembly(`overlapping fragments that differ in ${what} end a protected handshake`, () => {
    const { pair, seal, inject } = forge('client')
    pair.settle()
    const data = new Uint8Array(20).fill(1)
    const whole = { length: 40 }
    const type = what === 'type' ? finished : messageType.keyUpdate
    const changed = new Uint8Array(20).fill(2)
    inject(
      seal(3, handshake, fragment(messageType.keyUpdate, 2, data, whole)),
      seal(3, handshake, fragment(type, 2, changed, { ...whole, ...second })),
    )
    assert.is(pair.server.fault?.code, 'inconsistentFragment')
    pair.settle()
    assert.is(pair.client.fault?.code, 'alertReceived')
    assert.is(pair.client.fault?.alert, 47)
  })

reassembly('contradictions in the clear are never mixed, and do not end the handshake', () => {
  const { pair, seal, inject } = forge('client', { mtu: 256 })
  // A stranger begins a ClientHello, in three contradictory ways, before the real one comes.
  inject(
    seal(0, handshake, fragment(1, 0, new Uint8Array(50).fill(9), { length: 5000 })),
    seal(0, handshake, fragment(1, 0, new Uint8Array(50).fill(8), { length: 5000 })),
    seal(0, handshake, fragment(1, 0, new Uint8Array(50).fill(7), { length: 240, offset: 100 })),
  )
  pair.settle()
  expectEstablished(pair)
})

reassembly('a claimed length above the limit is refused: by an alert where it is authentic', () => {
  const { pair, seal, inject, discards } = forge('client')
  inject(seal(0, handshake, fragment(1, 0, new Uint8Array(10), { length: 2 ** 24 - 1 })))
  assert.is(discards.length, 1)
  pair.settle()
  expectEstablished(pair)
  inject(seal(3, handshake, fragment(finished, 2, new Uint8Array(10), { length: 2 ** 24 - 1 })))
  expectDatagramFault(pair, 'server', 'messageTooLong', 'decodeError')
})

reassembly('messages far ahead are not kept, nor acknowledged', () => {
  const { pair, seal, inject, discards, toClient } = forge('client')
  pair.settle()
  const { sent } = toClient
  const next = 2
  inject(seal(3, handshake, fragment(finished, next + 17, new Uint8Array(10))))
  pair.settle()
  assert.is(discards.length, 1)
  assert.is(toClient.sent, sent)
  inject(seal(3, handshake, fragment(finished, next + 16, new Uint8Array(10))))
  pair.settle()
  assert.is(discards.length, 1)
  assert.is(toClient.sent, sent + 1)
})

reassembly('fragments that reach beyond their message, or stop short, are refused', () => {
  const bad = [
    fragment(finished, 2, new Uint8Array(10), { length: 5 }),
    fragment(finished, 2, new Uint8Array(10)).subarray(0, 15),
    new Uint8Array(3),
  ]
  for (const content of bad) {
    const plain = forge('client')
    plain.inject(plain.seal(0, handshake, content))
    assert.is(plain.discards.length, 1)
    plain.pair.settle()
    expectEstablished(plain.pair)
    plain.inject(plain.seal(3, handshake, content))
    expectDatagramFault(plain.pair, 'server', 'malformedMessage', 'decodeError')
  }
})

reassembly('a message may not follow the one after which keys change', () => {
  const { pair, seal, inject } = forge('client')
  pair.settle()
  inject(seal(2, handshake, fragment(messageType.keyUpdate, 2, Uint8Array.of(0))))
  expectDatagramFault(pair, 'server', 'keyChangeStraddled', 'unexpectedMessage')
})

reassembly('nor may it stand beside it', () => {
  const { pair, seal, inject } = forge('client')
  pair.settle()
  const update = fragment(messageType.keyUpdate, 2, Uint8Array.of(0))
  const after = fragment(messageType.keyUpdate, 3, Uint8Array.of(0))
  inject(seal(3, handshake, concat(update, after)))
  expectDatagramFault(pair, 'server', 'keyChangeStraddled', 'unexpectedMessage')
})
reassembly.run()

const protectedData = suite('data')

protectedData(
  'data under handshake keys is refused, even where there is none in the record',
  () => {
    for (const data of [text('early'), text('')]) {
      const { pair, seal, inject } = forge('client')
      pair.settle()
      inject(seal(2, applicationData, data))
      expectDatagramFault(pair, 'server', 'unexpectedData', 'unexpectedMessage')
    }
  },
)

protectedData('empty data afterwards is nothing', () => {
  const { pair, seal, inject } = forge('client')
  pair.settle()
  for (let i = 0; i < 100; i++) inject(seal(3, applicationData, text('')))
  expectEstablished(pair)
  assert.not.ok(pair.server.events.some(({ kind }) => kind === 'data'))
})

protectedData('nothing is delivered before the client is authenticated', () => {
  const { pair, toServer } = connectDatagrams(
    { credentials: [clientCredential] },
    { clientAuthentication: 'require', verify: 'decide' },
    { latency: 5 },
  )
  pair.advance(20)
  assert.ok(pair.client.info !== undefined)
  pair.client.send(text('first'))
  pair.advance(3000)
  assert.is(pair.server.data.length, 0)
  assert.is(pair.server.info, undefined)
  assert.ok(toServer.sent > 0)
  const [question] = pair.server.decisions
  assert.is(question?.kind, 'verify')
  if (question?.kind === 'verify') pair.server.answer('verify', trustEveryone(question))
  pair.settle()
  assert.equal(pair.server.data, text('first'))
})

protectedData('a send that no datagram holds is a misuse, and harms nothing', () => {
  const { pair } = connectDatagrams({ mtu: 300 }, { mtu: 300 })
  assert.throws(() => pair.client.connection.send(new Uint8Array(300), pair.now), RangeError)
  pair.settle()
  const most = 300 - 5 - 17
  assert.throws(() => pair.client.connection.send(new Uint8Array(most + 1), pair.now), RangeError)
  assert.is(pair.client.connection.send(new Uint8Array(most), pair.now), most)
  pair.settle()
  assert.is(pair.server.data.length, most)
  const sizes = pair.client.events.flatMap((e) => (e.kind === 'transmit' ? [e.bytes.length] : []))
  assert.is(Math.max(...sizes), 300)
})

protectedData('a record above the negotiated limit is refused', () => {
  const { pair, seal, inject } = forge('client', { recordSizeLimit: 500 }, { recordSizeLimit: 100 })
  pair.settle()
  inject(seal(3, applicationData, new Uint8Array(100)))
  assert.is(pair.server.data.length, 100)
  inject(seal(3, applicationData, new Uint8Array(101)))
  assert.is(pair.server.fault?.code, 'recordOverflow')
})
protectedData.run()

const limits = suite('limits of keys')

limits('an ACK during the handshake for a later epoch is illegal', () => {
  const { pair, seal, inject } = forge(
    'client',
    {},
    { clientAuthentication: 'request', verify: 'decide' },
  )
  pair.settle()
  const numbers = new Uint8Array(18)
  numbers[1] = 16
  numbers[9] = 3
  inject(seal(2, ack, numbers))
  expectDatagramFault(pair, 'server', 'badAck', 'illegalParameter')
})

limits('a malformed ACK is illegal where it is authentic', () => {
  const { pair, seal, inject } = forge('client')
  pair.settle()
  inject(seal(3, ack, Uint8Array.of(0, 5, 1, 2, 3, 4, 5)))
  expectDatagramFault(pair, 'server', 'badAck', 'illegalParameter')
})

limits('keys are replaced before they have sealed too much', () => {
  const crypto = createNullCrypto({ confidentialityLimit: 40 })
  const { pair } = connectDatagrams({ crypto }, { crypto }, { latency: 1 })
  pair.settle()
  for (let i = 0; i < 400; i++) {
    pair.client.send(text('.'))
    // A KeyUpdate is acknowledged within a quarter of a second, or ten records.
    pair.advance(30)
  }
  expectEstablished(pair)
  assert.is(pair.server.data.length, 400)
})

limits('a sender whose KeyUpdate is not acknowledged stops at the limit', () => {
  const crypto = createNullCrypto({ confidentialityLimit: 40 })
  const { pair, toServer } = connectDatagrams({ crypto }, { crypto })
  pair.settle()
  toServer.options = { ...toServer.options, loss: 1 }
  let accepted = 0
  for (let i = 0; i < 100; i++) accepted += pair.client.connection.send(text('.'), pair.now)
  assert.ok(accepted > 30 && accepted <= 40)
  pair.run()
  expectEstablished(pair)
})

limits('so many forgeries bring about a KeyUpdate of the peer', () => {
  const crypto = createNullCrypto({ integrityLimit: 40 })
  const { pair } = connectDatagrams({ crypto }, { crypto })
  pair.settle()
  const random = seededRandom('forgeries')
  // 30 are more than half of the limit; the next 30 hit the keys before, or those after, but not the limit.
  for (let i = 0; i < 30; i++)
    pair.server.connection.receive(concat(Uint8Array.of(0x2b), random(40)), pair.now)
  pair.settle()
  // The client answers with its next data, and then uses its new keys.
  pair.client.send(text('old keys, '))
  pair.settle()
  pair.client.send(text('new keys'))
  pair.run()
  const last = pair.client.events.filter((event) => event.kind === 'transmit').at(-1)
  const [first = 0] = demand(last?.kind === 'transmit' ? last.bytes : undefined)
  assert.is(first & 3, 0, 'epoch 4')
  for (let i = 0; i < 30; i++)
    pair.server.connection.receive(concat(Uint8Array.of(0x28), random(40)), pair.now)
  pair.settle()
  expectEstablished(pair)
  assert.equal(pair.server.data, text('old keys, new keys'))
})

limits('too many forgeries end the connection', () => {
  const crypto = createNullCrypto({ integrityLimit: 40 })
  const { pair } = connectDatagrams({ crypto }, { crypto })
  pair.settle()
  const random = seededRandom('forgeries')
  for (let i = 0; i < 39; i++)
    pair.server.connection.receive(concat(Uint8Array.of(0x2b), random(40)), pair.now)
  pair.run()
  expectEstablished(pair)
  pair.server.connection.receive(concat(Uint8Array.of(0x2b), random(40)), pair.now)
  pair.run()
  expectDatagramFault(pair, 'server', 'tooManyForgeries', 'badRecordMac')
})

limits('the two bits of the epoch suffice for any number of updates', () => {
  const { pair } = connectDatagrams({ crypto: nullCrypto }, { crypto: nullCrypto })
  pair.settle()
  for (let i = 0; i < 10; i++) {
    pair.client.connection.updateKeys(i % 2 === 0, pair.now)
    pair.settle()
    pair.client.send(text('c'))
    pair.server.send(text('s'))
    pair.settle()
  }
  expectEstablished(pair)
  assert.is(pair.server.data.length, 10)
  assert.is(pair.client.data.length, 10)
})
limits.run()
