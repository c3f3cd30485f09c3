/** What browsers and Workers ask of their callers, and Node does not. */
import { createClock } from '@sanstls/transport-web/base'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const clocks = suite('clock')

clocks('what schedules is called as a function, which globals of browsers insist on', () => {
  let runs = 0
  const schedule = function (this: unknown, callback: () => void): void {
    // As in WebIDL: undefined stands for the global object, anything else is an illegal invocation.
    assert.is(this, undefined)
    callback()
  }
  createClock(schedule).schedule(() => {
    runs += 1
  })
  assert.is(runs, 1)
})

clocks.run()
