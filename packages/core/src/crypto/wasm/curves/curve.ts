/** Multiples of points on X25519 (RFC 7748) and P-256 over the module. */
import { hexToBytes } from '@noble/curves/utils.js'
import type { CurveEngine } from './engine.js'

const coordinateLength = 32
/** RFC 7748 4.1. */
const basePoint25519 = /* @__PURE__ */ (() => Uint8Array.of(9, ...new Uint8Array(31)))()
/** SP 800-186 3.2.1.3: both coordinates. */
const basePoint256 = /* @__PURE__ */ hexToBytes(
  '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
    '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
)

/** The u coordinate of a multiple; all zeros where the point has small order. Takes 32 bytes each. */
export function x25519(
  engine: CurveEngine,
  scalar: Uint8Array,
  point: Uint8Array = basePoint25519,
): Uint8Array<ArrayBuffer> {
  const { bytes, exports, at } = engine
  bytes.set(scalar, at.scalar)
  bytes.set(point, at.curveInput)
  exports.x25519()
  return taken(engine, coordinateLength)
}

/**
 * The coordinates of a multiple, or undefined where `point` is not on the curve.
 *
 * @param scalar 32 bytes, big-endian, not a multiple of the order.
 * @param point two coordinates of 32 bytes.
 */
export function multiple256(
  engine: CurveEngine,
  scalar: Uint8Array,
  point: Uint8Array = basePoint256,
): Uint8Array<ArrayBuffer> | undefined {
  const { bytes, exports, at } = engine
  bytes.set(scalar, at.scalar)
  bytes.set(point, at.curveInput)
  const isPoint = exports.p256Multiple() !== 0
  const result = taken(engine, 2 * coordinateLength)
  return isPoint ? result : undefined
}

/**
 * The x coordinate of e / s times the base point plus r / s times `point` (FIPS 186-5 6.4.2): zero at infinity, and
 * undefined where `point` is not on the curve. Takes numbers of 32 bytes, big-endian; all of it is public.
 */
export function combination256(
  engine: CurveEngine,
  e: Uint8Array,
  r: Uint8Array,
  s: Uint8Array,
  point: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  const { bytes, exports, at } = engine
  bytes.set(e, at.scalar)
  bytes.set(r, at.secondScalar)
  bytes.set(s, at.curveInput)
  exports.orderQuotients()
  bytes.set(point, at.curveInput)
  const isPoint = exports.p256Combination() !== 0
  const result = taken(engine, coordinateLength)
  return isPoint ? result : undefined
}

/** (e + r d) / k modulo the order of P-256 (FIPS 186-5 6.4.1). Takes numbers of 32 bytes, big-endian. */
export function signature256(
  engine: CurveEngine,
  e: Uint8Array,
  r: Uint8Array,
  d: Uint8Array,
  k: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const { bytes, exports, at } = engine
  bytes.set(e, at.scalar)
  bytes.set(r, at.secondScalar)
  bytes.set(k, at.curveInput)
  exports.orderQuotients()
  bytes.set(d, at.curveInput)
  exports.orderSum()
  const result = bytes.slice(at.scalar, at.scalar + coordinateLength)
  engine.clear()
  return result
}

/** The result, after which nothing of it stays in memory. */
function taken(engine: CurveEngine, length: number): Uint8Array<ArrayBuffer> {
  const at = engine.at.curveOutput
  const result = engine.bytes.slice(at, at + length)
  engine.clear()
  return result
}
