/**
 * TLS 1.3 for QUIC (RFC 9001): handshake bytes and keys, by encryption level. The QUIC stack protects packets, carries
 * data, updates keys and closes connections by itself.
 *
 * - `receiveHandshake` takes the bytes of CRYPTO frames in order; `transmit` outputs have a `level`.
 * - `readKeys` and `writeKeys` outputs carry the traffic secrets; `packetKeys` derives what protects packets. Keys of the
 *   levels `earlyData` are for 0-RTT, those of `initial` are QUIC's own business.
 * - `transportParameters` gives the peer's, which are authenticated once `established` has come.
 * - `failed` has `cryptoError`, the code for CONNECTION_CLOSE.
 * - `receive`, `send`, `sendEarly`, `updateKeys` and `requestClientCertificate` throw.
 */
import { copyBytes } from './bytes.js'
import type { ClientConfig, ServerConfig } from './config.js'
import type { Connection } from './connection.js'
import type { HeaderMask } from './crypto/provider.js'
import { Engine } from './engine.js'
import { OptionError } from './fault.js'
import { startClient } from './handshake/client/hello.js'
import { startServer } from './handshake/server/hello.js'
import type { Level } from './layer/layer.js'
import { QuicLayer, quicTraits } from './layer/quic.js'
import { clientSettings, demandTls13, type Settings, serverSettings } from './options.js'
import type { LevelKeys, Output } from './output.js'
import { hkdfExpandLabel } from './schedule/hkdf.js'
import type { Time } from './time.js'

export interface QuicConfig {
  /** Our transport parameters, encoded (RFC 9000 section 18). */
  readonly transportParameters: Uint8Array
}

export interface QuicConnection extends Connection {
  /**
   * Takes handshake bytes, in order, from the CRYPTO frames of one level; returns how many it took: what is above
   * `limits.maxBuffered` waits outside.
   */
  receiveHandshake(level: Level, bytes: Uint8Array, time?: Time): number
}

/**
 * Makes the client's end. The first `poll` gives the ClientHello.
 * @throws {OptionError} for a wrong option, naming it, its value and the remedy.
 */
export function createQuicClient(config: ClientConfig & QuicConfig, now: Time): QuicConnection {
  const { transportParameters, ...common } = config
  refuse(common, ['middleboxCompatibility', 'postHandshakeAuth', 'maxFragmentLength'])
  checkCommon(common)
  const settings = clientSettings(common)
  demandTls13(common, 'QUIC')
  const layer = quicLayer(settings, transportParameters)
  const start = (effects: Parameters<typeof startClient>[1]) => startClient(settings, effects)
  return new QuicEngine(settings, layer, now, start)
}

/**
 * Makes the server's end.
 * @throws {OptionError} for a wrong option, naming it, its value and the remedy.
 */
export function createQuicServer(config: ServerConfig & QuicConfig, now: Time): QuicConnection {
  const { transportParameters, ...common } = config
  refuse(common, ['halfRttData'])
  checkCommon(common)
  if (common.earlyData !== undefined && common.earlyData.maxBytes !== quicTraits.maxEarlyData)
    throw new OptionError(
      'earlyData.maxBytes',
      common.earlyData.maxBytes,
      'Over QUIC this is 0xffffffff; transport parameters limit early data (RFC 9001 4.6.1).',
    )
  const settings = serverSettings(common)
  demandTls13(common, 'QUIC')
  const layer = quicLayer(settings, transportParameters)
  return new QuicEngine(settings, layer, now, () => startServer(settings))
}

class QuicEngine extends Engine implements QuicConnection {
  readonly #layer: QuicLayer

  constructor(
    settings: Settings,
    layer: QuicLayer,
    now: Time,
    start: ConstructorParameters<typeof Engine>[3],
  ) {
    super(settings, layer, now, start)
    this.#layer = layer
  }

  receiveHandshake(level: Level, bytes: Uint8Array, time?: Time): number {
    this.#layer.setLevel(level)
    return super.receive(bytes, time)
  }

  override poll(): Output {
    const output = super.poll()
    if (output.kind !== 'failed') return output
    const { alert } = output.fault
    // RFC 9001 4.8: an alert becomes the error code 0x0100 and its number.
    return alert === undefined ? output : { ...output, cryptoError: 0x100 + alert }
  }

  override receive(): number {
    throw new Error('receive: give handshake bytes and their level to receiveHandshake')
  }

  override send(): number {
    throw new Error('send: QUIC carries its data itself')
  }

  override sendEarly(): number {
    throw new Error('sendEarly: QUIC carries its data itself')
  }

  override updateKeys(): void {
    throw new Error('updateKeys: QUIC updates keys itself (RFC 9001 section 6)')
  }

  override requestClientCertificate(): void {
    throw new Error('requestClientCertificate: not over QUIC (RFC 9001 4.4)')
  }
}

/** What protects the packets of one level and direction (RFC 9001 5.1). */
export interface PacketKeys {
  readonly key: Uint8Array
  readonly iv: Uint8Array
  /** Of a 16-byte sample, at least 5 bytes (RFC 9001 5.4.1). */
  readonly headerMask: HeaderMask
}

/** Derives packet keys from the traffic secret of a `readKeys` or `writeKeys` output. */
export function packetKeys({ suite, secret }: LevelKeys): PacketKeys {
  const { aead } = suite
  return {
    key: derive({ suite, secret }, 'quic key', aead.keyLength),
    iv: derive({ suite, secret }, 'quic iv', aead.nonceLength),
    headerMask: aead.headerMask(derive({ suite, secret }, 'quic hp', aead.keyLength)),
  }
}

/** The keys after a key update (RFC 9001 6.1). The header mask stays the one of before. */
export function nextLevelKeys({ suite, secret }: LevelKeys): LevelKeys {
  return { suite, secret: derive({ suite, secret }, 'quic ku', suite.hash.outputLength) }
}

function derive({ suite, secret }: LevelKeys, label: string, length: number): Uint8Array {
  const { labelPrefix } = quicTraits
  return hkdfExpandLabel(suite.hash, secret, labelPrefix, label, new Uint8Array(0), length)
}

function quicLayer({ limits }: Settings, transportParameters: Uint8Array): QuicLayer {
  if (!(transportParameters instanceof Uint8Array))
    throw new OptionError(
      'transportParameters',
      transportParameters,
      'Give our transport parameters, encoded.',
    )
  return new QuicLayer({ ...limits, transportParameters: copyBytes(transportParameters) })
}

function checkCommon(config: ClientConfig | ServerConfig): void {
  refuse(config, ['recordSizeLimit', 'recordPadding'])
  if (config.alpn === undefined || config.alpn.length === 0)
    throw new OptionError('alpn', config.alpn, 'QUIC needs an application protocol (RFC 9001 8.1).')
}

function refuse(config: object, options: readonly string[]): void {
  for (const [option, value] of Object.entries(config))
    if (options.includes(option) && value !== undefined)
      throw new OptionError(option, value, 'Over QUIC there is no such thing.')
}
