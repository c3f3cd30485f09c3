/** Lists of logs: whose timestamps count, and since when. Which list to follow is the caller's choice. */
import type { HashAlgorithm, SubjectPublicKey } from '@sanstls/core'
import { DerError, daysFromCivil, parseSubjectPublicKey } from '@sanstls/core/der'
import { decodeBase64 } from '../base64.js'
import { equalBytes } from '../bytes.js'
import { SctError } from './sct.js'

export interface CtLog {
  /** SHA-256 of the SubjectPublicKeyInfo. */
  readonly id: Uint8Array
  readonly publicKey: SubjectPublicKey
  readonly description: string
  /** Who runs it. */
  readonly operator: string
  /** A retired log's timestamps count where they are older than `since`, and came with the certificate. */
  readonly state: 'pending' | 'qualified' | 'usable' | 'readonly' | 'retired' | 'rejected'
  /** Unix ms since which it is in this state. */
  readonly since: number
  /** Unix ms: the log takes only certificates that expire from `start` on and before `end`. */
  readonly interval: { readonly start: number; readonly end: number } | undefined
}

/**
 * A log from its key.
 * @throws {DerError} where that is malformed.
 */
export function ctLog(
  spki: Uint8Array,
  sha256: HashAlgorithm,
  properties: Partial<Omit<CtLog, 'id' | 'publicKey'>> = {},
): CtLog {
  return {
    description: '',
    operator: '',
    state: 'usable',
    since: 0,
    interval: undefined,
    ...properties,
    id: sha256.hash(spki),
    publicKey: parseSubjectPublicKey(spki),
  }
}

const states: readonly string[] = [
  'pending',
  'qualified',
  'usable',
  'readonly',
  'retired',
  'rejected',
] satisfies CtLog['state'][]

/**
 * Reads a log list in the JSON that Chrome and Apple publish (version 3 of its schema), parsed. Logs without a state are
 * left out: nothing says that they may be relied on.
 * @throws {SctError} where it is no such list, or a log's id is not that of its key.
 */
export function logsFromJson(list: unknown, sha256: HashAlgorithm): CtLog[] {
  const operators = property(list, 'operators')
  if (!Array.isArray(operators)) throw new SctError('a log list without operators')
  return operators.flatMap((operator: unknown) => {
    const name = textOf(operator, 'name')
    const lists = ['logs', 'tiled_logs'].map((kind) => property(operator, kind) ?? [])
    return lists.flat().flatMap((log: unknown) => readLog(log, name, sha256) ?? [])
  })
}

function readLog(log: unknown, operator: string, sha256: HashAlgorithm): CtLog | undefined {
  const description = textOf(log, 'description')
  const state = property(log, 'state')
  if (state === undefined) return undefined
  const [name] = Object.keys(Object(state))
  if (name === undefined || !states.includes(name)) {
    throw new SctError(`log ${description} in an unknown state`)
  }
  const key = decodeBase64(textOf(log, 'key'))
  const id = decodeBase64(textOf(log, 'log_id'))
  const interval = property(log, 'temporal_interval')
  try {
    const read = ctLog(key ?? new Uint8Array(0), sha256, {
      description,
      operator,
      state: name as CtLog['state'],
      since: timeOf(property(state, name), 'timestamp'),
      interval:
        interval === undefined
          ? undefined
          : { start: timeOf(interval, 'start_inclusive'), end: timeOf(interval, 'end_exclusive') },
    })
    if (id !== undefined && equalBytes(read.id, id)) return read
  } catch (error) {
    if (!(error instanceof DerError)) throw error
  }
  throw new SctError(`log ${description} whose key is malformed or has another id`)
}

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined

function textOf(value: unknown, name: string): string {
  const text = property(value, name)
  if (typeof text !== 'string') throw new SctError(`a log list without ${name}`)
  return text
}

/** RFC 3339 in UTC, as these lists have it. */
function timeOf(value: unknown, name: string): number {
  const text = textOf(value, name)
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?Z$/.exec(text)
  if (parts === null) throw new SctError(`a log list with the time ${text}`)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map(Number)
  return (daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second) * 1000
}
