/** What BoringSSL's shim does as a program, here for one invocation in a process that stays. */
import { randomBytes } from 'node:crypto'
import { createClient, createServer, OptionError, type Session, type Time } from '@sanstls/core'
import { Unexpected } from './checks.js'
import type { Seen } from './choose.js'
import { clientConfig, serverConfig } from './configure.js'
import { loadCredentials } from './credentials.js'
import { Exchange, Failed } from './exchange.js'
import { Refused } from './exports.js'
import { type Flags, type Invocation, parseFlags, Unimplemented, versions } from './flags.js'
import type { Shared } from './sessions.js'
import { Wire } from './wire.js'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Why the test was not run. */
  readonly unimplemented?: string
}

const tls12 = 0x0303
const protocolVersionAlert = 70
const [succeeded, failed, notImplemented, mustNotPass] = [0, 1, 89, 90]

export async function runShim(args: readonly string[]): Promise<Outcome> {
  try {
    const invocation = parseFlags(args)
    if (invocation.initial['is-handshaker-supported'])
      return { code: succeeded, stdout: 'No\n', stderr: '' }
    checkVersions(invocation)
    await connectAll(invocation)
    return { code: succeeded, stdout: '', stderr: '' }
  } catch (thrown) {
    return outcomeOf(thrown)
  }
}

async function connectAll({ initial, resume, retry }: Invocation): Promise<void> {
  const shared: Shared = {
    ticketKey: { name: randomBytes(16), key: randomBytes(32) },
    tickets: new Map(),
  }
  let session: Session | undefined
  // The clock of a test stands still, but for the delays that it asks for.
  let now = { monotonic: performance.now(), unix: Date.now() }
  for (let index = 0; index <= (initial['resume-count'] ?? 0); index++) {
    const resumption = index > 0
    const flags = resumption ? resume : initial
    if (resumption && !initial.server && session === undefined)
      throw new Unexpected('no session to offer')
    session = await connectOnce({ flags, retry, resumption, shared, session, now })
    const delay = (flags['resumption-delay'] ?? 0) * 1000
    now = { monotonic: now.monotonic + delay, unix: now.unix + delay }
  }
}

interface Once {
  readonly flags: Flags
  readonly retry: Flags
  readonly resumption: boolean
  readonly shared: Shared
  readonly session: Session | undefined
  readonly now: Time
}

async function connectOnce(once: Once): Promise<Session | undefined> {
  const { flags, retry, resumption, shared, session, now } = once
  const seen: Seen = {
    verified: 0,
    selected: -1,
    trace: '',
    established: false,
    inForce: undefined,
    tls13Keys: false,
    peerVersions: [],
    keylog: [],
    helloRequests: 0,
    saved: 0,
    refusal: undefined,
  }
  const credentials = loadCredentials(flags, (index) => {
    seen.selected = index
  })
  const connection = flags.server
    ? createServer(serverConfig(flags, credentials, shared, seen), now)
    : createClient(clientConfig(flags, credentials, session, seen), now)
  const id = BigInt(flags['shim-id'] ?? '0')
  const wire = await Wire.open(flags.port ?? 0, flags.ipv6, id)
  const setting = { connection, wire, flags, retry, resumption, credentials, shared, seen }
  try {
    return await new Exchange(setting).run()
  } catch (thrown) {
    if (thrown instanceof Failed) checkVersionFault(thrown, flags, seen)
    if (thrown instanceof Error) thrown.message += `\n${seen.trace}`
    throw thrown
  } finally {
    await wire.finish()
  }
}

const older = 'TLS 1.1 and older come with the legacy entry point'

function checkVersions({ initial, resume }: Invocation): void {
  for (const flags of initial['resume-count'] === undefined ? [initial] : [initial, resume]) {
    const allowed = versions(flags)
    if (allowed.length > 0 && !allowed.some((version) => version >= tls12))
      throw new Unimplemented(older)
  }
}

/** The peer wants an older version and none of ours, and the runner supposes that we have it. */
function checkVersionFault({ fault }: Failed, flags: Flags, seen: Seen): void {
  const allowed = versions(flags)
  const [ours, supposed] = [
    allowed.filter((version) => version >= tls12),
    allowed.filter((version) => version < tls12),
  ]
  const names = (list: readonly number[]) => seen.peerVersions.some((one) => list.includes(one))
  const wanted =
    fault.code === 'noCommonVersion'
      ? names(supposed) && !names(ours)
      : fault.code === 'alertReceived' &&
        fault.alert === protocolVersionAlert &&
        supposed.length > 0 &&
        !flags.server
  // A renegotiation may not change it anyway.
  if (wanted && !seen.established) throw new Unimplemented(older)
}

function outcomeOf(thrown: unknown): Outcome {
  if (thrown instanceof Unimplemented)
    return {
      code: notImplemented,
      stdout: '',
      stderr: `${thrown.message}\n`,
      unimplemented: thrown.message,
    }
  if (thrown instanceof Failed) {
    const { fault, message, reason } = thrown
    const cause = fault.cause instanceof Error ? fault.cause : undefined
    if (cause instanceof Unexpected || cause instanceof Unimplemented) return outcomeOf(cause)
    // An internal error is a bug, whatever the test expects.
    const code = fault.code === 'internalError' ? mustNotPass : failed
    const detail = cause === undefined ? '' : `\n${cause.stack}`
    return { code, stdout: '', stderr: `:${reason}: ${message}${detail}\n` }
  }
  if (thrown instanceof Refused)
    return { code: failed, stdout: '', stderr: `:refused: ${thrown.message}\n` }
  // A test of a configuration without versions is the only one that may fail so.
  if (thrown instanceof OptionError && thrown.option === 'versions')
    return { code: failed, stdout: '', stderr: `:optionError: ${thrown.message}\n` }
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  return { code: mustNotPass, stdout: '', stderr: `shim: ${text}\n` }
}
