import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bindRegistry, createRunRegistry, registryOf, sharedRegistry } from '../src/run-registry.js'

class DeadSocket {
  readyState = 0
  onopen = null
  onmessage = null
  onclose = null
  onerror = null
  send(): void {}
  close(): void {}
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const options = { url: 'ws://127.0.0.1:9/ws', WebSocket: DeadSocket }
const monitor = () => ({ close: vi.fn() })

describe('createRunRegistry', () => {
  it('gives everybody the same run, and forgets it a moment after the last has left', () => {
    const registry = createRunRegistry(options)
    const [first, second] = [monitor(), monitor()]
    const run = registry.join(first, 'r')
    expect(registry.join(second, 'r')).toBe(run)
    registry.leave(first, run)
    registry.leave(second, run)
    vi.advanceTimersByTime(249)
    expect(registry.join(first, 'r')).toBe(run)
    registry.leave(first, run)
    vi.advanceTimersByTime(250)

    expect(registry.join(first, 'r')).not.toBe(run)
    registry.close()
  })

  it('keeps a run that has ended for those who come later', () => {
    const registry = createRunRegistry(options)
    const first = monitor()
    const run = registry.join(first, 'r')
    run.take({
      type: 'events',
      run_id: 'r',
      epoch: '1',
      from: 1,
      to: 1,
      events: [{ update_type: 'complete', status: 'completed', result: 1, seq: 1, ts: 0 }],
    })
    run.end()
    registry.leave(first, run)
    vi.advanceTimersByTime(10_000)

    expect(registry.join(first, 'r')).toBe(run)
    registry.close()
  })

  it('closes its monitors with itself, and takes none after', () => {
    const registry = createRunRegistry(options)
    const first = monitor()
    registry.join(first, 'r')
    registry.close()

    expect(first.close).toHaveBeenCalledTimes(1)
    expect(() => registry.join(first, 'r')).toThrow(/closed/)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('sharedRegistry', () => {
  it('is one for the same address, token function, protocol and WebSocket', () => {
    const getToken = () => null
    const own = sharedRegistry(options)

    expect(sharedRegistry({ ...options })).toBe(own)
    expect(sharedRegistry({ ...options, protocol: 'llmmon' })).toBe(own)
    expect(sharedRegistry({ ...options, protocol: 'plain' })).not.toBe(own)
    expect(sharedRegistry({ ...options, getToken })).not.toBe(own)
    expect(sharedRegistry({ ...options, url: 'ws://127.0.0.1:10/ws' })).not.toBe(own)
  })
})

describe('sharedRegistry with a token function', () => {
  it('is let go when nobody shows its runs any more', () => {
    const getToken = () => null
    const registry = sharedRegistry({ ...options, getToken })
    const first = monitor()
    const run = registry.join(first, 'r')
    registry.leave(first, run)
    vi.advanceTimersByTime(250)

    expect(sharedRegistry({ ...options, getToken })).not.toBe(registry)
  })
})

describe('bindRegistry', () => {
  it('lets a client be recognised', () => {
    const client = {}
    const registry = createRunRegistry(options)
    bindRegistry(client, registry)

    expect(registryOf(client)).toBe(registry)
  })
})

describe('registryOf', () => {
  it('knows no stranger', () => {
    expect(registryOf({})).toBeUndefined()
  })
})
