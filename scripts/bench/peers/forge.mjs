/** node-forge: the other TLS in JavaScript. It stops at TLS 1.1 with RSA and CBC, so its rows compare speed, not suites. */
import forge from 'node-forge'

export function makePeer() {
  const keys = forge.pki.rsa.generateKeyPair({ bits: 2048 })
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = keys.publicKey
  certificate.serialNumber = '01'
  certificate.validity.notBefore = new Date(Date.now() - 86_400_000)
  certificate.validity.notAfter = new Date(Date.now() + 86_400_000)
  const subject = [{ name: 'commonName', value: 'localhost' }]
  certificate.setSubject(subject)
  certificate.setIssuer(subject)
  certificate.sign(keys.privateKey, forge.md.sha256.create())
  const pem = forge.pki.certificateToPem(certificate)
  const keyPem = forge.pki.privateKeyToPem(keys.privateKey)
  const store = [pem]
  const open = () => handshake(pem, keyPem, store)
  return {
    handshake: () => {
      const { pair, facts } = open()
      return { pair, facts, session: undefined }
    },
    open: () => open().pair,
    send: transfer,
    close() {},
  }
}

function handshake(pem, keyPem, store) {
  const pair = { received: 0 }
  const suites = [forge.tls.CipherSuites.TLS_RSA_WITH_AES_128_CBC_SHA]
  const fail = (_, error) => {
    throw new Error(`bench: forge: ${error.message}`)
  }
  pair.client = forge.tls.createConnection({
    server: false,
    caStore: forge.pki.createCaStore(store),
    cipherSuites: suites,
    virtualHost: 'localhost',
    verify: (_, verified) => verified,
    connected: () => {},
    tlsDataReady: (connection) => pair.server.process(connection.tlsData.getBytes()),
    dataReady: (connection) => connection.data.getBytes(),
    closed: () => {},
    error: fail,
  })
  pair.server = forge.tls.createConnection({
    server: true,
    cipherSuites: suites,
    getCertificate: () => pem,
    getPrivateKey: () => keyPem,
    connected: () => {},
    tlsDataReady: (connection) => pair.client.process(connection.tlsData.getBytes()),
    dataReady: (connection) => {
      pair.received += connection.data.getBytes().length
    },
    closed: () => {},
    error: fail,
  })
  pair.client.handshake()
  if (!pair.client.isConnected || !pair.server.isConnected)
    throw new Error('bench: forge did not connect')
  return {
    pair,
    facts: { version: 'TLSv1.1', suite: 'TLS_RSA_WITH_AES_128_CBC_SHA', group: 'rsa', chain: 1 },
  }
}

function transfer(pair, bytes, times) {
  const text = forge.util.binary.raw.encode(bytes)
  pair.received = 0
  for (let i = 0; i < times; i++) pair.client.prepare(text)
  if (pair.received !== bytes.length * times) throw new Error('bench: forge lost bytes')
}
