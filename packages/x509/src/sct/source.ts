/** Where timestamps stand in certificates and OCSP responses, and what the log that made them had signed. */
import {
  contextConstructed,
  DerReader,
  encodeElement,
  encodeExplicit,
  encodeOctetString,
  encodeSequence,
  tags,
} from '@sanstls/core/der'
import type { Certificate } from '../certificate.js'
import { encodeExtension } from '../issue/extension.js'
import { encodeSctList, parseSctList } from './sct.js'

const embeddedId = '1.3.6.1.4.1.11129.2.4.2'
const ocspId = '1.3.6.1.4.1.11129.2.4.5'
const poisonId = '1.3.6.1.4.1.11129.2.4.3'

/** The certificate extension with these timestamps, to issue with. */
export const sctListExtension = (timestamps: readonly Uint8Array[]): Uint8Array =>
  encodeExtension(embeddedId, false, encodeOctetString(encodeSctList(timestamps)))

/** The singleExtension of an OCSP response with these timestamps, to issue with. */
export const ocspSctListExtension = (timestamps: readonly Uint8Array[]): Uint8Array =>
  encodeExtension(ocspId, false, encodeOctetString(encodeSctList(timestamps)))

/** Critical: makes it a precertificate (RFC 6962 3.1), to issue with. */
export const poisonExtension = (): Uint8Array =>
  encodeExtension(poisonId, true, Uint8Array.of(5, 0))

/**
 * The timestamps inside a certificate, each unread.
 * @throws {DerError}
 * @throws {SctError}
 */
export function embeddedScts({ der }: Certificate): Uint8Array[] {
  const found = readTbs(der).extensions.find(({ id }) => id === embeddedId)
  return found === undefined ? [] : listIn(found.value)
}

/**
 * The timestamps inside an OCSP response (RFC 6960 4.2.1), each unread. The response's own signature is not checked: a
 * timestamp proves itself.
 * @throws {DerError}
 * @throws {SctError}
 */
export function ocspScts(response: Uint8Array): Uint8Array[] {
  const outer = new DerReader(response)
  outer.enter(tags.sequence)
  outer.skip(tags.enumerated)
  if (outer.done) return []
  outer.enter(contextConstructed(0))
  outer.enter(tags.sequence)
  outer.skip(tags.objectIdentifier)
  const basic = new DerReader(outer.readOctetString())
  basic.enter(tags.sequence)
  basic.enter(tags.sequence)
  if (basic.at(contextConstructed(0))) basic.skip(contextConstructed(0))
  basic.skipAny()
  basic.skip(tags.generalizedTime)
  basic.enter(tags.sequence)
  const found: Uint8Array[] = []
  while (!basic.done) {
    const afterSingle = basic.enter(tags.sequence)
    basic.skip(tags.sequence)
    basic.skipAny()
    basic.skip(tags.generalizedTime)
    if (basic.at(contextConstructed(0))) basic.skip(contextConstructed(0))
    if (basic.at(contextConstructed(1))) {
      const afterExtensions = basic.enter(contextConstructed(1))
      for (const { id, value } of readExtensionList(basic)) {
        if (id === ocspId) found.push(...listIn(value))
      }
      basic.leave(afterExtensions)
    }
    basic.leave(afterSingle)
  }
  return found
}

/**
 * The TBSCertificate that logs signed before the timestamps were embedded (RFC 6962 3.2): the same without their
 * extension.
 * @throws {DerError}
 */
export function precertificateTbs({ der }: Certificate): Uint8Array {
  const { head, extensions } = readTbs(der)
  const kept = extensions.filter(({ id }) => id !== embeddedId).map(({ encoded }) => encoded)
  const tail = kept.length === 0 ? [] : [encodeExplicit(3, encodeSequence(...kept))]
  return encodeElement(tags.sequence, head, ...tail)
}

function listIn(value: Uint8Array): Uint8Array[] {
  const reader = new DerReader(value)
  const list = reader.readOctetString()
  reader.end()
  return parseSctList(list)
}

interface RawExtension {
  readonly id: string
  readonly value: Uint8Array
  readonly encoded: Uint8Array
}

/** The parts of a TBSCertificate before its extensions, as one, and the extensions. */
function readTbs(der: Uint8Array): { head: Uint8Array; extensions: readonly RawExtension[] } {
  const reader = new DerReader(der)
  reader.enter(tags.sequence)
  reader.enter(tags.sequence)
  const start = reader.offset
  while (!reader.done && !reader.at(contextConstructed(3))) reader.skipAny()
  const head = der.subarray(start, reader.offset)
  if (reader.done) return { head, extensions: [] }
  reader.enter(contextConstructed(3))
  return { head, extensions: readExtensionList(reader) }
}

function readExtensionList(reader: DerReader): RawExtension[] {
  const extensions: RawExtension[] = []
  const outer = reader.enter(tags.sequence)
  while (!reader.done) {
    const start = reader.offset
    const afterExtension = reader.enter(tags.sequence)
    const id = reader.readObjectIdentifier()
    if (reader.at(tags.boolean)) reader.readBoolean()
    const value = reader.readOctetString()
    reader.leave(afterExtension)
    extensions.push({ id, value, encoded: reader.bytes.subarray(start, reader.offset) })
  }
  reader.leave(outer)
  return extensions
}
