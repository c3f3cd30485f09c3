/** The openssl command, in a directory of its own that goes when the process does. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Openssl {
  /** Runs it; throws with what it printed where it fails. */
  run(...args: string[]): string
  /** Its output and its exit status. */
  attempt(...args: string[]): { readonly ok: boolean; readonly output: string }
  write(name: string, contents: string | Uint8Array): void
  read(name: string): Uint8Array<ArrayBuffer>
  text(name: string): string
}

/** Undefined, with a line that says so, where there is no openssl of version 3. */
export function findOpenssl(what: string): Openssl | undefined {
  const version = spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? ''
  if (!/^OpenSSL 3\./.test(version)) {
    console.log(`SKIP ${what}: needs the openssl command of version 3`)
    return undefined
  }
  const directory = mkdtempSync(join(tmpdir(), 'sanstls-x509-'))
  process.once('exit', () => rmSync(directory, { recursive: true }))
  const spawn = (args: string[]) =>
    spawnSync('openssl', args, { cwd: directory, encoding: 'utf8', input: '' })
  const path = (name: string): string => join(directory, name)
  return {
    run(...args) {
      const { status, stdout, stderr } = spawn(args)
      if (status !== 0) throw new Error(`openssl ${args.join(' ')}\n${stderr}${stdout}`)
      return stdout
    },
    attempt(...args) {
      const { status, stdout, stderr } = spawn(args)
      return { ok: status === 0, output: stdout + stderr }
    },
    write: (name, contents) => writeFileSync(path(name), contents),
    read: (name) => new Uint8Array(readFileSync(path(name))),
    text: (name) => readFileSync(path(name), 'utf8'),
  }
}
