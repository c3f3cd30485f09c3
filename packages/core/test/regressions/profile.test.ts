import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { noBytes } from '#src/bytes.js'
import { createClient } from '#src/client.js'
import { OptionError } from '#src/fault.js'
import { addExtension, editWith, instead, nullCredential, seededRandom } from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import { writeExtensions } from '#src/wire/extension.js'
import {
  certificateVerify,
  clientHello,
  helloRetryRequestRandom,
  serverHello,
} from '#src/wire/message.js'
import { isGrease, messageType } from '#src/wire/registry.js'
import { clientConfig, connectToScript, demand } from '../support/connect.js'
import { expectRefusal } from '../support/outcome.js'
import { recordsOf } from '../support/records.js'

const now = { monotonic: 0, unix: 1_800_000_000_000 }

// RFC 9846 4.5.2: the algorithm is one of those in signature_algorithms.
test('a signature scheme that the profile leaves out is not accepted', () => {
  const { pair } = connectToScript(
    editWith(messageType.certificateVerify, certificateVerify, (value) => ({
      ...value,
      algorithm: 0x0807,
    })),
    { profile: { signatureAlgorithms: [0x0403] } },
    { credentials: [nullCredential({ type: 'secp256r1' })] },
  )
  expectRefusal(pair.run(), 'client', 'unofferedSignatureScheme', 'illegalParameter')
})

// RFC 9846 4.2.4: the selected group is one of those in supported_groups.
test('a group that the profile leaves out is not retried with', () => {
  const { pair } = connectToScript(
    instead(messageType.serverHello, (wire, { body }) =>
      wire.message(
        messageType.serverHello,
        encode(serverHello, {
          ...decode(serverHello, body),
          random: helloRetryRequestRandom,
          extensions: writeExtensions('helloRetryRequest', {
            supportedVersions: 0x0304,
            keyShare: 23,
          }),
        }),
      ),
    ),
    { profile: { supportedGroups: [29] } },
  )
  expectRefusal(pair.run(), 'client', 'unofferedGroup', 'illegalParameter')
})

// RFC 8701 3.1: a client rejects GREASE values that the server answers.
test('an answer to a GREASE extension is refused', () => {
  const client = () => ({ profile: { grease: true }, random: seededRandom('grease') })
  const output = createClient(clientConfig(client()), now).poll()
  if (output.kind !== 'transmit') return assert.unreachable(output.kind)
  const hello = decode(clientHello, demand(recordsOf(output.bytes)[0]).fragment.subarray(4))
  const { type } = demand(hello.extensions?.find((extension) => isGrease(extension.type)))
  const script = addExtension(messageType.encryptedExtensions, { type, data: noBytes })
  const { pair } = connectToScript(script, client())
  expectRefusal(pair.run(), 'client', 'unsolicitedExtension', 'unsupportedExtension')
})

test('what a profile may not say is refused', () => {
  const data = noBytes
  const wrong: readonly (readonly [string, object])[] = [
    ['profile.order', { order: [] }],
    ['profile.cipherSuites', { cipherSuites: ['TLS_AES_128_GCM_SHA256'] }],
    ['profile.cipherSuites', { cipherSuites: [0xc02b] }],
    ['profile.supportedGroups', { supportedGroups: [65_536] }],
    ['profile.supportedGroups', { supportedGroups: [] }],
    ['profile.signatureAlgorithms', { signatureAlgorithms: [0x0201] }],
    ['profile.omitExtensions', { omitExtensions: 5 }],
    ['profile.padTo', { padTo: -1 }],
    ['profile.extraExtensions', { extraExtensions: [{ type: 43, data }] }],
    ['profile.extraExtensions', { extraExtensions: [{ type: 42, data }] }],
    ['profile.extraExtensions', { extraExtensions: [{ type: 0x2a2a, data }], grease: true }],
    [
      'profile.extraExtensions',
      {
        extraExtensions: [
          { type: 0xfe0f, data },
          { type: 0xfe0f, data },
        ],
      },
    ],
    ['profile.extraExtensions', { extraExtensions: [{ type: 0xfe0f, data: [] }] }],
  ]
  for (const [option, profile] of wrong)
    assert.throws(
      () => createClient(clientConfig({ profile }), now),
      (error: unknown) => error instanceof OptionError && error.option === option,
      option,
    )
})

test.run()
