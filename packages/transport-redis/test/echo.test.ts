import { describe, expect, it, vi } from 'vitest'
import { Echo } from '../src/echo.js'

function channels(subscribe: () => Promise<void> = async () => undefined) {
  return { subscribe: vi.fn(subscribe), unsubscribe: vi.fn() }
}

describe('Echo', () => {
  it('is well when its message comes back, and leaves the channel', async () => {
    const own = channels()
    const echo: Echo = new Echo(async (channel, message) => (echo.heard(channel, message) ? 1 : 0))

    expect(await echo.probe('{a}:live', own)).toBe(true)
    const [channel] = own.subscribe.mock.calls[0] as unknown as [string]
    expect(channel).toMatch(/^\{a\}:echo:/)
    expect(own.unsubscribe).toHaveBeenCalledWith(channel)
    expect(echo.heard(channel, 'late')).toBe(false)
  })

  it('is not well when nothing comes, or only something else', async () => {
    vi.useFakeTimers()
    const echo: Echo = new Echo(async (channel) => (echo.heard(channel, 'other') ? 1 : 0))
    const probe = echo.probe('{a}:live', channels())
    await vi.advanceTimersByTimeAsync(2_000)
    vi.useRealTimers()

    expect(await probe).toBe(false)
  })

  it.each([
    ['Command timed out', false],
    ['Connection is closed.', false],
    ['MOVED 3 127.0.0.1:1', true],
    ['CLUSTERDOWN The cluster is down', true],
  ])('takes "%s" on subscribing for a link that is well: %s', async (message, isWell) => {
    const failing = channels(() => Promise.reject(new Error(message)))

    expect(await new Echo(async () => 1).probe('{a}:live', failing)).toBe(isWell)
  })

  it('says nothing against a link when nothing could be published, or while it is asked already', async () => {
    const echo = new Echo(() => Promise.reject(new Error('down')))
    const answers = await Promise.all([echo.probe('{a}:live', channels()), echo.probe('{a}:live', channels())])

    expect(answers).toEqual([true, true])
  })

  it('leaves messages of other channels to others', () => {
    expect(new Echo(async () => 1).heard('c', 'x')).toBe(false)
  })
})
