/** The module of AES-GCM and ChaCha20-Poly1305, and of what header masks need. */
import * as aead from './aead.mjs'
import * as aes from './aes.mjs'
import * as chacha from './chacha.mjs'
import * as gcm from './gcm.mjs'
import * as ghash from './ghash.mjs'
import { layout } from './layout.mjs'
import * as poly1305 from './poly1305.mjs'

export const aeads = {
  data: [
    [layout.sbox, aes.sbox],
    [layout.chachaConstant, chacha.constant],
  ],
  layout,
  /** What the JavaScript side has to know. */
  addresses: [
    'nonce',
    'head',
    'chachaKey',
    'roundKeys',
    'roundKeysEnd',
    'gcmKeyState',
    'gcmKeyStateEnd',
    'base',
  ],
  functions: [aead, chacha, poly1305, aes, ghash, gcm].flatMap(({ functions }) => functions),
}
