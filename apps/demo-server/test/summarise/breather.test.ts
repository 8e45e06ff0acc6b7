import { describe, expect, it } from 'vitest'
import { createBreather } from '../../src/summarise/breather.js'

describe('createBreather', () => {
  it('lets others have their turn while it rests', async () => {
    const breather = createBreather(undefined, 0)
    let others = 0
    setImmediate(() => (others += 1))

    expect(breather.isDue).toBe(true)
    await breather.rest()

    expect(others).toBe(1)
  })

  it('is not due within a slice', () => {
    expect(createBreather(undefined, 60_000).isDue).toBe(false)
  })

  it('throws the reason of the signal, also of one that aborts during the rest', async () => {
    const controller = new AbortController()
    const breather = createBreather(controller.signal)
    const resting = breather.rest()
    controller.abort(new Error('enough'))

    await expect(resting).rejects.toThrow('enough')
    await expect(breather.rest()).rejects.toThrow('enough')
  })
})
