// Shows that the runner works; to be replaced by the first real test.
import { test } from 'uvu'
import { is } from 'uvu/assert'

test('a web stream passes bytes on', async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const written = writer.write(Uint8Array.of(1, 2, 3))
  const { value } = await readable.getReader().read()
  await written
  is(value?.length, 3)
})

test.run()
