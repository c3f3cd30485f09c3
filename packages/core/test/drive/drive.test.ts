/** The pump loop, driven by hand: order, back-pressure, late answers, deadlines, endings. */
import { Fault } from '@sanstls/core'
import { Drive, type DriveOptions, TransportError } from '@sanstls/core/drive'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { FakeClock, FakeConnection, FakeTransport, Recorder } from '../support/fake-connection.js'

const drive = suite('drive')

function setUp(options?: DriveOptions) {
  const connection = new FakeConnection()
  const transport = new FakeTransport()
  const clock = new FakeClock()
  const recorder = new Recorder()
  const driven = new Drive(connection, transport, clock, recorder, options)
  return { connection, transport, clock, recorder, driven }
}

const faultCode = (error: unknown) => (error instanceof Fault ? error.code : undefined)

drive('writes the first flight at the start, and the head before anything newer', () => {
  const { connection, transport, recorder, driven } = setUp()
  connection.transmit(new Uint8Array([1, 2]))
  driven.start(new Uint8Array(3))
  assert.is(transport.written.length, 1)
  assert.is(recorder.received, 3)
})

drive('gives a buffer back only after its write has completed', () => {
  const { connection, transport, driven } = setUp()
  const bytes = new Uint8Array([1])
  connection.transmit(bytes)
  driven.start()
  assert.equal(connection.released, [])
  transport.complete()
  assert.ok(connection.released[0] === bytes)
})

drive('never gives a buffer back that the transport passes on by reference', () => {
  const { connection, transport, driven } = setUp()
  transport.copiesWrites = false
  connection.transmit(new Uint8Array([1]))
  driven.start()
  transport.complete()
  assert.equal(connection.released, [])
})

drive('tells the time of the first of many writes, and of the first after they went out', () => {
  const { connection, clock, driven } = setUp()
  driven.start()
  for (let i = 0; i < 3; i++) driven.send(new Uint8Array(1))
  clock.advance(5)
  driven.send(new Uint8Array(1))
  clock.runScheduled()
  driven.send(new Uint8Array(1))
  const told = connection.sendTimes.map((time) => time?.monotonic)
  assert.equal(told, [0, undefined, undefined, undefined, 5])
})

drive('has one write at a time, and gathers what comes meanwhile into the next', () => {
  const { connection, transport, clock, driven } = setUp()
  driven.start()
  driven.send(new Uint8Array(1))
  driven.send(new Uint8Array(1))
  assert.is(transport.written.length, 0, 'written before the tick was over')
  clock.runScheduled()
  assert.is(transport.written.length, 2)
  driven.send(new Uint8Array(1))
  clock.runScheduled()
  assert.is(transport.written.length, 2)
  transport.complete()
  assert.is(transport.written.length, 3)
  assert.is(connection.released.length, 2)
})

drive('takes no more to send than the high-water mark until the transport has written', () => {
  const { connection, transport, recorder, driven } = setUp({ highWater: 1000 })
  connection.sendBound = 300
  driven.start()
  assert.is(driven.send(new Uint8Array(5000)), 1200)
  assert.is(driven.send(new Uint8Array(1)), 0)
  assert.is(recorder.drained, 0)
  transport.complete()
  assert.is(recorder.drained, 0, 'the second write is as large as the mark')
  transport.complete()
  assert.is(recorder.drained, 1)
})

drive('a connection that takes nothing makes no endless loop', () => {
  const { connection, recorder, driven } = setUp()
  connection.sendBound = 0
  driven.start()
  recorder.drain = () => {
    recorder.drained += 1
    driven.send(new Uint8Array(1))
  }
  assert.is(driven.send(new Uint8Array(1)), 0)
  driven.act(() => undefined)
  assert.ok(recorder.drained < 4)
})

drive('does not read while the application does not consume, and goes on where it stopped', () => {
  const { connection, transport, recorder, driven } = setUp()
  driven.start()
  recorder.takes = false
  assert.is(driven.receive(new Uint8Array(300_000)), false)
  const first = recorder.received
  assert.ok(first < 300_000, 'one giant chunk outran the pause')
  assert.equal(transport.calls, [])
  recorder.takes = true
  driven.resume()
  assert.is(recorder.received, 300_000)
  assert.equal(transport.calls, ['resume'])
  assert.is(connection.calls.length, Math.ceil(300_000 / first))
})

drive('keeps what the connection does not take, and does not read more', () => {
  const { connection, transport, recorder, driven } = setUp()
  driven.start()
  connection.receiveBound = 10
  assert.is(driven.receive(new Uint8Array(25)), true, 'three takes')
  connection.receiveBound = 0
  assert.is(driven.receive(new Uint8Array(5)), false)
  connection.receiveBound = 10
  driven.act(() => undefined)
  assert.is(recorder.received, 30)
  assert.equal(transport.calls, ['resume'])
})

drive('keeps no bytes of the transport: it reads others into the same place', () => {
  const { connection, recorder, driven } = setUp()
  driven.start()
  connection.receiveBound = 2
  const seen: number[] = []
  connection.receive = (bytes) => {
    const taken = Math.min(bytes.length, connection.receiveBound)
    seen.push(...bytes.subarray(0, taken))
    return taken
  }
  const place = new Uint8Array([1, 2, 3, 4, 5, 6])
  const outcomes = [driven.receive(place.subarray(0, 3))]
  connection.receiveBound = 0
  outcomes.push(driven.receive(place.subarray(3, 6)))
  place.fill(0)
  connection.receiveBound = 2
  driven.act(() => undefined)
  assert.equal(seen, [1, 2, 3, 4, 5, 6])
  assert.equal(outcomes, [true, false])
  assert.is(recorder.error, undefined)
})

drive('does not read while the peer takes nothing of what it makes us write', () => {
  const { connection, transport, driven } = setUp({ highWater: 100 })
  driven.start()
  connection.transmit(new Uint8Array(200))
  assert.is(driven.receive(new Uint8Array(1)), false)
  transport.complete()
  assert.equal(transport.calls, ['resume'])
})

drive('reads on after close_notify, so that a reset is noticed, and ignores what comes', () => {
  const { connection, recorder, driven } = setUp()
  connection.outputs.push({ kind: 'peerClosed' })
  connection.wantsInput = false
  driven.start()
  connection.receive = (bytes) => bytes.length
  assert.is(driven.receive(new Uint8Array(9)), true)
  driven.fail(new Error('ECONNRESET'))
  assert.equal(recorder.kinds, ['peerClosed', 'failed', 'destroyed'])
})

drive('tells the end of input only after all input', () => {
  const { connection, recorder, driven } = setUp()
  driven.start()
  recorder.takes = false
  driven.receive(new Uint8Array(300_000))
  driven.receiveEnd()
  assert.not(connection.calls.includes('receiveEnd'))
  recorder.takes = true
  driven.resume()
  assert.is(connection.calls.at(-1), 'receiveEnd')
})

drive('answers a decision at once or late', async () => {
  const { connection, recorder, driven } = setUp()
  recorder.decide = () => undefined
  connection.decide()
  driven.start()
  assert.equal(connection.answers, [undefined])
  let settle: (answer: boolean) => void = () => {}
  recorder.decide = () =>
    new Promise<boolean>((resolve) => {
      settle = resolve
    })
  connection.decide()
  driven.act(() => undefined)
  assert.is(connection.answers.length, 1)
  settle(true)
  await Promise.resolve()
  assert.equal(connection.answers, [undefined, true])
})

drive('drops an answer that comes after the end', async () => {
  const { connection, recorder, driven } = setUp()
  recorder.decide = () => Promise.resolve(true)
  connection.decide()
  driven.start()
  driven.abort(new Error('enough'))
  await Promise.resolve()
  assert.equal(connection.answers, [])
})

drive('a hook that throws or rejects fails the connection, with the cause', async () => {
  for (const decide of [
    () => {
      throw new RangeError('no')
    },
    () => Promise.reject(new RangeError('no')),
  ]) {
    const { connection, transport, recorder, driven } = setUp()
    recorder.decide = decide
    connection.decide()
    driven.start()
    await Promise.resolve()
    await Promise.resolve()
    assert.is(faultCode(recorder.error), 'policyFailed')
    assert.instance((recorder.error as Fault).cause, RangeError)
    assert.equal(recorder.kinds, ['failed'])
    // The peer is told, before the transport goes.
    assert.equal(connection.calls.at(-1), 'fail')
    assert.equal(transport.written.at(-1), new Uint8Array([21]))
    transport.complete()
    assert.equal(transport.calls, ['end'])
  }
})

// Many a module says by an error that the padding is wrong; the peer must not see it (RFC 5246 7.4.7.1).
drive('an error in decrypting is an answer: there is no message', async () => {
  for (const decide of [
    () => {
      throw new RangeError('no')
    },
    () => Promise.reject(new RangeError('no')),
  ]) {
    const { connection, transport, recorder, driven } = setUp()
    recorder.decide = decide
    connection.decideDecrypt()
    driven.start()
    await Promise.resolve()
    await Promise.resolve()
    assert.equal(connection.answers, [undefined])
    assert.equal([...connection.calls, ...recorder.kinds, ...transport.written], [])
  }
  const { connection, recorder, driven } = setUp()
  connection.decideDecrypt()
  driven.start()
  assert.is(faultCode(recorder.error), 'policyFailed', 'where nobody decrypts, nothing is hidden')
})

drive('an open decision that nothing answers fails the connection', () => {
  const { connection, recorder, driven } = setUp()
  connection.decide()
  driven.start()
  assert.is(faultCode(recorder.error), 'policyFailed')
})

drive(
  'a data hook that throws fails the connection; a failure hook that throws is not swallowed',
  () => {
    const { recorder, driven } = setUp()
    driven.start()
    Object.assign(recorder, {
      data: () => {
        throw new RangeError('no')
      },
    })
    driven.receive(new Uint8Array(1))
    assert.is(faultCode(recorder.error), 'policyFailed')

    const other = setUp()
    other.driven.start()
    other.recorder.event = () => {
      throw new RangeError('no')
    }
    assert.throws(() => other.driven.abort(new Error('enough')), /no/)
  },
)

drive('a timer that fires early is set again', () => {
  const { connection, clock, driven } = setUp()
  connection.deadline = 100
  driven.start()
  assert.is(clock.deadline, 100)
  clock.deadline = 99
  clock.advance(99)
  assert.not(connection.calls.includes('handleTimeout'))
  assert.is(clock.deadline, 100)
  clock.advance(1)
  assert.ok(connection.calls.includes('handleTimeout'))
  assert.is(clock.deadline, undefined)
})

drive('the handshake has its time and no more', () => {
  const { transport, clock, recorder, driven } = setUp({ handshakeTimeout: 50 })
  driven.start()
  clock.advance(49)
  assert.equal(recorder.kinds, [])
  clock.advance(1)
  assert.is(faultCode(recorder.error), 'timedOut')
  assert.match((recorder.error as Fault).message, /waitServerHello/)
  assert.equal(transport.calls, ['destroy'])
  assert.is(clock.deadline, undefined)
})

drive(
  'after a failure the alert is written, and input drained, before the transport is freed',
  () => {
    const { connection, transport, recorder, driven } = setUp()
    driven.start()
    connection.transmit(new Uint8Array([21]))
    connection.outputs.push({ kind: 'failed', fault: new Fault('badRecordMac', 'test') })
    driven.receive(new Uint8Array())
    driven.act(() => undefined)
    assert.equal(recorder.kinds, ['failed'])
    assert.equal(transport.calls, [])
    transport.complete()
    assert.equal(transport.calls, ['end'])
    assert.is(driven.receive(new Uint8Array(9)), true)
    assert.is(recorder.received, 0)
    transport.completeEnd()
    assert.equal(transport.calls, ['end'])
    driven.receiveEnd()
    assert.equal(transport.calls, ['end', 'destroy'])
    assert.equal(recorder.kinds, ['failed', 'destroyed'])
  },
)

drive('a peer that never ends is waited for only so long', () => {
  const { connection, transport, clock, recorder, driven } = setUp({ linger: 10 })
  driven.start()
  connection.outputs.push({ kind: 'closed' })
  driven.act(() => undefined)
  transport.completeEnd()
  clock.advance(10)
  assert.equal(recorder.kinds, ['closed', 'destroyed'])
  assert.is(clock.deadline, undefined)
})

drive('finish drops what comes, forgives a missing close_notify, and has an end', () => {
  const forgiving = setUp()
  forgiving.driven.start()
  forgiving.driven.finish(1000)
  forgiving.driven.receive(new Uint8Array(5))
  assert.is(forgiving.recorder.received, 0)
  forgiving.connection.outputs.push({ kind: 'failed', fault: new Fault('truncated', 'test') })
  forgiving.driven.receiveEnd()
  assert.equal(forgiving.recorder.kinds, ['closed'])

  const silent = setUp()
  silent.driven.start()
  silent.driven.finish(1000)
  silent.transport.complete()
  silent.clock.advance(1000)
  assert.equal(silent.recorder.kinds, ['closed', 'destroyed'])

  const stuck = setUp()
  stuck.driven.start()
  stuck.driven.send(new Uint8Array(7))
  stuck.driven.finish(1000)
  stuck.clock.advance(1000)
  assert.is(faultCode(stuck.recorder.error), 'timedOut')
  assert.match((stuck.recorder.error as Fault).message, /last 8 bytes/)
})

drive('a failing transport ends the connection, with its error as the cause', () => {
  for (const act of ['write', 'read']) {
    const { connection, transport, recorder, driven } = setUp()
    connection.transmit(new Uint8Array(1))
    driven.start()
    const error = new Error('ECONNRESET')
    if (act === 'write') transport.complete(error)
    else driven.fail(error)
    assert.instance(recorder.error, TransportError)
    assert.is((recorder.error as TransportError).code, 'transportFailed')
    assert.is((recorder.error as TransportError).cause, error)
    assert.equal(transport.calls, ['destroy'])
    driven.fail(error)
    driven.receiveEnd()
    assert.equal(recorder.kinds, ['failed', 'destroyed'])
  }
})

drive('a connection that throws is a failure, not a crash', () => {
  const { connection, recorder, driven } = setUp()
  driven.start()
  connection.receive = () => {
    throw new TypeError('bug')
  }
  driven.receive(new Uint8Array(1))
  assert.is(faultCode(recorder.error), 'internalError')
})

drive('hooks may send, close and abort', () => {
  const { connection, transport, recorder, driven } = setUp()
  Object.assign(recorder, {
    data: (bytes: Uint8Array) => {
      driven.send(bytes)
      driven.close()
      return true
    },
  })
  driven.start()
  driven.receive(new Uint8Array(4))
  assert.equal(
    transport.written.map((bytes) => bytes.length),
    [4, 1],
  )
  Object.assign(recorder, {
    data: () => {
      driven.abort(new Error('enough'))
      return true
    },
  })
  driven.receive(new Uint8Array(4))
  assert.equal(recorder.kinds, ['failed', 'destroyed'])
  assert.is(connection.calls.at(-1), 'abort')
})

drive.run()
