import { describe, expect, it, vi } from 'vitest'
import { interruptible } from '../../src/writer/interruptible.js'

describe('interruptible', () => {
  it('lets waits end by themselves, or by the signal', async () => {
    const controller = new AbortController()
    const waits = interruptible(controller.signal)
    expect(await waits.wait(() => 7)).toBe(7)
    await expect(waits.wait(() => Promise.reject(new Error('own')))).rejects.toThrow('own')
    const hanging = waits.wait(() => new Promise(() => undefined))
    controller.abort('why')

    await expect(hanging).rejects.toBe('why')
    await expect(waits.wait(() => 7)).rejects.toBe('why')
  })

  it('has one listener for any number of waits, and none when disposed', async () => {
    const { signal } = new AbortController()
    const add = vi.spyOn(signal, 'addEventListener')
    const remove = vi.spyOn(signal, 'removeEventListener')
    const waits = interruptible(signal)
    for (let i = 0; i < 100; i += 1) await waits.wait(() => i)
    waits.dispose()

    expect(add).toHaveBeenCalledTimes(1)
    expect(remove).toHaveBeenCalledTimes(1)
  })
})
