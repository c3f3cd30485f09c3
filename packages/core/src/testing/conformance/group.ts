/** Key exchange groups. */

import { copyBytes } from '../../bytes.js'
import type { NamedGroup } from '../../crypto/provider.js'
import { BufferLike } from '../buffer-like.js'
import {
  bytes,
  type ConformanceCase,
  check,
  checkEqual,
  flipBit,
  join,
  repeatable,
  type Subject,
} from './support.js'

export function groupCases(subject: Subject): ConformanceCase[] {
  const { provider, reference } = subject
  return provider.groups.flatMap((group) => {
    const other = reference?.groups.find(({ id }) => id === group.id)
    return [
      { name: `${group.name}: agrees`, run: () => agree(subject, group, other) },
      { name: `${group.name}: refuses invalid shares`, run: () => refuse(subject, group) },
      { name: `${group.name}: examples`, run: () => examples(subject, group) },
    ]
  })
}

interface Shape {
  /** Bytes of client share, server share and secret. */
  readonly client: number
  readonly server: number
  readonly secret: number
}

const same = (length: number, secret: number): Shape => ({ client: length, server: length, secret })

/** RFC 9846 4.3.8, 7.4; RFC 8734; RFC 7919; RFC 10024. */
const shapes: Readonly<Record<number, Shape>> = {
  23: same(65, 32),
  24: same(97, 48),
  25: same(133, 66),
  29: same(32, 32),
  30: same(56, 56),
  31: same(65, 32),
  32: same(97, 48),
  33: same(129, 64),
  256: same(256, 256),
  257: same(384, 384),
  258: same(512, 512),
  259: same(768, 768),
  260: same(1024, 1024),
  512: { client: 800, server: 768, secret: 32 },
  513: { client: 1184, server: 1088, secret: 32 },
  514: { client: 1568, server: 1568, secret: 32 },
  4587: { client: 65 + 1184, server: 65 + 1088, secret: 64 },
  4588: { client: 1184 + 32, server: 1088 + 32, secret: 64 },
  4589: { client: 97 + 1568, server: 97 + 1568, secret: 80 },
}

function agree({ random, provider }: Subject, group: NamedGroup, reference?: NamedGroup): number {
  const shape = shapes[group.id]
  check(shape !== undefined, `group ${group.id} is not known to this suite`)
  check(group.clientShareLength === shape.client, 'length of the client share')
  check(group.serverShareLength === shape.server, 'length of the server share')
  let count = 2
  const parties =
    reference === undefined
      ? [[group, group]]
      : [
          [group, reference],
          [reference, group],
        ]
  for (const [client = group, server = group] of parties) {
    const pair = client.generate(random)
    check(pair.share.length === shape.client, 'client share has another length')
    const given = BufferLike.copy(pair.share)
    const answer = server.encapsulate(given, random)
    checkEqual(given, pair.share, 'the share that was given')
    check(answer !== undefined, 'a valid share was refused')
    check(answer.share.length === shape.server, 'server share has another length')
    check(answer.secret.length === shape.secret, 'secret has another length')
    checkEqual(pair.decapsulate(answer.share), answer.secret, 'secrets differ')
    // PITFALLS: a key pair is made anew each time.
    const again = client.generate(random)
    check(
      again.share.some((octet, i) => octet !== pair.share[i]),
      'a key pair was made twice',
    )
    const secondAnswer = server.encapsulate(pair.share, random)
    check(
      secondAnswer?.secret.some((octet, i) => octet !== answer.secret[i]) === true,
      'a secret was made twice',
    )
    pair.wipe()
    again.wipe()
    count += 7
  }
  const own = provider.describe().find(({ kind, name }) => kind === 'group' && name === group.name)
  check(own !== undefined, 'describe() leaves the group out')
  if (!own.ownRandomness) {
    const replay = (): Uint8Array => {
      const source = repeatable(group.id)
      const pair = group.generate(source)
      const answer = group.encapsulate(pair.share, source)
      check(answer !== undefined, 'a valid share was refused')
      return join(pair.share, answer.share, answer.secret)
    }
    checkEqual(replay(), replay(), 'the same randomness gives the same shares')
    count++
  }
  return count
}

function refuse({ random }: Subject, group: NamedGroup): number {
  const pair = group.generate(random)
  const share = pair.share
  const answer = group.encapsulate(share, random)
  check(answer !== undefined, 'a valid share was refused')
  let count = 0
  const bad = (client: Uint8Array, what: string): void => {
    check(group.encapsulate(client, random) === undefined, `encapsulate took ${what}`)
    count++
  }
  const badAnswer = (server: Uint8Array, what: string): void => {
    check(pair.decapsulate(server) === undefined, `decapsulate took ${what}`)
    count++
  }
  for (const [take, valid] of [
    [bad, share],
    [badAnswer, answer.share],
  ] as const) {
    take(new Uint8Array(0), 'an empty share')
    take(valid.subarray(1), 'a share without its first byte')
    take(valid.subarray(0, -1), 'a share without its last byte')
    take(join(valid, Uint8Array.of(0)), 'a share with a byte too many')
    for (const [part, what] of invalidParts(group, valid)) take(part, what)
  }
  if (hasKem(group)) {
    // FIPS 203 7.2: the first coefficient of the encapsulation key is 4095 instead of one below 3329.
    const at = kemOffset(group)
    const unreduced = copyBytes(share)
    unreduced[at] = 0xff
    unreduced[at + 1] = (unreduced[at + 1] ?? 0) | 0x0f
    bad(unreduced, 'an encapsulation key that is not reduced')
    // FIPS 203 7.3: a ciphertext that was tampered with gives another secret.
    const kemAt = kemOffset(group)
    const other = pair.decapsulate(flipBit(answer.share, 8 * kemAt))
    check(other?.length === answer.secret.length, 'implicit rejection gave no secret')
    check(
      other.some((octet, i) => octet !== answer.secret[i]),
      'a tampered ciphertext gave the secret',
    )
    count++
  }
  return count
}

function hasKem({ name }: NamedGroup): boolean {
  return name.includes('MLKEM')
}

/** Where the ML-KEM part of a share begins: RFC 10024. */
function kemOffset({ id }: NamedGroup): number {
  if (id === 4587) return 65
  return id === 4589 ? 97 : 0
}

/** The elliptic curve part of a share: its group, and where it begins, counted from the end where negative. */
const curveParts: Readonly<Record<number, readonly [curve: number, offset: number]>> = {
  23: [23, 0],
  24: [24, 0],
  25: [25, 0],
  29: [29, 0],
  30: [30, 0],
  31: [31, 0],
  32: [32, 0],
  33: [33, 0],
  4587: [23, 0],
  4588: [29, -32],
  4589: [24, 0],
}

function* invalidParts(group: NamedGroup, valid: Uint8Array): Generator<[Uint8Array, string]> {
  if (group.id >= 256 && group.id <= 260) {
    yield* invalidNumbers(valid.length)
    return
  }
  const part = curveParts[group.id]
  if (part === undefined) return
  const [curve, offset] = part
  const length = shapes[curve]?.client ?? 0
  const start = offset < 0 ? valid.length + offset : offset
  const replace = (value: Uint8Array): Uint8Array =>
    join(valid.subarray(0, start), value, valid.subarray(start + length))
  const point = valid.subarray(start, start + length)
  if (curve === 29 || curve === 30) {
    for (const [u, what] of smallOrder(length, curve === 29)) yield [replace(u), what]
    return
  }
  yield [replace(flipBit(point, 8 * length - 8)), 'a point off the curve']
  yield [replace(new Uint8Array(length)), 'zeros']
  for (const form of [0, 1, 2, 3, 5, 6, 7]) {
    yield [replace(join(Uint8Array.of(form), point.subarray(1))), `a point of form ${form}`]
  }
  const middle = (length + 1) / 2
  const full = new Uint8Array(middle - 1).fill(255)
  yield [replace(join(Uint8Array.of(4), full, point.subarray(middle))), 'a coordinate above p']
  if (length === valid.length) {
    const compressed = join(
      Uint8Array.of(2 + ((point[length - 1] ?? 0) & 1)),
      point.subarray(1, middle),
    )
    yield [compressed, 'a compressed point']
    yield [Uint8Array.of(0), 'the point at infinity']
  }
}

/** RFC 7748 6: shares that make the secret zero. The eight-torsion's generators are from its security discussion. */
function* smallOrder(length: number, is25519: boolean): Generator<[Uint8Array, string]> {
  yield [new Uint8Array(length), 'u = 0']
  const one = new Uint8Array(length)
  one[0] = 1
  yield [one, 'u = 1']
  const minusOne = new Uint8Array(length).fill(255)
  if (is25519) {
    minusOne[0] = 0xec
    minusOne[31] = 0x7f
    const p = copyBytes(minusOne)
    p[0] = 0xed
    yield [p, 'u = p']
    yield [
      bytes('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'),
      'u of order 8',
    ]
    yield [
      bytes('5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157'),
      'u of order 8',
    ]
  } else {
    minusOne[0] = 0xfe
    minusOne[28] = 0xfe
  }
  yield [minusOne, 'u = -1']
}

/** RFC 7919 5.1: 0, 1, p - 1, p and above. The primes all begin and end with 64 ones. */
function* invalidNumbers(length: number): Generator<[Uint8Array, string]> {
  const zero = new Uint8Array(length)
  const one = copyBytes(zero)
  one[length - 1] = 1
  yield [zero, '0']
  yield [one, '1']
  yield [new Uint8Array(length).fill(255), 'a number above p']
}

function examples({ fix }: Subject, group: NamedGroup): number {
  let count = 0
  for (const { source, privateKey, share, peer, secret } of agreements[group.id] ?? []) {
    const random = fix?.(group, 'privateKey', bytes(privateKey))
    if (random === undefined) continue
    const pair = group.generate(random)
    checkEqual(pair.share, bytes(share), `${source}, share`)
    checkEqual(pair.decapsulate(bytes(peer)), bytes(secret), source)
    count += 2
  }
  return count
}

interface Agreement {
  readonly source: string
  readonly privateKey: string
  readonly share: string
  readonly peer: string
  readonly secret: string
}

const agreements: Readonly<Record<number, readonly Agreement[]>> = {
  29: [
    {
      source: 'RFC 7748 6.1',
      privateKey: '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
      share: '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
      peer: 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
      secret: '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
    },
    {
      source: 'RFC 8448 3',
      privateKey: '49af42ba7f7994852d713ef2784bcbcaa7911de26adc5642cb634540e7ea5005',
      share: '99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c',
      peer: 'c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f',
      secret: '8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d',
    },
  ],
  30: [
    {
      source: 'RFC 7748 6.2',
      privateKey:
        '9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf5' +
        '74a9419744897391006382a6f127ab1d9ac2d8c0a598726b',
      share:
        '9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bb' +
        'c836647241d953d40c5b12da88120d53177f80e532c41fa0',
      peer:
        '3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972' +
        'fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609',
      secret:
        '07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56' +
        'fd2464c335543936521c24403085d59a449a5037514a879d',
    },
  ],
}
