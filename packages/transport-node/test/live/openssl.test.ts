import { clientOptions, serverOptions } from './cases/options.js'
import { openssl } from './peers/openssl.js'
import { runLive } from './support/all.js'
import { authority } from './support/authority.js'

const records = [
  { item: 'padded records', args: ['-record_padding', '1000'] },
  { item: 'records of 512 bytes', args: ['-max_send_frag', '512'] },
]

runLive(
  openssl,
  serverOptions([
    ...records,
    // It cannot go on behind a change_cipher_spec, its own client's included.
    {
      item: 'a HelloRetryRequest with a cookie',
      args: ['-stateless'],
      ours: { middleboxCompatibility: false },
      retries: true,
    },
    { item: 'stateful tickets', args: ['-no_ticket'] },
    { item: 'no ticket', args: ['-num_tickets', '0'] },
    { item: 'nine tickets', args: ['-num_tickets', '9'] },
    { item: 'client certificates asked for', args: ['-verify', '1'] },
  ]),
  clientOptions([
    ...records,
    ...['SHA256', 'SHA384', 'SHA512'].map((hash) => ({
      item: `RSA-PSS with ${hash} only`,
      args: ['-sigalgs', `rsa_pss_rsae_${hash.toLowerCase()}:ECDSA+SHA256:ECDSA+SHA384`],
      kind: 'RSA 2048' as const,
      says: new RegExp(`Peer signing digest: ${hash}`),
    })),
    { item: 'a fallback signal', args: ['-fallback_scsv'] },
    { item: 'empty extensions of numbers unknown', args: ['-serverinfo', '60000,60001'] },
    { item: 'names of authorities', args: ['-requestCAfile', authority.file] },
    { item: 'signed certificate timestamps asked for', args: ['-ct', '-noct'] },
    { item: 'ChaCha20 first', args: ['-ciphersuites', 'TLS_CHACHA20_POLY1305_SHA256'] },
  ]),
)
