/** A peer that is a program: its input and output are pipes, and it never outlives its test. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { Collected } from './collected.js'
import type { Scope } from './scope.js'

export interface Spawning {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export class Program {
  /** Fulfilled with all of its output once it has ended. */
  readonly over: Promise<string>
  readonly #child: ChildProcess
  readonly #command: string
  readonly #stdout = new Collected()
  readonly #stderr = new Collected()
  #ended = false
  #watchers: (() => void)[] = []

  constructor(scope: Scope, command: string, args: readonly string[], spawning: Spawning = {}) {
    this.#command = [command, ...args].join(' ')
    const { env, cwd } = spawning
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    })
    this.#child = child
    child.stdout.on('data', (chunk: Buffer) => {
      this.#stdout.add(chunk)
      this.#notify()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr.add(chunk)
      this.#notify()
    })
    // What is written after its end is lost, which the test then notices by itself.
    child.stdin.on('error', () => {})
    this.over = new Promise((resolve) => {
      const end = (): void => {
        this.#ended = true
        this.#notify()
        resolve(this.text)
      }
      child.on('error', (error) => {
        this.#stderr.add(Buffer.from(error.message))
        end()
      })
      child.on('close', end)
    })
    scope.defer(() => this.kill())
    scope.describe(() => `${this.#command}\n${this.text.slice(-4000)}`)
  }

  /** Everything it has said, standard output first. */
  get text(): string {
    return this.#stdout.bytes.toString('latin1') + this.#stderr.bytes.toString('latin1')
  }

  write(data: string | Uint8Array): void {
    this.#child.stdin?.write(data)
  }

  /** Ends its input. */
  end(): void {
    this.#child.stdin?.end()
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Waits until its standard output contains these bytes. */
  async prints(data: string | Uint8Array): Promise<void> {
    const wanted = Buffer.from(data as string)
    await this.#until(`its output has ${wanted.length} bytes of ${brief(wanted)}`, () =>
      this.#stdout.contains(wanted) ? true : undefined,
    )
  }

  /** Waits until what it says matches; returns the first group. */
  async says(pattern: RegExp): Promise<string> {
    return this.#until(`it says ${pattern}`, () => {
      const found = pattern.exec(this.text)
      return found === null ? undefined : (found[1] ?? '')
    })
  }

  async #until<T>(what: string, look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      if (this.#ended) throw new Error(`the program ended before ${what}`)
      await new Promise<void>((resolve) => this.#watchers.push(resolve))
    }
  }

  #notify(): void {
    for (const watcher of this.#watchers.splice(0)) watcher()
  }
}

function brief(data: Buffer): string {
  return JSON.stringify(data.subarray(0, 40).toString('latin1'))
}

/** A port that nobody listens on just now, for servers that cannot be told to take any. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** The first output line of a command, or undefined where it cannot be run. */
export function firstLine(command: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 20_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return status === 0 ? (stdout.split('\n')[0] ?? '').trim() : undefined
}
