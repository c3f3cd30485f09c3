/**
 * Points of P-256 (SP 800-186 3.2.1.3) in projective coordinates. Addition and doubling are complete (Renes, Costello,
 * Batina: Complete addition formulas for prime order elliptic curves, 2016, algorithms 4 and 6): they hold for all points,
 * so that there are no cases to forget, and none that a scalar could be told by.
 */
import { numberToBytesBE } from '@noble/curves/utils.js'
import { copyBytes, equal } from '../../../bytes.js'
import { lazy } from '../lazy.js'
import { invert, multiply, multiplyAdd, multiplySubtract, read, square, write } from './field256.js'
import { combine, common, type Limbs, newLimbs, reduceLimbs } from './limbs.js'

/** (x / z, y / z). All limbs are reduced. Infinity is (0 : 1 : 0). */
class Point {
  readonly x: Limbs = newLimbs()
  readonly y: Limbs = newLimbs()
  readonly z: Limbs = newLimbs()

  set(other: Point): void {
    this.x.set(other.x)
    this.y.set(other.y)
    this.z.set(other.z)
  }
}

type Table = readonly Point[]

/** Digits of scalars have four bits. */
const newTable = (): Table => Array.from({ length: 16 }, () => new Point())

const element = (value: bigint): Limbs => {
  const limbs = newLimbs()
  read(limbs, numberToBytesBE(value, 32))
  return limbs
}

const constants = /* @__PURE__ */ lazy(() => ({
  one: element(1n),
  b: element(0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn),
}))

/** Multiples of the base point. */
const base = /* @__PURE__ */ lazy(() => {
  const table = newTable()
  const point = new Point()
  point.x.set(element(0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n))
  point.y.set(element(0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n))
  point.z.set(constants().one)
  fill(table, point)
  return table
})

/** What is not kept from call to call: the multiples of another point, a sum, and a term of it. */
const places = /* @__PURE__ */ lazy(() => ({
  multiples: newTable(),
  sum: new Point(),
  term: new Point(),
}))

const xx = /* @__PURE__ */ newLimbs()
const yy = /* @__PURE__ */ newLimbs()
const zz = /* @__PURE__ */ newLimbs()
const xy = /* @__PURE__ */ newLimbs()
const xz = /* @__PURE__ */ newLimbs()
const yz = /* @__PURE__ */ newLimbs()
const more = /* @__PURE__ */ newLimbs()
const less = /* @__PURE__ */ newLimbs()
const factor = /* @__PURE__ */ newLimbs()

/** p = p + q. */
function add(p: Point, q: Point): void {
  multiply(xx, p.x, q.x)
  multiply(yy, p.y, q.y)
  multiply(zz, p.z, q.z)
  multiplyAdd(xy, p.x, q.y, p.y, q.x)
  multiplyAdd(xz, p.x, q.z, p.z, q.x)
  multiplyAdd(yz, p.y, q.z, p.z, q.y)
  finish(p)
  multiplyAdd(p.z, yz, less, xy, xx)
}

/** p = 2 p. */
function double(p: Point): void {
  square(xx, p.x)
  square(yy, p.y)
  square(zz, p.z)
  multiply(xy, p.x, p.y)
  multiply(xz, p.x, p.z)
  multiply(yz, p.y, p.z)
  for (const sum of [xy, xz, yz]) combine(sum, 1, sum, 1, sum)
  finish(p)
  combine(yz, 2, yz, 2, yz)
  multiply(p.z, yz, yy)
}

/** What addition and doubling have in common: x and y, from the products and sums of products of coordinates. */
function finish(p: Point): void {
  const { b } = constants()
  // Multiples of a reduced limb that these come to: 2 and 2, ...
  multiply(more, b, zz)
  combine(more, 1, xz, -1, more)
  reduceLimbs(more, 3, more)
  combine(less, 1, yy, -1, more)
  combine(more, 1, yy, 1, more)
  // ... 1, ...
  multiply(factor, b, xz)
  combine(factor, 1, factor, -3, zz)
  combine(factor, 1, factor, -1, xx)
  reduceLimbs(factor, 3, factor)
  // ... and 6. The products below have 4 + 6, 4 + 2, and in the callers 2 + 6 or 8.
  combine(xx, 3, xx, -3, zz)
  multiplyAdd(p.y, more, less, xx, factor)
  multiplySubtract(p.x, xy, more, yz, factor)
}

function fill(table: Table, point: Point): void {
  const [infinity, ...multiples] = table
  infinity?.y.set(constants().one)
  let previous = infinity
  for (const multiple of multiples) {
    if (previous !== undefined) multiple.set(previous)
    add(multiple, point)
    previous = multiple
  }
}

/** Takes entry `index`; which one does not show in the addresses. */
function select(out: Point, table: Table, index: number): void {
  out.x.fill(0)
  out.y.fill(0)
  out.z.fill(0)
  for (let i = 0; i < table.length; i++) {
    const entry = table[i] as Point
    const other = i ^ index
    const choice = 1 - ((other | -other) >>> 31)
    combine(out.x, 1, out.x, choice, entry.x)
    combine(out.y, 1, out.y, choice, entry.y)
    combine(out.z, 1, out.z, choice, entry.z)
  }
}

/** The digit of a scalar of 32 bytes, big-endian, at a place from 0 (the highest) to 63. */
function digit(scalar: Uint8Array, place: number): number {
  return ((scalar[place >> 1] as number) >> (4 * (1 - (place & 1)))) & 15
}

/** Leaves the multiple in `sum`. `start` is any y coordinate of infinity but 0. */
function multiplyPoint(table: Table, scalar: Uint8Array, start: Limbs): void {
  const { sum, term } = places()
  sum.y.set(start)
  for (let place = 0; place < 64; place++) {
    for (let i = 0; i < 4; i++) double(sum)
    select(term, table, digit(scalar, place))
    add(sum, term)
  }
}

/** The point of an uncompressed encoding of 65 bytes (SEC 1 2.3.4): coordinates below p, on the curve. */
function decode(bytes: Uint8Array): Point | undefined {
  const point = new Point()
  const { one, b } = constants()
  const [x, y] = [bytes.subarray(1, 33), bytes.subarray(33)]
  read(point.x, x)
  read(point.y, y)
  point.z.set(one)
  if (bytes[0] !== 4 || !equal(write(point.x), x) || !equal(write(point.y), y)) return undefined
  // y^2 = x^3 - 3 x + b.
  square(xx, point.x)
  combine(xx, 1, xx, -3, one)
  multiply(xy, xx, point.x)
  square(yy, point.y)
  combine(yy, 1, yy, -1, xy)
  combine(yy, 1, yy, -1, b)
  return write(yy).every((octet) => octet === 0) ? point : undefined
}

/** The affine coordinates of `sum`, or undefined for infinity. Clears what was computed. */
function encodeSum(): Uint8Array<ArrayBuffer> | undefined {
  const { sum, term, multiples } = places()
  const bytes = new Uint8Array(65)
  const isInfinity = write(sum.z).every((octet) => octet === 0)
  invert(factor, sum.z)
  multiply(xx, sum.x, factor)
  multiply(yy, sum.y, factor)
  bytes[0] = 4
  bytes.set(write(xx), 1)
  bytes.set(write(yy), 33)
  for (const { x, y, z } of [sum, term, ...multiples]) for (const limbs of [x, y, z]) limbs.fill(0)
  for (const limbs of [xx, yy, zz, xy, xz, yz, more, less, factor, common.columns]) limbs.fill(0)
  return isInfinity ? undefined : bytes
}

/**
 * A multiple of the base point, uncompressed; undefined for a multiple of the order. Scalars have 32 bytes, big-endian.
 * @param blind 32 random bytes, for scalars of long-lived keys: all coordinates on the way are multiplied by them.
 */
export function multipleOfBase(
  scalar: Uint8Array,
  blind?: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  const start = blind === undefined ? constants().one : nonZero(blind)
  multiplyPoint(base(), scalar, start)
  return encodeSum()
}

function nonZero(bytes: Uint8Array): Limbs {
  // Odd and below 2^255, so no multiple of p, whatever the source gives.
  const octets = copyBytes(bytes)
  octets[0] = (bytes[0] as number) & 127
  octets[31] = (bytes[31] as number) | 1
  const limbs = newLimbs()
  read(limbs, octets)
  return limbs
}

/** A multiple of a point, both uncompressed; undefined where `point` is none, and for a multiple of the order. */
export function multiple(point: Uint8Array, scalar: Uint8Array): Uint8Array | undefined {
  const decoded = decode(point)
  if (decoded === undefined) return undefined
  const { multiples } = places()
  fill(multiples, decoded)
  multiplyPoint(multiples, scalar, constants().one)
  return encodeSum()
}

/** A multiple of the base point plus one of `point`; undefined as for `multiple`. For public scalars. */
export function combination(
  baseScalar: Uint8Array,
  point: Uint8Array,
  scalar: Uint8Array,
): Uint8Array | undefined {
  const decoded = decode(point)
  if (decoded === undefined) return undefined
  const { multiples, sum } = places()
  fill(multiples, decoded)
  sum.y.set(constants().one)
  for (let place = 0; place < 64; place++) {
    for (let i = 0; i < 4; i++) double(sum)
    addMultiple(base(), digit(baseScalar, place))
    addMultiple(multiples, digit(scalar, place))
  }
  return encodeSum()
}

function addMultiple(table: Table, index: number): void {
  const entry = table[index]
  if (index !== 0 && entry !== undefined) add(places().sum, entry)
}
