/** Certificate revocation lists (RFC 5280 section 5), read strictly. */
import { contextConstructed, DerError, DerReader, tags } from '@sanstls/core/der'
import { equalBytes, toHex } from '../bytes.js'
import {
  type DistributionPoint,
  type IssuingDistributionPoint,
  readDistributionPoint,
  readIssuingDistributionPoint,
} from '../distribution-point.js'
import { readGeneralNames } from '../general-name.js'
import { nameKey, nameText, parseName, type RelativeName } from '../name.js'
import { readSignatureValue } from '../signature-value.js'

/** CRLReason (RFC 5280 5.3.1). */
export const revocationReasonNames: Readonly<Record<number, string>> = {
  0: 'unspecified',
  1: 'keyCompromise',
  2: 'cACompromise',
  3: 'affiliationChanged',
  4: 'superseded',
  5: 'cessationOfOperation',
  6: 'certificateHold',
  8: 'removeFromCRL',
  9: 'privilegeWithdrawn',
  10: 'aACompromise',
}

export const removeFromCrl = 8

export interface RevokedEntry {
  /** Unix ms. */
  readonly date: number
  readonly reason: number
}

interface CrlExtensions {
  keyIdentifier: Uint8Array | undefined
  number: Uint8Array | undefined
  baseNumber: Uint8Array | undefined
  issuingDistributionPoint: IssuingDistributionPoint | undefined
  freshest: readonly DistributionPoint[] | undefined
  /** Extensions by identifier, with whether they are critical. */
  readonly critical: Map<string, boolean>
}

const ids = {
  authorityKeyIdentifier: '2.5.29.35',
  issuerAltName: '2.5.29.18',
  crlNumber: '2.5.29.20',
  deltaCrlIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  freshestCrl: '2.5.29.46',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  certificateIssuer: '2.5.29.29',
} as const

export class RevocationList {
  readonly der: Uint8Array
  readonly tbs: Uint8Array
  readonly signatureAlgorithm: Uint8Array
  readonly signature: Uint8Array
  readonly issuer: readonly RelativeName[]
  /** Equal for names that match (RFC 5280 7.1). */
  readonly issuerKey: string
  /** Unix ms. */
  readonly thisUpdate: number
  /** Unix ms; undefined where the list does not say. */
  readonly nextUpdate: number | undefined
  /** The key identifier of the signer, where the list has one. */
  readonly keyIdentifier: Uint8Array | undefined
  readonly number: Uint8Array | undefined
  /** For delta CRLs: the number of the complete CRL on which it builds. */
  readonly baseNumber: Uint8Array | undefined
  readonly issuingDistributionPoint: IssuingDistributionPoint | undefined
  readonly freshest: readonly DistributionPoint[] | undefined
  /** A critical extension, of the list or of an entry, that nothing here understands. */
  readonly unknownCritical: string | undefined
  /** What RFC 5280 5.2 demands of the extensions, and this list breaks. */
  readonly irregularity: string | undefined
  /** By issuer and serial number. */
  private readonly entries = new Map<string, RevokedEntry>()

  /**
   * Reads a CRL. The bytes are kept, not copied.
   * @throws {DerError}
   */
  constructor(der: Uint8Array) {
    const reader = new DerReader(der)
    const file = reader.enter(tags.sequence)
    const tbsStart = reader.offset
    const afterTbs = reader.enter(tags.sequence)
    const version = reader.at(tags.integer) ? reader.readSmallInteger() + 1 : 1
    if (version > 2) reader.fail('CRL of an unknown version')
    const inner = reader.readElement(tags.sequence)
    this.issuer = parseName(reader.readElement(tags.sequence))
    this.issuerKey = nameKey(this.issuer)
    this.thisUpdate = reader.readTime()
    const hasNext = reader.at(tags.utcTime) || reader.at(tags.generalizedTime)
    this.nextUpdate = hasNext ? reader.readTime() : undefined
    let unknown: string | undefined
    if (reader.at(tags.sequence)) unknown = this.readEntries(reader, version)
    const extensions = readExtensions(reader, version)
    reader.leave(afterTbs)
    this.tbs = der.subarray(tbsStart, reader.offset)
    const algorithmOffset = reader.offset
    this.signatureAlgorithm = reader.readElement(tags.sequence)
    // RFC 5280 5.1.1.2
    if (!equalBytes(inner, this.signatureAlgorithm)) {
      throw new DerError(algorithmOffset, 'signature algorithms that differ')
    }
    this.signature = readSignatureValue(reader)
    reader.leave(file)
    reader.end()
    this.der = der
    this.keyIdentifier = extensions.keyIdentifier
    this.number = extensions.number
    this.baseNumber = extensions.baseNumber
    this.issuingDistributionPoint = extensions.issuingDistributionPoint
    this.freshest = extensions.freshest
    const known: readonly string[] = Object.values(ids)
    for (const [id, critical] of extensions.critical) {
      if (critical && !known.includes(id)) unknown ??= id
    }
    this.unknownCritical = unknown
    this.irregularity = irregularity(this, extensions, version)
  }

  /** The issuer for people. */
  get description(): string {
    return nameText(this.issuer)
  }

  /** Certificates in the list. */
  get size(): number {
    return this.entries.size
  }

  /** The entry of a certificate, by its issuer's `nameKey` and its serial number. */
  entry(issuerKey: string, serialNumber: Uint8Array): RevokedEntry | undefined {
    return this.entries.get(`${toHex(serialNumber)} ${issuerKey}`)
  }

  private readEntries(reader: DerReader, version: number): string | undefined {
    let unknown: string | undefined
    // RFC 5280 5.3.3: an entry without an issuer has that of the one before.
    let issuer = this.issuerKey
    const outer = reader.enter(tags.sequence)
    while (!reader.done) {
      const afterEntry = reader.enter(tags.sequence)
      const serial = toHex(reader.readInteger())
      const date = reader.readTime()
      let reason = 0
      if (!reader.done) {
        if (version < 2) reader.fail('CRL entry extensions before version 2')
        readExtensionList(reader, (id, critical) => {
          if (id === ids.reasonCode) {
            reason = reader.readContents(tags.enumerated)[0] ?? 0
          } else if (id === ids.certificateIssuer) {
            const [name] = readGeneralNames(reader)
            if (name?.kind !== 'directory') reader.fail('certificateIssuer that is no name')
            else issuer = nameKey(name.value)
          } else {
            if (critical && id !== ids.invalidityDate) unknown ??= id
            reader.skipAny()
          }
        })
      }
      reader.leave(afterEntry)
      this.entries.set(`${serial} ${issuer}`, { date, reason })
    }
    reader.leave(outer)
    return unknown
  }
}

function readExtensions(reader: DerReader, version: number): CrlExtensions {
  const extensions: CrlExtensions = {
    keyIdentifier: undefined,
    number: undefined,
    baseNumber: undefined,
    issuingDistributionPoint: undefined,
    freshest: undefined,
    critical: new Map(),
  }
  if (!reader.at(contextConstructed(0))) return extensions
  if (version < 2) reader.fail('CRL extensions before version 2')
  const outer = reader.enter(contextConstructed(0))
  readExtensionList(reader, (id, critical) => {
    extensions.critical.set(id, critical)
    switch (id) {
      case ids.authorityKeyIdentifier: {
        const after = reader.enter(tags.sequence)
        if (reader.at(0x80)) extensions.keyIdentifier = reader.readOctetString(0x80)
        while (!reader.done) reader.skipAny()
        reader.leave(after)
        break
      }
      case ids.crlNumber:
        extensions.number = reader.readInteger()
        break
      case ids.deltaCrlIndicator:
        extensions.baseNumber = reader.readInteger()
        break
      case ids.issuingDistributionPoint:
        extensions.issuingDistributionPoint = readIssuingDistributionPoint(reader)
        break
      case ids.freshestCrl: {
        const points: DistributionPoint[] = []
        const after = reader.enter(tags.sequence)
        do points.push(readDistributionPoint(reader))
        while (!reader.done)
        reader.leave(after)
        extensions.freshest = points
        break
      }
      default:
        reader.skipAny()
    }
  })
  reader.leave(outer)
  return extensions
}

/** Extensions, each once; `readValue` reads what is in extnValue. */
function readExtensionList(
  reader: DerReader,
  readValue: (id: string, critical: boolean) => void,
): void {
  const seen = new Set<string>()
  const outer = reader.enter(tags.sequence)
  do {
    const start = reader.offset
    const afterExtension = reader.enter(tags.sequence)
    const id = reader.readObjectIdentifier()
    if (seen.has(id)) reader.fail(`extension ${id} stands twice`, start)
    seen.add(id)
    const critical = reader.at(tags.boolean) ? reader.readBoolean() : false
    const afterValue = reader.enter(tags.octetString)
    readValue(id, critical)
    reader.leave(afterValue)
    reader.leave(afterExtension)
  } while (!reader.done)
  reader.leave(outer)
}

/** RFC 5280 5.1.2.5, 5.2.1, 5.2.3 to 5.2.5: what conforming issuers write. */
function irregularity(
  list: RevocationList,
  { critical }: CrlExtensions,
  version: number,
): string | undefined {
  if (version < 2) return 'is of version 1'
  if (list.nextUpdate === undefined) return 'has no nextUpdate'
  if (list.number === undefined) return 'has no cRLNumber'
  for (const [name, id] of [
    ['cRLNumber', ids.crlNumber],
    ['authorityKeyIdentifier', ids.authorityKeyIdentifier],
    ['freshestCRL', ids.freshestCrl],
  ] as const) {
    if (critical.get(id) === true) return `has a critical ${name}`
  }
  for (const [name, id] of [
    ['deltaCRLIndicator', ids.deltaCrlIndicator],
    ['issuingDistributionPoint', ids.issuingDistributionPoint],
  ] as const) {
    if (critical.get(id) === false) return `has a ${name} that is not critical`
  }
  return undefined
}

/**
 * Reads a CRL.
 * @throws {DerError} where it is not DER or not of RFC 5280's structure.
 */
export const parseRevocationList = (der: Uint8Array): RevocationList => new RevocationList(der)
