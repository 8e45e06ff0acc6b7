import { createMonitorClient, type MonitorClient } from '@llmmon/client'
import { eventually, type FakeConnection, type FakeServer, fakeServer, tellRun } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { computed, defineComponent, effectScope, h, KeepAlive, nextTick, type Ref, ref, shallowRef, watch } from 'vue'
import { WebSocket } from 'ws'
import { type ShownRun, useChainMonitor, type ViewedRun } from '../src/index.js'
import { mount } from './mounting.js'

let server: FakeServer
let client: MonitorClient
const faults = vi.fn()

beforeEach(async () => {
  server = await fakeServer()
  client = createMonitorClient({ url: server.url, WebSocket: WebSocket as never })
  faults.mockClear()
  vi.spyOn(console, 'error').mockImplementation(faults)
  vi.spyOn(console, 'warn').mockImplementation(faults)
})

afterEach(async () => {
  client.close()
  await server.close()
  vi.restoreAllMocks()
  expect(faults).not.toHaveBeenCalled()
})

async function welcome(): Promise<FakeConnection> {
  const connection = await server.connection()
  connection.welcome()
  return connection
}

function asked(type: string): unknown[] {
  return server.connections.flatMap(({ received }) => received.filter((frame) => frame.type === type))
}

const Status = defineComponent({
  props: { runId: { type: String, default: null } },
  setup(props) {
    const run = useChainMonitor(() => props.runId)
    return () => h('p', `${run.value.status} ${run.value.text} ${run.value.result} ${run.value.connection.state}`)
  },
})

/** The parts of what a mounted component has. */
function mountedParts(runId: Ref<string | null>) {
  let parts: ShownRun<ViewedRun> | undefined
  const Parts = defineComponent({
    setup() {
      parts = useChainMonitor(runId)
      return () => null
    },
  })
  mount(client, Parts, {})
  if (!parts) throw new Error('Expected a component that is mounted.')
  return parts
}

describe('useChainMonitor', () => {
  it('shows a run from its beginning to its end, over one subscription', async () => {
    const { container } = mount(client, Status, { runId: 'r' })
    const run = await tellRun(await welcome())
    run.start()
    run.token('hello')
    await eventually(() => expect(container.textContent).toBe('running hello null open'))
    run.complete('done')

    await eventually(() => expect(container.textContent).toBe('completed hello done open'))
    expect([asked('subscribe').length, asked('unsubscribe').length]).toEqual([1, 0])
  })

  it('can be taken apart into refs, and a cancel that follows the run', async () => {
    const runId = ref<string | null>('r')
    const scope = effectScope()
    const { status, text, monitor, cancel } = scope.run(() => mountedParts(runId)) as ShownRun<ViewedRun>
    expect([status.value, text.value]).toEqual(['pending', ''])
    const run = await tellRun(await welcome())
    run.start()
    run.token('hello')
    await eventually(() => expect([status.value, text.value]).toEqual(['running', 'hello']))
    expect(monitor.value?.runId).toBe('r')
    runId.value = null
    await nextTick()

    expect([status.value, text.value, monitor.value]).toEqual(['pending', '', null])
    await expect(cancel()).rejects.toMatchObject({ code: 'closed' })
    scope.stop()
  })

  it('is idle without a run', async () => {
    const { container } = mount(client, Status)
    await nextTick()

    expect(container.textContent).toBe('pending  null idle')
    expect(server.connections).toHaveLength(0)
  })

  it('shows one run in fifty components over one subscription', async () => {
    const Fifty = defineComponent(() => () => Array.from({ length: 50 }, () => h(Status, { runId: 'r' })))
    const { container } = mount(client, Fifty)
    const run = await tellRun(await welcome())
    run.start()
    for (let i = 0; i < 20; i += 1) run.token('x')
    run.complete('done')

    await eventually(() => expect(container.textContent).toBe(`completed ${'x'.repeat(20)} done open`.repeat(50)))
    expect([server.connections.length, asked('subscribe').length]).toEqual([1, 1])
  })

  it('follows rapid changes of the run, and shows nothing of one in another', async () => {
    const runId = ref<string | null>('a')
    const seen: string[] = []
    const Seen = defineComponent(() => {
      const run = useChainMonitor(runId)
      return () => {
        seen.push(`${runId.value}: ${run.value.runId} ${run.value.text}`)
        return h('p', run.value.text)
      }
    })
    const { container } = mount(client, Seen)
    const connection = await welcome()
    const a = await tellRun(connection, 'a')
    a.start()
    a.token('of a')
    await eventually(() => expect(container.textContent).toBe('of a'))
    for (const next of ['b', 'c', null, 'd']) runId.value = next
    const d = await tellRun(connection, 'd')
    d.start()
    d.token('of d')
    await eventually(() => expect(container.textContent).toBe('of d'))

    expect(seen.filter((line) => !/^(\w+): \1 (of \1)?$/.test(line))).toEqual([])
    await eventually(() => expect(asked('unsubscribe')).toContainEqual(expect.objectContaining({ run_id: 'a' })))
    expect(asked('subscribe')).toHaveLength(2)
  })

  it('leaves before the connection is open, without a trace', async () => {
    const { unmount } = mount(client, Status, { runId: 'r' })
    unmount()
    const connection = await server.connection()
    await new Promise<void>((resolve) => {
      connection.request.socket.once('close', () => resolve())
    })

    expect(asked('subscribe').length).toBeLessThanOrEqual(1)
  })

  it('changes no more once it has been taken off the page', async () => {
    const changed = vi.fn()
    const Watched = defineComponent(() => {
      const run = useChainMonitor('r')
      watch(run, changed, { flush: 'sync' })
      return () => null
    })
    const other = client.monitor('r')
    const { unmount } = mount(client, Watched)
    const run = await tellRun(await welcome())
    run.start()
    await eventually(() => expect(other.getSnapshot().status).toBe('running'))
    unmount()
    changed.mockClear()
    run.complete('done')
    await other.result

    expect(changed).not.toHaveBeenCalled()
  })

  it('keeps cancel and the monitor for as long as the run is shown, and makes nothing of it deeply reactive', async () => {
    const seen: ViewedRun[] = []
    const Kept = defineComponent(() => {
      const run = useChainMonitor('r')
      watch(run, (value) => seen.push(value), { flush: 'sync' })
      return () => h('p', run.value.status)
    })
    const { container } = mount(client, Kept)
    const run = await tellRun(await welcome())
    run.start()
    await eventually(() => expect(container.textContent).toBe('running'))
    run.complete('done')
    await eventually(() => expect(container.textContent).toBe('completed'))

    expect(new Set(seen.map(({ cancel }) => cancel)).size).toBe(1)
    expect(new Set(seen.map(({ monitor }) => monitor)).size).toBe(1)
    expect(seen.at(-1)?.steps).toBe(seen.at(-1)?.monitor?.getSnapshot().steps)
  })

  it('rests while it is kept alive out of sight, and goes on where it was', async () => {
    const isShown = ref(true)
    const { container } = mount(
      client,
      defineComponent(() => () => h(KeepAlive, () => (isShown.value ? h(Status, { runId: 'r' }) : h('i', 'away')))),
    )
    const connection = await welcome()
    const run = await tellRun(connection)
    run.start()
    run.token('first')
    await eventually(() => expect(container.textContent).toBe('running first null open'))
    isShown.value = false
    await connection.next('unsubscribe')
    isShown.value = true
    await nextTick()
    expect(container.textContent).toMatch(/^running first null /)
    const again = await server.connection()
    again.welcome()
    const { from } = await again.next('subscribe')

    expect(from).toEqual({ epoch: '5', seq: 2 })
  })

  it('works in a scope of its own, and ends with it', async () => {
    const scope = effectScope()
    const texts: string[] = []
    const { app } = mount(client, { render: () => null })
    const run = app.runWithContext(() => scope.run(() => useChainMonitor(shallowRef('r'))))
    scope.run(() =>
      watch(
        () => run?.value.text,
        (text) => texts.push(String(text)),
        { flush: 'sync' },
      ),
    )
    const connection = await welcome()
    const told = await tellRun(connection)
    told.start()
    told.token('x')
    await eventually(() => expect(texts).toEqual(['x']))
    scope.stop()
    await connection.next('unsubscribe')

    expect(run?.value.text).toBe('x')
  })

  it('throws where the id is none', () => {
    expect(() => effectScope().run(() => useChainMonitor('a}b'))).toThrow(/Expected a run id/)
  })
})

describe('useChainMonitor with select', () => {
  it('gives what is selected, and renders only when that changes', async () => {
    const seen: string[] = []
    const Selected = defineComponent(() => {
      const status = useChainMonitor('r', { select: (run) => run.status })
      return () => {
        seen.push(status.value)
        return h('p', status.value)
      }
    })
    const { container } = mount(client, Selected)
    const run = await tellRun(await welcome())
    run.start()
    // What comes in one task is drawn once.
    await eventually(() => expect(container.textContent).toBe('running'))
    for (let i = 0; i < 100; i += 1) run.token('x')
    run.complete('done')

    await eventually(() => expect(container.textContent).toBe('completed'))
    expect(seen).toEqual(['pending', 'running', 'completed'])
  })

  it('keeps an object that is equal by isEqual', async () => {
    const seen = new Set<object>()
    const Kept = defineComponent(() => {
      const one = useChainMonitor('r', {
        select: (run) => ({ status: run.status }),
        isEqual: (a, b) => a.status === b.status,
      })
      const status = computed(() => one.value.status)
      watch(one, (value) => seen.add(value), { flush: 'sync', immediate: true })
      return () => h('p', status.value)
    })
    const { container } = mount(client, Kept)
    const run = await tellRun(await welcome())
    run.start()
    for (let i = 0; i < 100; i += 1) run.token('x')
    run.complete('done')
    await eventually(() => expect(container.textContent).toBe('completed'))

    expect(seen.size).toBe(3)
  })
})
