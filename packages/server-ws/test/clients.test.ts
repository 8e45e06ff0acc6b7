import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Clients } from '../src/clients.js'
import type { Connection } from '../src/connection.js'

let hasRuns: boolean
const tickRuns = vi.fn(() => hasRuns)
let clients: Clients

function join(withUser = true) {
  let tell: (connection: Connection) => void
  const gone = () => tell(connection as unknown as Connection)
  const user = { close: vi.fn() }
  const connection = {
    user: withUser ? user : undefined,
    close: vi.fn(),
    tick: vi.fn(),
    wake: vi.fn(),
    terminate: vi.fn(gone),
    onClosed: (told: typeof tell) => {
      tell = told
    },
  }
  clients.keep(connection as unknown as Connection)
  return { user, connection, gone }
}

beforeEach(() => {
  vi.useFakeTimers()
  hasRuns = false
  tickRuns.mockClear()
  clients = new Clients(tickRuns, 1_000, () => 7)
})

afterEach(() => void vi.useRealTimers())

describe('Clients', () => {
  it('looks after all of them once a second, and stops when neither they nor runs are left', () => {
    const { connection, gone } = join()
    hasRuns = true
    vi.advanceTimersByTime(2_000)
    expect(connection.tick.mock.calls).toEqual([[7], [7]])
    gone()
    vi.advanceTimersByTime(1_000)
    hasRuns = false
    vi.advanceTimersByTime(1_000)
    expect(tickRuns).toHaveBeenCalledTimes(4)
    vi.advanceTimersByTime(9_000)
    expect(tickRuns).toHaveBeenCalledTimes(4)
    expect(vi.getTimerCount()).toBe(0)
    join()
    vi.advanceTimersByTime(1_000)

    expect(tickRuns).toHaveBeenCalledTimes(5)
  })

  it('wakes those that are quiet when the clock on the wall jumps: tokens end by that', () => {
    let now = 0
    clients = new Clients(tickRuns, 1_000, () => now)
    const { connection } = join()
    const pass = () => {
      now += 1_000
      vi.advanceTimersByTime(1_000)
    }
    pass()
    connection.wake.mockClear()
    pass()
    expect(connection.wake).not.toHaveBeenCalled()
    vi.setSystemTime(Date.now() + 60_000)
    pass()

    expect(connection.wake).toHaveBeenCalledTimes(1)
  })

  it('knows who uses a connection', () => {
    const { user } = join()
    join(false)

    expect([...clients.users()]).toEqual([user])
    expect(clients.size).toBe(2)
  })

  it('waits for who goes by himself, closes who stays, and ends who does not answer', async () => {
    const [polite, slow, deaf, refused] = [join(), join(), join(), join(false)]
    slow.user.close.mockImplementation(slow.gone)
    refused.connection.close.mockImplementation(refused.gone)
    const dismissed = vi.fn()
    void clients.dismiss(5_000).then(dismissed)
    polite.gone()
    await vi.advanceTimersByTimeAsync(4_999)
    expect(slow.user.close).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect([slow, deaf].map(({ user }) => user.close.mock.calls[0]?.[0])).toEqual([1001, 1001])
    expect(refused.connection.close).toHaveBeenCalledTimes(1)
    expect(dismissed).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(2_000)

    expect(deaf.connection.terminate).toHaveBeenCalledTimes(1)
    expect(dismissed).toHaveBeenCalledTimes(1)
    expect([clients.size, vi.getTimerCount()]).toEqual([0, 0])
  })
})
