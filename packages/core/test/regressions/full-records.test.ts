/** Data that fills its last record exactly was sealed, and never transmitted. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { connect } from '../support/connect.js'

for (const writes of [[16_384], [512, 15_872], [32_768], [1, 16_384, 16_383]]) {
  test(`writes of ${writes.join(', ')} bytes arrive`, () => {
    const pair = connect().run()
    for (const length of writes) pair.client.send(new Uint8Array(length).fill(7))
    pair.run()
    assert.is(
      pair.server.data.length,
      writes.reduce((sum, length) => sum + length, 0),
    )
  })
}

test.run()
