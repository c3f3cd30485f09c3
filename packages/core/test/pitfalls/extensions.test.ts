// PITFALLS 29: extensions and fields that may not be there, and unknown values that may.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import {
  addExtension,
  type EditOptions,
  editExtension,
  editExtensions,
  editWith,
  type Pair,
  type Script,
  trustEveryone,
} from '#src/testing.js'
import { decode } from '#src/wire/codec.js'
import { type ExtensionContext, type ExtensionName, extensionTable } from '#src/wire/extension.js'
import { certificate, type clientHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { clientCredential, connectToScript, scriptConnects } from '../support/connect.js'
import { expectEstablished, expectFault, expectRefusal } from '../support/outcome.js'

const keys = { keys: [{ name: new Uint8Array(16).fill(1), key: new Uint8Array(32).fill(2) }] }
const server: Partial<ServerConfig> = {
  tickets: { keys },
  clientAuthentication: 'require',
  verify: trustEveryone,
  groups: ['secp256r1'],
  alpn: ['a'],
}
const client: Partial<ClientConfig> = {
  credentials: [clientCredential],
  keyShares: ['x25519'],
  alpn: ['a'],
}
const none = new Uint8Array(0)

/** A message that carries extensions, on its way to the role that reads it. */
interface Carrier {
  readonly name: string
  readonly to: 'client' | 'server'
  readonly type: number
  readonly context: ExtensionContext
  readonly options?: EditOptions
  readonly afterwards?: boolean
}

const carriers: readonly Carrier[] = [
  {
    name: 'ClientHello',
    to: 'server',
    type: messageType.clientHello,
    context: 'clientHello',
    options: { nth: 1 },
  },
  {
    name: 'HelloRetryRequest',
    to: 'client',
    type: messageType.serverHello,
    context: 'helloRetryRequest',
    options: { nth: 1 },
  },
  {
    name: 'ServerHello',
    to: 'client',
    type: messageType.serverHello,
    context: 'serverHello',
    options: { nth: 2 },
  },
  {
    name: 'EncryptedExtensions',
    to: 'client',
    type: messageType.encryptedExtensions,
    context: 'encryptedExtensions',
  },
  {
    name: 'CertificateRequest',
    to: 'client',
    type: messageType.certificateRequest,
    context: 'certificateRequest',
  },
  {
    name: 'NewSessionTicket',
    to: 'client',
    type: messageType.newSessionTicket,
    context: 'newSessionTicket',
    afterwards: true,
  },
]

function run(carrier: Carrier, script: Script, options: Partial<ClientConfig> = {}): Pair {
  const open = carrier.to === 'client' ? connectToScript : scriptConnects
  return open(script, { ...client, ...options }, server).pair.run()
}

function add(carrier: Carrier, extension: { type: number; data: Uint8Array }): Script {
  return addExtension(carrier.type, extension, carrier.options)
}

for (const carrier of carriers) {
  const { name, to, type, context, options, afterwards = false } = carrier
  const expect = afterwards ? expectFault : expectRefusal

  test(`PITFALLS 29: ${name}: an unknown extension twice`, () => {
    const unknown = { type: 0x1234, data: none }
    const script = editExtensions(type, (list) => [unknown, ...list, unknown], options)
    expect(run(carrier, script), to, 'duplicateExtension', 'illegalParameter')
  })

  test(`PITFALLS 29: ${name}: one of its own extensions twice`, () => {
    let doubled = false
    const script = editExtensions(
      type,
      (list) => {
        const [first] = list
        if (first === undefined) return list
        doubled = true
        return [first, ...list]
      },
      options,
    )
    const pair = run(carrier, script)
    if (doubled) expect(pair, to, 'duplicateExtension', 'illegalParameter')
    else assert.is(name, 'NewSessionTicket')
  })

  const misplaced = (Object.keys(extensionTable) as ExtensionName[]).filter(
    (known) => !(context in extensionTable[known]),
  )
  for (const known of misplaced)
    test(`PITFALLS 29: ${name}: ${known} does not belong there`, () => {
      const script = add(carrier, { type: extensionTable[known].type, data: none })
      expect(run(carrier, script), to, 'misplacedExtension', 'illegalParameter')
    })

  test(`PITFALLS 29: ${name}: an extension that is cut short, or followed by a byte`, () => {
    for (const change of [
      (data: Uint8Array) => data.subarray(0, Math.max(0, data.length - 1)),
      (data: Uint8Array) => Uint8Array.of(...data, 0),
    ]) {
      let changed = false
      const script = editExtensions(
        type,
        (list) =>
          list.map((extension, index) => {
            const data = index === 0 ? change(extension.data) : extension.data
            changed ||= data.length !== extension.data.length
            return { ...extension, data }
          }),
        options,
      )
      const pair = run(carrier, script)
      if (!changed) continue
      assert.is(pair[to].fault?.code, 'malformedMessage')
      assert.is(pair[to].fault?.alert, 50)
    }
  })
}

for (const carrier of carriers.filter(({ context }) =>
  ['helloRetryRequest', 'serverHello', 'encryptedExtensions'].includes(context),
)) {
  const { name, context } = carrier
  const known = (Object.keys(extensionTable) as ExtensionName[]).filter(
    (one) => context in extensionTable[one] && one !== 'cookie',
  )
  const offered = new Set([
    'keyShare',
    'supportedVersions',
    'supportedGroups',
    'serverName',
    'alpn',
  ])
  for (const one of known.filter((each) => !offered.has(each)))
    test(`PITFALLS 29: ${name}: ${one} was not asked for`, () => {
      const row: Readonly<Record<string, unknown>> = extensionTable[one]
      const script = add(carrier, { type: extensionTable[one].type, data: sample(row[context]) })
      expectRefusal(run(carrier, script), 'client', 'unsolicitedExtension', 'unsupportedExtension')
    })

  test(`PITFALLS 29: ${name}: an unknown extension, or one of GREASE, was not asked for`, () => {
    for (const type of [0x1234, 0x0a0a, 0xffce]) {
      const pair = run(carrier, add(carrier, { type, data: none }))
      expectRefusal(pair, 'client', 'unsolicitedExtension', 'unsupportedExtension')
    }
  })

  test(`PITFALLS 29: ${name}: nor is one of GREASE answered that the client sent`, () => {
    const profile = { grease: true }
    for (const type of [0x0a0a, 0x1a1a, 0x2a2a, 0x3a3a, 0xfafa]) {
      const pair = run(carrier, add(carrier, { type, data: none }), { profile })
      expectRefusal(pair, 'client', 'unsolicitedExtension', 'unsupportedExtension')
    }
  })
}

/** Some bytes that a codec reads. */
function sample(codec: unknown): Uint8Array {
  const candidates = [none, ...[1, 2, 3, 4, 5, 6].map((length) => new Uint8Array(length).fill(1))]
  const shaped = [
    Uint8Array.of(0, 2, 0, 1, 0),
    Uint8Array.of(0, 2, 0, 1),
    Uint8Array.of(0, 2, 1, 1),
  ]
  for (const data of [...candidates, ...shaped])
    try {
      decode(codec as typeof clientHello, data)
      return data
    } catch {}
  throw new Error('no sample')
}

test('PITFALLS 29: Certificate: extensions that were not asked for, or stand twice', () => {
  const change = (extensions: readonly { type: number; data: Uint8Array }[]) =>
    editWith(messageType.certificate, certificate, (message) => ({
      ...message,
      certificateList: message.certificateList.map((entry) => ({ ...entry, extensions })),
    }))
  const staple = { type: 5, data: Uint8Array.of(1, 0, 0, 1, 7) }
  const unknown = { type: 0x1234, data: none }
  const toClient = (script: Script, options = {}) => connectToScript(script, options).pair.run()
  expectRefusal(
    toClient(change([staple]), { requestStaple: false }),
    'client',
    'unsolicitedExtension',
    'unsupportedExtension',
  )
  expectEstablished(toClient(change([staple])))
  expectRefusal(
    toClient(change([unknown])),
    'client',
    'unsolicitedExtension',
    'unsupportedExtension',
  )
  expectRefusal(
    toClient(change([staple, staple])),
    'client',
    'duplicateExtension',
    'illegalParameter',
  )
  const misplaced = { type: extensionTable.alpn.type, data: none }
  expectRefusal(toClient(change([misplaced])), 'client', 'misplacedExtension', 'illegalParameter')
  const toServer = (script: Script) => scriptConnects(script, client, server).pair.run()
  expectRefusal(
    toServer(change([staple])),
    'server',
    'unsolicitedExtension',
    'unsupportedExtension',
  )
  expectRefusal(
    toServer(change([unknown])),
    'server',
    'unsolicitedExtension',
    'unsupportedExtension',
  )
})

test('PITFALLS 29: Certificate: a certificate_request_context that nobody gave', () => {
  const script = editWith(messageType.certificate, certificate, (message) => ({
    ...message,
    certificateRequestContext: Uint8Array.of(1),
  }))
  expectRefusal(
    connectToScript(script).pair.run(),
    'client',
    'illegalParameter',
    'illegalParameter',
  )
  expectRefusal(
    scriptConnects(script, client, server).pair.run(),
    'server',
    'illegalParameter',
    'illegalParameter',
  )
})

test('PITFALLS 29: CertificateRequest: a context in the handshake, or no signature_algorithms', () => {
  const carrier = carriers.find(({ context }) => context === 'certificateRequest')
  if (carrier === undefined) return
  const script = editExtension(
    carrier.type,
    extensionTable.signatureAlgorithms.type,
    () => undefined,
  )
  expectRefusal(run(carrier, script), 'client', 'missingExtension', 'missingExtension')
})

test('PITFALLS 29: unknown extensions in what the server asks and gives are passed over', () => {
  for (const carrier of carriers)
    if (carrier.context === 'certificateRequest' || carrier.context === 'newSessionTicket')
      for (const type of [0x1234, 0x0a0a])
        expectEstablished(run(carrier, add(carrier, { type, data: Uint8Array.of(1, 2, 3) })))
})

test('the carriers get through when nothing is changed', () => {
  for (const carrier of carriers) {
    const script = editExtensions(carrier.type, (list) => list, carrier.options)
    const pair = run(carrier, script)
    expectEstablished(pair)
    assert.is(pair.client.sessions.length, 2)
  }
})

test.run()
