import { createMonitorClient } from '@llmmon/client'
import { memoryTransport, monitorChain, type RunEvent } from '@llmmon/core'
import { allowAnyone, createMonitorServer } from '@llmmon/server-ws'
import { listen, tcpProxy } from '@llmmon/testkit'
import { expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'

const cuts = 200

// A generator of its own, so that a failure can be run again: the seed is in the message.
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

it(`leaves a viewer with every event once, in order, wherever its socket is cut (${cuts} random points)`, async () => {
  const transport = memoryTransport()
  const http = await listen()
  const server = createMonitorServer({ transport, authorize: allowAnyone, limits: { framesPerSecond: 1_000 } })
  server.attach(http.server)
  const proxy = await tcpProxy(http.port)
  // Waiting is not what is tested: the client comes back at once.
  const random = vi.spyOn(Math, 'random').mockReturnValue(0)
  const seed = 20_261_124
  const next = randomFrom(seed)
  const client = createMonitorClient({ url: `ws://127.0.0.1:${proxy.port}/ws`, WebSocket })

  for (let cut = 0; cut < cuts; cut += 1) {
    const runId = `run-${cut}`
    const pause = () => new Promise((resolve) => setImmediate(resolve))
    const chain = monitorChain(
      async (_: string, run) => {
        await run.step('a', async (step) => {
          for (let i = 0; i < 20; i += 1) {
            step.token(`${i} `)
            if (i % 3 === 0) step.custom('note', i)
            await pause()
          }
        })
        await run.step('b', async (step) => {
          step.token('the end')
          await pause()
        })
        return cut
      },
      { name: 'cut', transport },
    )
    proxy.cutAfter(Math.floor(next() * 5_000))
    const monitor = client.monitor<number>(runId)
    const seen: RunEvent[] = []
    monitor.onEvent((event) => seen.push(event))
    await chain.execute('', { runId })

    expect(await monitor.result, `seed ${seed}, cut ${cut}`).toBe(cut)
    const lifecycle = seen.filter(({ update_type }) => update_type !== 'token').map(({ seq }) => seq)
    expect(lifecycle, `seed ${seed}, cut ${cut}`).toEqual([...new Set(lifecycle)].sort((a, b) => a - b))
    expect(seen.filter(({ update_type }) => update_type === 'custom')).toHaveLength(7)
    const text = seen
      .map((event) => (event.update_type === 'token' && event.step_id === 'step-1' ? event.delta : ''))
      .join('')
    const snapshot = monitor.getSnapshot()
    expect(text).toBe(Array.from({ length: 20 }, (_, i) => `${i} `).join(''))
    expect(snapshot.steps.map((step) => step.text)).toEqual([text, 'the end'])
    monitor.close()
  }

  expect(proxy.accepted).toBeGreaterThan(50)
  random.mockRestore()
  client.close()
  await server.close()
  await transport.close()
  await proxy.close()
  await http.close()
})
