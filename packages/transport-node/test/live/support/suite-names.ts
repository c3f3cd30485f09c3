/** Names of cipher suites of TLS 1.2, from the registry's to those of OpenSSL and GnuTLS. */

interface Parts {
  /** `ECDHE_RSA`, `RSA`, `PSK_DHE`, … */
  readonly exchange: string
  /** `AES_128_GCM`, `AES_256_CCM_8`, `CHACHA20_POLY1305`, … */
  readonly cipher: string
  readonly hash: string | undefined
}

function partsOf(name: string): Parts {
  const found = /^TLS_(\w+)_WITH_(AES_\d+_[A-Z]+(?:_8)?|CHACHA20_POLY1305)(?:_(SHA\d*))?$/.exec(
    name,
  )
  const [, exchange = '', cipher = '', hash] = found ?? []
  if (found === null) throw new Error(`not a suite of TLS 1.2: ${name}`)
  // The registry turns two names around.
  return { exchange: exchange === 'PSK_DHE' ? 'DHE_PSK' : exchange, cipher, hash }
}

/** Suites of TLS 1.3 name no key exchange. */
export function isOf12(name: string): boolean {
  return name.includes('_WITH_')
}

export function isCbc(name: string): boolean {
  return name.includes('_CBC_')
}

export function opensslName(name: string): string {
  const { exchange, cipher, hash } = partsOf(name)
  const isPsk = exchange.endsWith('PSK')
  const short = cipher
    .replace(/AES_(\d+)_/, 'AES$1-')
    .replace('CCM_8', 'CCM8')
    .replace('_', '-')
    .replace(isPsk ? /$^/ : '-CBC', '')
  // GCM and CBC name their hash, the others do not.
  const tail = /GCM|CBC/.test(cipher) ? hash : undefined
  const head = exchange === 'RSA' ? undefined : exchange.replaceAll('_', '-')
  return [head, short, tail].filter((part) => part !== undefined).join('-')
}

/** As its list of suites has them. */
export function gnutlsName(name: string): string {
  const { exchange, cipher, hash } = partsOf(name)
  const tail = cipher === 'CHACHA20_POLY1305' || /CCM/.test(cipher) ? undefined : hash
  const parts = ['TLS', exchange, cipher, tail === 'SHA' ? 'SHA1' : tail]
  return parts.filter((part) => part !== undefined).join('_')
}

/** The words of a priority string that make GnuTLS offer these suites, and perhaps more. */
export function gnutlsPriority(names: readonly string[]): readonly string[] {
  const parts = names.map(partsOf)
  const mac = ({ cipher, hash }: Parts) =>
    !cipher.endsWith('CBC') ? 'AEAD' : hash === 'SHA' ? 'SHA1' : hash
  const words = [
    ...parts.map(({ exchange }) => exchange.replaceAll('_', '-')),
    ...parts.map(({ cipher }) => cipher.replaceAll('_', '-')),
    ...parts.map(mac),
  ]
  return ['-KX-ALL', '-CIPHER-ALL', '-MAC-ALL', ...new Set(words.map((word) => `+${word}`))]
}
