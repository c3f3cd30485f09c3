/** What a test has opened, to be closed when it ends, however it ends. */
export interface Scope {
  defer(cleanUp: () => void): void
  /** Something to read where the test fails. */
  describe(text: () => string): void
}

/** Runs a test within a time limit, and cleans up after it. */
export async function inScope(limit: number, run: (scope: Scope) => Promise<void>): Promise<void> {
  const cleanUps: (() => void)[] = []
  const texts: (() => string)[] = []
  const scope: Scope = {
    defer: (cleanUp) => cleanUps.unshift(cleanUp),
    describe: (text) => texts.push(text),
  }
  let timer: NodeJS.Timeout | undefined
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limit / 1000} s`)), limit)
  })
  try {
    await Promise.race([run(scope), expiry])
  } catch (error) {
    for (const text of texts) console.log(`\n${text()}`)
    throw error
  } finally {
    clearTimeout(timer)
    for (const cleanUp of cleanUps) cleanUp()
  }
}
