/** A provider that does what another does, and keeps every call, to be made again with the same arguments. */

/** @returns the provider, and the calls so far: functions without arguments. */
export function recording(inner) {
  const calls = []
  /** Calls now, and keeps the call. Arguments that the caller may change have to be copies. */
  const record = (call) => {
    calls.push(call)
    return call()
  }
  const hashes = new Map(inner.hashes.map((hash) => [hash.name, recordedHash(hash, record)]))
  const provider = {
    name: inner.name,
    suites: inner.suites.map((suite) => ({
      ...suite,
      hash: hashes.get(suite.hash.name),
      aead: recordedAead(suite.aead, record),
    })),
    groups: inner.groups.map((group) => recordedGroup(group, record)),
    signatures: inner.signatures.map((signature) => ({
      name: signature.name,
      supports: (key) => signature.supports(key),
      verify: (...given) => record(() => signature.verify(...given)),
    })),
    hashes: [...hashes.values()],
    importPrivateKey(pkcs8) {
      const key = inner.importPrivateKey(pkcs8)
      return {
        publicKey: key.publicKey,
        algorithms: key.algorithms,
        sign: (algorithm, message, random) => record(() => key.sign(algorithm, message, random)),
      }
    },
    describe: () => inner.describe(),
  }
  return { provider, calls }
}

function recordedHash(hash, record) {
  const { name, outputLength, blockLength } = hash
  // The state stands in a slot, so that repeating the calls repeats them on new states.
  const running = (slot) => ({
    update(data) {
      const copy = data.slice()
      record(() => slot.state.update(copy))
    },
    digest: () => record(() => slot.state.digest()),
    clone() {
      const copy = {}
      record(() => {
        copy.state = slot.state.clone()
      })
      return running(copy)
    },
  })
  return {
    name,
    outputLength,
    blockLength,
    hash(data) {
      const copy = data.slice()
      return record(() => hash.hash(copy))
    },
    hmac(key, data) {
      const [keyCopy, copy] = [key.slice(), data.slice()]
      return record(() => hash.hmac(keyCopy, copy))
    },
    create() {
      const slot = {}
      record(() => {
        slot.state = hash.create()
      })
      return running(slot)
    },
  }
}

function recordedAead(aead, record) {
  return {
    ...aead,
    create(key) {
      const copy = key.slice()
      const slot = {}
      record(() => {
        slot.key = aead.create(copy)
      })
      return {
        seal(nonce, aad, input, trailer, out, outOffset) {
          const copies = [nonce, aad, input, trailer].map((bytes) => bytes.slice())
          const length = slot.key.seal(...copies, out, outOffset)
          const scratch = new Uint8Array(length)
          record(() => slot.key.seal(...copies, scratch, 0))
          return length
        },
        open(nonce, aad, input) {
          const copies = [nonce, aad, input].map((bytes) => bytes.slice())
          return record(() => slot.key.open(...copies))
        },
        wipe() {},
      }
    },
  }
}

function recordedGroup(group, record) {
  return {
    ...group,
    generate(random) {
      const slot = {}
      record(() => {
        slot.pair = group.generate(random)
      })
      const { pair } = slot
      return {
        share: pair.share,
        decapsulate(share) {
          const copy = share.slice()
          record(() => slot.pair.decapsulate(copy))
          return pair.decapsulate(copy)
        },
        wipe() {},
      }
    },
    encapsulate(share, random) {
      const copy = share.slice()
      let answer
      record(() => {
        answer = group.encapsulate(copy, random)
        return answer
      })
      return answer
    },
  }
}
