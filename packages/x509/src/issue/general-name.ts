/** GeneralName (RFC 5280 4.2.1.6) to issue certificates with. */
import {
  contextConstructed,
  contextPrimitive,
  encodeElement,
  encodeExplicit,
  encodeObjectIdentifier,
  encodeText,
  tags,
} from '@sanstls/core/der'
import { parseIpAddress } from '../ip-address.js'
import { type DistinguishedName, encodeName } from './name.js'

/** Names for `subjectAltNameExtension` and, as subtrees, for `nameConstraintsExtension`. */
export interface AlternativeNames {
  readonly dns?: readonly string[]
  /** Addresses; in constraints with a prefix length, `192.0.2.0/24`. */
  readonly ip?: readonly string[]
  /** ASCII; others are `smtpUtf8`. */
  readonly email?: readonly string[]
  readonly uri?: readonly string[]
  /** Parts of names, or Names in DER. */
  readonly directory?: readonly (DistinguishedName | Uint8Array)[]
  /** SRVName (RFC 4985): `_imaps.example.com`. */
  readonly srv?: readonly string[]
  /** SmtpUTF8Mailbox (RFC 9598). */
  readonly smtpUtf8?: readonly string[]
  /** Object identifiers, dotted. */
  readonly registeredId?: readonly string[]
  /** Any other kind: its object identifier, and its value in DER. */
  readonly other?: readonly { readonly type: string; readonly value: Uint8Array }[]
}

const srvName = '1.3.6.1.5.5.7.8.7'
const smtpUtf8Mailbox = '1.3.6.1.5.5.7.8.9'

/**
 * GeneralNames, one after the other.
 * @throws {TypeError} for what is no IP address.
 */
export const encodeGeneralNames = (names: AlternativeNames): Uint8Array[] =>
  encodeNames(names, addressOf)

/**
 * The bases of subtrees: IP addresses have a prefix length.
 * @throws {TypeError} for what is no subnet.
 */
export const encodeSubtreeNames = (names: AlternativeNames): Uint8Array[] =>
  encodeNames(names, subnetOf)

function encodeNames(names: AlternativeNames, address: (text: string) => Uint8Array): Uint8Array[] {
  const texts = (number: number, values: readonly string[] = []): Uint8Array[] =>
    values.map((value) => encodeText(contextPrimitive(number), value))
  const others = [
    ...(names.srv ?? []).map((text) => otherName(srvName, encodeText(tags.ia5String, text))),
    ...(names.smtpUtf8 ?? []).map((text) =>
      otherName(smtpUtf8Mailbox, encodeText(tags.utf8String, text)),
    ),
    ...(names.other ?? []).map(({ type, value }) => otherName(type, value)),
  ]
  return [
    ...others,
    ...texts(1, names.email),
    ...texts(2, names.dns),
    ...(names.directory ?? []).map((name) =>
      encodeElement(contextConstructed(4), name instanceof Uint8Array ? name : encodeName(name)),
    ),
    ...texts(6, names.uri),
    ...(names.ip ?? []).map((text) => encodeElement(contextPrimitive(7), address(text))),
    ...(names.registeredId ?? []).map((id) =>
      encodeElement(contextPrimitive(8), encodeObjectIdentifier(id).subarray(2)),
    ),
  ]
}

const otherName = (type: string, value: Uint8Array): Uint8Array =>
  encodeElement(contextConstructed(0), encodeObjectIdentifier(type), encodeExplicit(0, value))

function addressOf(text: string): Uint8Array {
  const address = parseIpAddress(text)
  if (address === undefined) throw new TypeError(`No IP address: ${text}`)
  return address
}

function subnetOf(text: string): Uint8Array {
  const [first = '', prefix = ''] = text.split('/')
  const address = addressOf(first)
  const bits = Number(prefix)
  if (!/^\d+$/.test(prefix) || bits > address.length * 8) throw new TypeError(`No subnet: ${text}`)
  const subnet = new Uint8Array(address.length * 2)
  subnet.set(address)
  for (let bit = 0; bit < bits; bit++) {
    const index = address.length + (bit >> 3)
    subnet[index] = (subnet[index] ?? 0) | (0x80 >> (bit & 7))
  }
  return subnet
}
