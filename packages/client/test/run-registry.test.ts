import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bindRegistry, RunRegistry, registryOf, sharedRegistry } from '../src/run-registry.js'
import type { RunListener } from '../src/watched-run.js'

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
const listener: RunListener = { advanced: () => undefined, failed: () => undefined, ended: () => undefined }
const monitor = () => ({ close: vi.fn() })

describe('RunRegistry', () => {
  it('gives everybody the same run, and forgets it a moment after the last has left', () => {
    const registry = new RunRegistry(options)
    const [first, second] = [monitor(), monitor()]
    const run = registry.join(first, 'r', listener)
    expect(registry.join(second, 'r', listener)).toBe(run)
    registry.leave(first, run, listener)
    registry.leave(second, run, listener)
    vi.advanceTimersByTime(249)
    expect(registry.join(first, 'r', listener)).toBe(run)
    registry.leave(first, run, listener)
    vi.advanceTimersByTime(250)

    expect(registry.join(first, 'r', listener)).not.toBe(run)
    registry.close()
  })

  it('keeps a run that has ended for those who come later', () => {
    const registry = new RunRegistry(options)
    const first = monitor()
    const run = registry.join(first, 'r', listener)
    run.take({
      type: 'events',
      run_id: 'r',
      epoch: '1',
      from: 1,
      to: 1,
      events: [{ update_type: 'complete', status: 'completed', result: 1, seq: 1, ts: 0 }],
    })
    run.end()
    registry.leave(first, run, listener)
    vi.advanceTimersByTime(10_000)

    expect(registry.join(first, 'r', listener)).toBe(run)
    registry.close()
  })

  it('closes its monitors with itself, and takes none after', () => {
    const registry = new RunRegistry(options)
    const first = monitor()
    registry.join(first, 'r', listener)
    registry.close()

    expect(first.close).toHaveBeenCalledTimes(1)
    expect(() => registry.join(first, 'r', listener)).toThrow(/closed/)
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
    const run = registry.join(first, 'r', listener)
    registry.leave(first, run, listener)
    vi.advanceTimersByTime(250)

    expect(sharedRegistry({ ...options, getToken })).not.toBe(registry)
  })
})

describe('bindRegistry', () => {
  it('lets a client be recognised', () => {
    const client = {}
    const registry = new RunRegistry(options)
    bindRegistry(client, registry)

    expect(registryOf(client)).toBe(registry)
  })
})

describe('registryOf', () => {
  it('knows no stranger', () => {
    expect(registryOf({})).toBeUndefined()
  })
})
