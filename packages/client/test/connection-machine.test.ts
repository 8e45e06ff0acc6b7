import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ConnectionEvent,
  type ConnectionPhase,
  type ConnectionState,
  connection,
  hasSocket,
  idleConnection,
} from '../src/connection-machine.js'

const now = 100_000

/** A connection in each phase, after two failures. */
const states: { readonly [Phase in ConnectionPhase]: ConnectionState } = {
  idle: idleConnection,
  connecting: { ...idleConnection, phase: 'connecting', attempt: 2 },
  greeting: { ...idleConnection, phase: 'greeting', attempt: 2 },
  open: { ...idleConnection, phase: 'open', attempt: 2, openedAt: now - 1_000 },
  waiting: { ...idleConnection, phase: 'waiting', attempt: 2, retryAt: now + 5_000 },
  refused: { ...idleConnection, phase: 'refused' },
  closed: { ...idleConnection, phase: 'closed' },
}

const clock = { now, random: 0.5 }

const lost = (code: number): ConnectionEvent => ({ type: 'lost', code, reason: '', ...clock })

const events = {
  need: { type: 'need', ...clock },
  unneeded: { type: 'unneeded', ...clock },
  opened: { type: 'opened', ...clock },
  welcome: { type: 'welcome', ...clock },
  'lost 1006': lost(1006),
  'lost 1000': lost(1000),
  'lost 4400': lost(4400),
  'lost 4501': lost(4501),
  'lost 4503': lost(4503),
  'lost 4505': lost(4505),
  silent: { type: 'silent', ...clock },
  'token failed': { type: 'token-failed', ...clock },
  'retry due': { type: 'retry-due', ...clock },
  wake: { type: 'wake', ...clock },
  sleep: { type: 'sleep', ...clock },
  unusable: { type: 'unusable', reason: 'bad address', ...clock },
  goaway: { type: 'goaway', afterMs: [1_000, 3_000], ...clock },
  close: { type: 'close', ...clock },
} as const satisfies { readonly [name: string]: ConnectionEvent }

// Two failures before: the third wait is up to 0.5 s × 2².
const wait = 'waiting: retry-in 1000'

/** What the machine does: its next phase, and its effects. Every cell is filled, or this does not compile. */
const table: { readonly [Phase in ConnectionPhase]: { readonly [Name in keyof typeof events]: string } } = {
  idle: {
    need: 'connecting: connect',
    unneeded: 'idle:',
    opened: 'idle:',
    welcome: 'idle:',
    'lost 1006': 'idle:',
    'lost 1000': 'idle:',
    'lost 4400': 'idle:',
    'lost 4501': 'idle:',
    'lost 4503': 'idle:',
    'lost 4505': 'idle:',
    silent: 'idle:',
    'token failed': 'idle:',
    'retry due': 'idle:',
    wake: 'idle:',
    sleep: 'idle:',
    unusable: 'idle:',
    goaway: 'idle:',
    close: 'closed:',
  },
  connecting: {
    need: 'connecting:',
    unneeded: 'idle: drop',
    opened: 'greeting: greet',
    welcome: 'connecting:',
    'lost 1006': wait,
    'lost 1000': 'refused:',
    'lost 4400': 'refused:',
    'lost 4501': wait,
    'lost 4503': 'waiting: retry-in 15000',
    'lost 4505': 'waiting: forget-positions retry-in 1000',
    silent: 'waiting: drop retry-in 1000',
    'token failed': wait,
    'retry due': 'connecting:',
    wake: 'connecting:',
    sleep: 'waiting: drop',
    unusable: 'refused:',
    goaway: 'connecting: retry-in 2000',
    close: 'closed: drop',
  },
  greeting: {
    need: 'greeting:',
    unneeded: 'idle: drop',
    opened: 'greeting:',
    welcome: 'open:',
    'lost 1006': wait,
    'lost 1000': 'refused:',
    'lost 4400': 'refused:',
    'lost 4501': wait,
    'lost 4503': 'waiting: retry-in 15000',
    'lost 4505': 'waiting: forget-positions retry-in 1000',
    silent: 'waiting: drop retry-in 1000',
    'token failed': 'greeting:',
    'retry due': 'greeting:',
    wake: 'greeting:',
    sleep: 'waiting: drop',
    unusable: 'greeting:',
    goaway: 'greeting: retry-in 2000',
    close: 'closed: drop',
  },
  open: {
    need: 'open:',
    unneeded: 'idle: drop',
    opened: 'open:',
    welcome: 'open:',
    'lost 1006': wait,
    'lost 1000': 'refused:',
    'lost 4400': 'refused:',
    'lost 4501': 'connecting: connect expired',
    'lost 4503': 'waiting: retry-in 15000',
    'lost 4505': 'waiting: forget-positions retry-in 1000',
    silent: 'waiting: drop retry-in 1000',
    'token failed': 'open:',
    'retry due': 'open:',
    wake: 'open:',
    sleep: 'waiting: drop',
    unusable: 'open:',
    goaway: 'open: retry-in 2000',
    close: 'closed: drop',
  },
  waiting: {
    need: 'waiting:',
    unneeded: 'idle: cancel-retry',
    opened: 'waiting:',
    welcome: 'waiting:',
    'lost 1006': 'waiting:',
    'lost 1000': 'waiting:',
    'lost 4400': 'waiting:',
    'lost 4501': 'waiting:',
    'lost 4503': 'waiting:',
    'lost 4505': 'waiting:',
    silent: 'waiting:',
    'token failed': 'waiting:',
    'retry due': 'connecting: connect',
    wake: 'waiting: cancel-retry retry-in 500',
    sleep: 'waiting: cancel-retry',
    unusable: 'waiting:',
    goaway: 'waiting:',
    close: 'closed: cancel-retry',
  },
  refused: {
    need: 'connecting: connect',
    unneeded: 'refused:',
    opened: 'refused:',
    welcome: 'refused:',
    'lost 1006': 'refused:',
    'lost 1000': 'refused:',
    'lost 4400': 'refused:',
    'lost 4501': 'refused:',
    'lost 4503': 'refused:',
    'lost 4505': 'refused:',
    silent: 'refused:',
    'token failed': 'refused:',
    'retry due': 'refused:',
    wake: 'refused:',
    sleep: 'refused:',
    unusable: 'refused:',
    goaway: 'refused:',
    close: 'closed:',
  },
  closed: {
    need: 'closed:',
    unneeded: 'closed:',
    opened: 'closed:',
    welcome: 'closed:',
    'lost 1006': 'closed:',
    'lost 1000': 'closed:',
    'lost 4400': 'closed:',
    'lost 4501': 'closed:',
    'lost 4503': 'closed:',
    'lost 4505': 'closed:',
    silent: 'closed:',
    'token failed': 'closed:',
    'retry due': 'closed:',
    wake: 'closed:',
    sleep: 'closed:',
    unusable: 'closed:',
    goaway: 'closed:',
    close: 'closed:',
  },
}

/** What the shell has to do to make the world look as the new state says. */
function effects(before: ConnectionState, event: ConnectionEvent, after: ConnectionState): string {
  const list: string[] = []
  const hasNoSocket = ['lost', 'token-failed', 'unusable'].includes(event.type)
  if (hasSocket(before) && !hasSocket(after) && !hasNoSocket) list.push('drop')
  if (after.code === 4505 && before.code !== 4505) list.push('forget-positions')
  // A timer that has run out is gone already.
  if (before.retryAt !== null && after.retryAt !== before.retryAt && event.type !== 'retry-due')
    list.push('cancel-retry')
  if (after.retryAt !== null && after.retryAt !== before.retryAt) list.push(`retry-in ${after.retryAt - now}`)
  if (after.phase !== before.phase) {
    if (after.phase === 'connecting') list.push(after.code === 4501 ? 'connect expired' : 'connect')
    if (after.phase === 'greeting') list.push('greet')
  }
  return list.map((effect) => ` ${effect}`).join('')
}

function retryMs(state: ConnectionState, event: ConnectionEvent): number {
  return (connection(state, event).retryAt ?? Number.NaN) - now
}

const cells = Object.entries(table).flatMap(([phase, row]) =>
  Object.entries(row).map(([name, expected]) => [phase, name, expected] as const),
)

describe('connection', () => {
  it.each(cells)('%s, on %s: %s', (phase, name, expected) => {
    const before = states[phase as ConnectionPhase]
    const event: ConnectionEvent = events[name as keyof typeof events]
    const after = connection(before, event)

    expect(`${after.phase}:${effects(before, event, after)}`).toBe(expected)
    if (after.phase === before.phase && !expected.includes(' ')) expect(after).toBe(before)
  })

  it('starts counting anew only after ten seconds of a good connection', () => {
    const young = connection({ ...states.open, openedAt: now - 9_999 }, lost(1006))
    const old = connection({ ...states.open, openedAt: now - 10_000 }, lost(1006))

    expect(young.attempt).toBe(3)
    expect([old.attempt, old.retryAt]).toEqual([1, now + 250])
  })

  it('goes from a server that is about to go when that has asked for it, and not with all the others should it go before', () => {
    const warned = connection(states.open, events.goaway)
    expect([warned.phase, retryMs(states.open, events.goaway)]).toEqual(['open', 2_000])
    expect(connection(warned, events['retry due'])).toMatchObject({ phase: 'connecting', retryAt: null })

    expect(retryMs(warned, lost(1001))).toBe(2_000)
    expect(retryMs({ ...warned, retryAt: now - 1 }, lost(1001))).toBe(0)
  })

  it('does not put off a retry that comes sooner', () => {
    const soon = { ...states.waiting, retryAt: now + 100 }

    expect(connection(soon, events.wake)).toBe(soon)
  })

  it('never waits longer than its bounds, whatever happens', () => {
    const event = fc.constantFrom<ConnectionEvent>(...Object.values(events))
    fc.assert(
      fc.property(fc.array(event), fc.double({ min: 0, max: 1, noNaN: true }), (list, random) => {
        let state = idleConnection
        for (const each of list) {
          const next = connection(state, { ...each, random })
          expect((next.retryAt ?? now) - now).toBeLessThanOrEqual(20_000)
          // Waiting without a time is only for a page that sleeps, and waking ends it.
          if (next.phase === 'waiting' && next.retryAt === null)
            expect(connection(next, events.wake).retryAt).toBe(now + 500)
          state = next
        }
      }),
    )
  })
})
