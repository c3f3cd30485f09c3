import { clientOptions, serverOptions } from './cases/options.js'
import { openssl12 } from './peers/openssl.js'
import { runLive12 } from './support/all12.js'
import { authority } from './support/authority.js'

const records = [
  { item: 'records of 512 bytes', args: ['-max_send_frag', '512'] },
  { item: 'workarounds for the bugs of others', args: ['-bugs'] },
]

runLive12(
  openssl12,
  serverOptions([
    ...records,
    { item: 'no sessions', args: ['-no_ticket', '-no_cache'] },
    { item: 'session ids with a prefix', args: ['-no_ticket', '-id_prefix', 'prefix'] },
    { item: 'client certificates asked for', args: ['-verify', '1'] },
    { item: 'its own order of suites', args: ['-serverpref'] },
    { item: 'a group of its own', args: ['-named_curve', 'P-521'] },
  ]),
  clientOptions([
    ...records,
    ...['SHA256', 'SHA384', 'SHA512'].flatMap((hash) =>
      (['RSA', 'RSA-PSS'] as const).map((type) => ({
        item: `${type} with ${hash} only`,
        args: ['-sigalgs', `${type}+${hash}:ECDSA+SHA256:ECDSA+SHA384`],
        kind: 'RSA 2048' as const,
        says: new RegExp(`Peer signing digest: ${hash}\\nPeer signature type: ${type}\\n`),
      })),
    ),
    { item: 'empty extensions of numbers unknown', args: ['-serverinfo', '60000,60001'] },
    { item: 'names of authorities', args: ['-requestCAfile', authority.file] },
    { item: 'next_protocol_negotiation offered', args: ['-nextprotoneg', 'http/1.1'] },
    { item: 'compression offered', args: ['-comp'] },
    { item: 'ChaCha20 first', args: ['-cipher', 'CHACHA20:DEFAULT'] },
  ]),
)
