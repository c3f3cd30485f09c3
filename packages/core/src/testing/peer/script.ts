/**
 * What a scripted peer does otherwise than a correct one. A script is asked for each thing that the peer is about to
 * send, and sends what it likes instead; what it has no entry for goes out as it is.
 */
import { noBytes } from '../../bytes.js'
import type { HandshakeMessage, Level } from '../../layer/layer.js'
import { type Codec, decode, encode } from '../../wire/codec.js'
import type { Extension } from '../../wire/extension.js'
import { messages } from '../../wire/message.js'
import type { HandshakeOptions, Wire } from './wire.js'

export interface Progress {
  /** 1 for the first message of this type that this peer sends. */
  readonly nth: number
  /** All that the peer meant to send so far, the current message being the last. */
  readonly sent: readonly HandshakeMessage[]
}

export interface Script {
  /**
   * Instead of a handshake message. Returns the bytes that go into the peer's own transcript: what is on the wire too,
   * if the two sides shall agree about it; the message's own, if only the other side shall see the change; none, for
   * what never was. Undefined: the message goes out as it is.
   */
  readonly handshake?: (
    message: HandshakeMessage,
    wire: Wire,
    progress: Progress,
  ) => Uint8Array | undefined
  /** Instead of change_cipher_spec. In TLS 1.2 the keys for what follows are installed behind it, whatever it sends. */
  readonly changeCipherSpec?: (wire: Wire) => void
  readonly alert?: (level: number, description: number, wire: Wire) => void
  readonly data?: (bytes: Uint8Array, wire: Wire) => void
  /** New keys for sending are in place. */
  readonly keys?: (level: Level, wire: Wire) => void
}

/** In the peer's transcript: what it sends, or what it would have sent. */
export type Transcribed = 'sent' | 'meant'

export interface EditOptions extends HandshakeOptions {
  /** Only the nth message of the type, counted from 1. Default: each. */
  readonly nth?: number
  /** Default `sent`: both sides see the change, and Finished is right for it. */
  readonly transcript?: Transcribed
}

/** A script for messages of one type. */
export function on(
  type: number,
  act: (message: HandshakeMessage, wire: Wire, progress: Progress) => Uint8Array,
  nth?: number,
): Script {
  return {
    handshake: (message, wire, progress) =>
      message.type === type && (nth === undefined || nth === progress.nth)
        ? act(message, wire, progress)
        : undefined,
  }
}

/** Leaves messages of a type out, as if they did not exist. */
export function omit(type: number, nth?: number): Script {
  return on(type, () => noBytes, nth)
}

/** Sends something else in the place of a message. What `act` sends is in nobody's transcript unless it is returned. */
export function instead(
  type: number,
  act: (wire: Wire, message: HandshakeMessage) => Uint8Array | undefined,
  nth?: number,
): Script {
  return on(type, (message, wire) => act(wire, message) ?? noBytes, nth)
}

/** Does something just before a message of a type is sent. */
export function before(
  type: number,
  act: (wire: Wire, message: HandshakeMessage) => void,
  nth?: number,
): Script {
  return on(
    type,
    (message, wire) => {
      act(wire, message)
      return wire.send(message)
    },
    nth,
  )
}

/** Does something just after a message of a type is sent, under the same keys. */
export function after(
  type: number,
  act: (wire: Wire, message: HandshakeMessage) => void,
  nth?: number,
): Script {
  return on(
    type,
    (message, wire) => {
      const raw = wire.send(message)
      act(wire, message)
      return raw
    },
    nth,
  )
}

/** Changes the body of messages of a type. */
export function edit(
  type: number,
  change: (body: Uint8Array) => Uint8Array,
  options: EditOptions = {},
): Script {
  const { nth, transcript = 'sent' } = options
  return on(
    type,
    (message, wire) => {
      const raw = wire.message(type, change(message.body), options)
      return transcript === 'sent' ? raw : message.raw
    },
    nth,
  )
}

/** Sends messages of a type in fragments of these lengths, and the rest. */
export function split(type: number, lengths: readonly number[]): Script {
  return edit(type, (body) => body, { split: lengths })
}

/** Changes a message through its codec. */
export function editWith<T>(
  type: number,
  codec: Codec<T>,
  change: (value: T) => T,
  options: EditOptions = {},
): Script {
  return edit(type, (body) => encode(codec, change(decode(codec, body))), options)
}

/** Changes the extensions of a message that has a list of them. */
export function editExtensions(
  type: number,
  change: (extensions: readonly Extension[]) => readonly Extension[],
  options: EditOptions = {},
): Script {
  const codec = messages[type]?.codec
  if (codec === undefined) throw new RangeError(`message ${type} is not known`)
  return editWith(
    type,
    codec,
    (value) => {
      // Every message that has a list of extensions has it under this name.
      const message = value as { readonly extensions?: readonly Extension[] }
      return { ...message, extensions: change(message.extensions ?? []) }
    },
    options,
  )
}

/** Adds an extension at the end, or in front of pre_shared_key where that is the last. */
export function addExtension(
  type: number,
  extension: Extension,
  options: EditOptions = {},
): Script {
  return editExtensions(
    type,
    (list) => {
      const last = list[list.length - 1]
      return last?.type === 41 ? [...list.slice(0, -1), extension, last] : [...list, extension]
    },
    options,
  )
}

/** Replaces the data of an extension, or leaves the extension out where `change` gives undefined. */
export function editExtension(
  type: number,
  extensionType: number,
  change: (data: Uint8Array) => Uint8Array | undefined,
  options: EditOptions = {},
): Script {
  return editExtensions(
    type,
    (list) =>
      list.flatMap((extension) => {
        if (extension.type !== extensionType) return [extension]
        const data = change(extension.data)
        return data === undefined ? [] : [{ type: extensionType, data }]
      }),
    options,
  )
}

/** Several scripts: for each thing that is sent, the first one that has something to do with it. */
export function combine(...scripts: readonly Script[]): Script {
  const first = <K extends keyof Script>(key: K) => scripts.find((script) => script[key])?.[key]
  const [changeCipherSpec, alert] = [first('changeCipherSpec'), first('alert')]
  const [data, keys] = [first('data'), first('keys')]
  return {
    handshake(message, wire, progress) {
      for (const { handshake } of scripts) {
        const sent = handshake?.(message, wire, progress)
        if (sent !== undefined) return sent
      }
      return undefined
    },
    ...(changeCipherSpec === undefined ? {} : { changeCipherSpec }),
    ...(alert === undefined ? {} : { alert }),
    ...(data === undefined ? {} : { data }),
    ...(keys === undefined ? {} : { keys }),
  }
}
