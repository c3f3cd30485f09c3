/** Turns inline policies into decisions that are answered later, by the same policies. */
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { schemeById } from '#src/crypto/scheme.js'
import type { Answers, Credential, Decision } from '#src/decision.js'
import { type Side, seededRandom } from '#src/testing.js'
import { demand } from './connect.js'

type Config = ClientConfig | ServerConfig

export function lateClient(config: ClientConfig): ClientConfig {
  return {
    ...config,
    ...late(config),
    ...(config.choosePsk === undefined ? {} : { choosePsk: 'decide' as const }),
  }
}

export function lateServer(config: ServerConfig): ServerConfig {
  const { configure, lookupPsk, tickets, earlyData } = config
  return {
    ...config,
    ...late(config),
    ...(configure === undefined ? {} : { configure: 'decide' as const }),
    ...(lookupPsk === undefined ? {} : { lookupPsk: 'decide' as const }),
    ...(tickets?.store === undefined
      ? {}
      : { tickets: { ...tickets, store: { save: tickets.store.save, take: 'decide' as const } } }),
    ...(earlyData === undefined ? {} : { earlyData: { ...earlyData, replay: 'decide' as const } }),
  }
}

function late({ verify, credentials }: Config): Partial<Pick<Config, 'verify' | 'credentials'>> {
  return {
    ...(typeof verify === 'function' ? { verify: 'decide' as const } : {}),
    ...(typeof credentials === 'function' || Array.isArray(credentials)
      ? { credentials: 'decide' as const }
      : {}),
  }
}

/** Answers as the policies of the configurations would have. */
export function answerLate(
  client: ClientConfig,
  server: ServerConfig,
): (decision: Decision, side: Side) => void {
  return (decision, side) => {
    const config = side.connection.role === 'client' ? client : server
    switch (decision.kind) {
      case 'configure':
        side.answer('configure', ask(server.configure, decision))
        break
      case 'psk':
        side.answer('psk', ask(server.lookupPsk, decision))
        break
      case 'pskHint':
        side.answer('pskHint', ask(client.choosePsk, decision))
        break
      case 'session':
        side.answer('session', ask(server.tickets?.store?.take, decision))
        break
      case 'replay':
        side.answer('replay', ask(server.earlyData?.replay, decision))
        break
      case 'verify':
        side.answer('verify', ask(config.verify, decision))
        break
      case 'credential':
        side.answer('credential', credentialFor(config, decision))
        break
      case 'sign': {
        const { key } = demand(originals.get(decision.credential))
        const scheme = demand(schemeById(decision.scheme))
        if (key === 'decide') throw new Error('a key is needed')
        side.answer('sign', key.sign(scheme.algorithm, decision.message, seededRandom('sign')))
        break
      }
      case 'decrypt': {
        const { key } = demand(originals.get(decision.credential))
        if (key === 'decide') throw new Error('a key is needed')
        const none = new Uint8Array(48)
        side.answer('decrypt', key.decrypt?.(decision.ciphertext, none, seededRandom('decrypt')))
        break
      }
    }
  }
}

/** The policy's answer; whatever else stands in its place is a mistake of the test. */
function ask<K extends Decision['kind']>(
  policy: unknown,
  decision: Extract<Decision, { kind: K }>,
): Answers[K] {
  if (typeof policy !== 'function') throw new Error(`no ${decision.kind} policy`)
  return policy(decision) as Answers[K]
}

const originals = new WeakMap<Credential, Credential>()

function credentialFor(
  { credentials }: Config,
  decision: Extract<Decision, { kind: 'credential' }>,
): Credential | undefined {
  const chosen = typeof credentials === 'function' ? credentials(decision) : credentials?.[0]
  if (chosen === undefined || typeof chosen === 'string') return undefined
  const credential: Credential = { ...chosen, key: 'decide' }
  originals.set(credential, chosen)
  return credential
}
