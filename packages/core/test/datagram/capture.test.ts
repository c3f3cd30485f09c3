/** A captured DTLS 1.3 connection of two other implementations: every record opens, every message is whole. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { TLS_AES_128_GCM_SHA256 } from '#src/crypto/noble/suite.js'
import { readAck } from '#src/layer/datagram/ack.js'
import { type Opened, ReadEpoch } from '#src/layer/datagram/epochs.js'
import { readFragments } from '#src/layer/datagram/fragment.js'
import { datagramClientHello } from '#src/layer/datagram/hello.js'
import { Reassembly } from '#src/layer/datagram/reassembly.js'
import { parseRecord } from '#src/layer/datagram/record.js'
import type { Level } from '#src/layer/layer.js'
import { finishedMac, trafficKeys13 } from '#src/schedule/tls13.js'
import { Transcript } from '#src/schedule/transcript.js'
import { decode } from '#src/wire/codec.js'
import { messageName, serverHello } from '#src/wire/message.js'
import { contentType } from '#src/wire/registry.js'
import { demand } from '../support/connect.js'
import { readVectors } from '../support/vectors.js'

type Role = 'client' | 'server'

const capture = readVectors('tls/captures/dtls.pcap')
// One line is enough to say that both are missing.
const keylog = capture === undefined ? undefined : readVectors('tls/captures/dtls.keylog')
if (capture !== undefined && keylog !== undefined) {
  const datagrams = readCapture(capture)
  const secrets = readKeylog(keylog)
  const test = suite('capture')

  test('every record opens, every message is whole, and both Finished are right', () => {
    const opened = { client: openers('client'), server: openers('server') }
    const reassembly = { client: newReassembly(), server: newReassembly() }
    const messages: string[] = []
    const others: string[] = []
    const { hash } = TLS_AES_128_GCM_SHA256
    const transcript = new Transcript(hash)

    for (const { from, bytes } of datagrams) {
      for (const record of records(bytes, opened[from])) {
        if (record.type !== contentType.handshake) {
          others.push(describe(from, record))
          continue
        }
        for (const fragment of demand(readFragments(record.content)))
          reassembly[from].add(fragment, record.sequence, record.epoch > 0)
        for (;;) {
          const delivered = reassembly[from].deliver()
          if (delivered === undefined) break
          const { message } = delivered
          const name = messageName(message.type)
          messages.push(`${from} ${name}`)
          if (name === 'ClientHello') decode(datagramClientHello, message.body)
          if (name === 'ServerHello') {
            const hello = decode(serverHello, message.body)
            assert.is(hello.cipherSuite, TLS_AES_128_GCM_SHA256.id)
            assert.is(hello.legacyVersion, 0xfefd)
          }
          if (name === 'Finished') {
            const secret = demand(secrets.get(`${from.toUpperCase()}_HANDSHAKE_TRAFFIC_SECRET`))
            assert.equal(message.body, finishedMac(hash, 'dtls13', secret, transcript.hash()))
          }
          transcript.add(message.raw)
        }
      }
    }
    assert.equal(messages, [
      'client ClientHello',
      'server ServerHello',
      'server EncryptedExtensions',
      'server Certificate',
      'server CertificateVerify',
      'server Finished',
      'client Finished',
    ])
    assert.ok(others.some((each) => each.startsWith('server ACK of 2:')))
    assert.ok(others.some((each) => each.startsWith('client data')))
    assert.ok(others.some((each) => each.startsWith('server data')))
    console.log(`capture: ${datagrams.length} datagrams; ${others.join(', ')}`)
  })

  test('no record opens when any of its bits is changed', () => {
    for (const { from, bytes } of datagrams) {
      if ((bytes[0] ?? 0) >> 5 !== 1) continue
      for (let at = 0; at < bytes.length; at += 7) {
        const changed = bytes.slice()
        changed[at] = (changed[at] ?? 0) ^ 1
        assert.is(count(changed, from) < count(bytes, from), true)
      }
    }
  })
  test.run()

  function count(bytes: Uint8Array, from: Role): number {
    return [...records(bytes, openers(from), false)].length
  }

  function openers(role: Role): readonly ReadEpoch[] {
    const side = role.toUpperCase()
    const epoch = (number: number, level: Level, label: string) => {
      const secret = demand(secrets.get(`${side}_${label}`))
      return new ReadEpoch(number, level, trafficKeys13(TLS_AES_128_GCM_SHA256, 'dtls13', secret))
    }
    return [
      epoch(2, 'handshake', 'HANDSHAKE_TRAFFIC_SECRET'),
      epoch(3, 'application', 'TRAFFIC_SECRET'),
    ]
  }
} else {
  suite('capture').run()
}

function* records(datagram: Uint8Array, epochs: readonly ReadEpoch[], strict = true) {
  let offset = 0
  while (offset < datagram.length) {
    const parsed = parseRecord(datagram, offset)
    if (parsed.kind === 'invalid') {
      if (strict) throw new Error(parsed.reason)
      return
    }
    offset = parsed.end
    if (parsed.kind === 'plaintext') {
      const { type, sequence, fragment } = parsed
      const record: Opened = { epoch: 0, sequence, level: 'initial', type, content: fragment }
      yield record
      continue
    }
    const opened = epochs.find(({ epoch }) => (epoch & 3) === parsed.epochBits)?.open(parsed)
    if (typeof opened === 'object') yield opened
    else if (strict) throw new Error(`${opened}: a record of epoch ${parsed.epochBits}`)
  }
}

function describe(from: Role, { type, content }: Opened): string {
  if (type === contentType.ack) {
    const list = demand(readAck(content)).map(({ epoch, sequence }) => `${epoch}:${sequence}`)
    return `${from} ACK of ${list.join(' ')}`
  }
  if (type === contentType.alert) return `${from} alert ${content.join('.')}`
  return `${from} data of ${content.length} bytes`
}

function newReassembly(): Reassembly {
  return new Reassembly({ limit: 65_536, begins: 'anything' })
}

/** A little-endian pcap of loopback packets: IPv4 and UDP, the client being who sends first. */
function readCapture(file: Uint8Array): readonly { from: Role; bytes: Uint8Array }[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  assert.is(view.getUint32(0, true), 0xa1b2c3d4)
  const list: { from: Role; bytes: Uint8Array }[] = []
  let client: number | undefined
  for (let at = 24; at < file.length; ) {
    const length = view.getUint32(at + 8, true)
    const ip = at + 16 + 4
    const udp = ip + 4 * (view.getUint8(ip) & 15)
    const source = view.getUint16(udp)
    client ??= source
    const from = source === client ? 'client' : 'server'
    list.push({ from, bytes: file.subarray(udp + 8, udp + view.getUint16(udp + 4)) })
    at += 16 + length
  }
  return list
}

function readKeylog(file: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const lines = new TextDecoder().decode(file).trim().split('\n')
  return new Map(
    lines.map((line) => {
      const [label = '', , secret = ''] = line.split(' ')
      return [
        label,
        Uint8Array.from(secret.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
      ]
    }),
  )
}
