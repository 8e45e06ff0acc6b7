import { randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { memoryTransport, type Run, reserveRun, startRun } from '@llmmon/core'
import { type Listening, listen, type RawFrame, type RawViewer, rawViewer } from '@llmmon/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMonitorServer, type MonitorServer } from '../src/index.js'

// Every way to come, with every way to say who one is; then everything that can be wanted of every kind of run.

const transport = memoryTransport()
const runs: Run[] = []
let http: Listening
let monitor: MonitorServer

beforeAll(async () => {
  http = await listen()
  monitor = createMonitorServer<{ id: string }>({
    transport,
    allowedOrigins: [`http://127.0.0.1:${http.port}`, 'https://app.example'],
    authenticate: ({ headers }, { token }) => {
      const said = token ?? headers.authorization?.replace('Bearer ', '') ?? headers.cookie?.replace('sid=', '')
      return said === 'good' ? { id: 'me' } : null
    },
    principalKey: () => undefined,
    authorize: async ({ principal, run }) => (await run())?.metadata.owner === principal.id,
  })
  monitor.attach(http.server)
  for (const owner of ['me', 'you']) {
    const metadata = { owner }
    await reserveRun({ transport, runId: `${owner}-reserved`, metadata, ttlMs: 60_000 })
    const open = startRun({ name: 'c', transport, runId: `${owner}-open`, metadata })
    const ended = startRun({ name: 'c', transport, runId: `${owner}-ended`, metadata })
    ended.complete()
    await Promise.all([open.flushed(), ended.flushed()])
    runs.push(open)
  }
})

afterAll(async () => {
  await monitor.close()
  await transport.close()
  await http.close()
})

const origins = {
  none: () => undefined,
  own: () => `http://127.0.0.1:${http.port}`,
  listed: () => 'https://app.example',
  foreign: () => 'https://evil.example',
  null: () => 'null',
} as const

const credentials = {
  nothing: {},
  'a good token': { token: 'good' },
  'a wrong token': { token: 'wrong' },
  'a good cookie': { cookie: 'sid=good' },
  'a wrong cookie': { cookie: 'sid=wrong' },
  'a good header': { authorization: 'Bearer good' },
  'a wrong header': { authorization: 'Bearer wrong' },
} as const

/** By what brings them and where they come from: let in, or the status or code that refuses. The columns are those of `origins`. */
const protocol: { readonly [Name in keyof typeof credentials]: readonly ('in' | number)[] } = {
  nothing: [4401, 4401, 4401, 403, 403],
  'a good token': ['in', 'in', 'in', 403, 403],
  'a wrong token': [4401, 4401, 4401, 403, 403],
  'a good cookie': [403, 'in', 'in', 403, 403],
  'a wrong cookie': [403, 4401, 4401, 403, 403],
  'a good header': ['in', 'in', 'in', 403, 403],
  'a wrong header': [401, 4401, 4401, 403, 403],
}

/** The same for the plain endpoint, where a token is a ticket, and a page that is nobody is told that there is no such run. */
const plain: typeof protocol = {
  nothing: [401, 404, 404, 403, 403],
  'a good token': ['in', 'in', 'in', 403, 403],
  'a wrong token': [401, 404, 404, 403, 403],
  'a good cookie': [403, 'in', 'in', 403, 403],
  'a wrong cookie': [403, 404, 404, 403, 403],
  'a good header': ['in', 'in', 'in', 403, 403],
  'a wrong header': [401, 404, 404, 403, 403],
}

/** What comes of each wish, by run: `subscribed` with its phase, an answer, or a code. */
const outcomes: { readonly [run: string]: readonly [watch: string, cancel: string] } = {
  'me-reserved': ['pending', 'accepted'],
  'me-open': ['open', 'accepted'],
  'me-ended': ['ended', 'already_ended'],
  'you-reserved': ['not_found', 'not_found'],
  'you-open': ['not_found', 'not_found'],
  'you-ended': ['not_found', 'not_found'],
  nowhere: ['not_found', 'not_found'],
}

interface Brought {
  readonly token?: string
  readonly cookie?: string
  readonly authorization?: string
}

async function knock(path: string, origin: keyof typeof origins, { token, ...headers }: Brought, isPlain = false) {
  const from = origins[origin]()
  const query = isPlain && token ? `?ticket=${token}` : ''
  const all = { ...headers, ...(from !== undefined && { origin: from }) }
  const viewer = await rawViewer(`${http.wsUrl}${path}${query}`, {
    headers: all,
    protocol: isPlain ? null : 'llmmon.v1',
  })
  if (viewer.ws.readyState === viewer.ws.OPEN && !isPlain) viewer.send({ type: 'hello', ...(token && { token }) })
  return viewer
}

/** The status with which a request was refused before its upgrade. */
async function refusedWith(
  path: string,
  origin: keyof typeof origins,
  { token, ...headers }: Brought,
  isPlain = false,
) {
  const from = origins[origin]()
  const response = await new Promise<number>((resolve, reject) => {
    const request = httpRequest(
      `${http.url}${path}${isPlain && token ? `?ticket=${token}` : ''}`,
      {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': Buffer.from(randomUUID().slice(0, 16)).toString('base64'),
          'sec-websocket-protocol': 'llmmon.v1',
          ...headers,
          ...(from !== undefined && { origin: from }),
        },
      },
      (answer) => resolve(answer.statusCode ?? 0),
    )
    request.on('upgrade', (_, socket) => {
      socket.destroy()
      resolve(101)
    })
    request.on('error', reject)
    request.end()
  })
  return response
}

const answerOf = (frame: RawFrame) => String(frame.phase ?? frame.answer ?? frame.code)

async function wishesOf(viewer: RawViewer): Promise<{ [run: string]: [string, string] }> {
  const found: { [run: string]: [string, string] } = {}
  const names = Object.keys(outcomes)
  const answered = (ref: number) => (frame: RawFrame) => frame.ref === ref
  for (const [ref, run_id] of names.entries()) viewer.send({ type: 'subscribe', ref, run_id })
  const watches = await Promise.all(names.map((_, i) => frameOf(viewer, answered(i))))
  for (const [i, run_id] of names.entries()) viewer.send({ type: 'cancel', ref: 100 + i, run_id })
  const cancels = await Promise.all(names.map((_, i) => frameOf(viewer, answered(100 + i))))
  for (const [i, run] of names.entries()) {
    found[run] = [answerOf(watches[i] as RawFrame), answerOf(cancels[i] as RawFrame)]
  }
  return found
}

/** The first frame that fits, whenever it has come. */
function frameOf({ ws, frames }: RawViewer, fits: (frame: RawFrame) => boolean): Promise<RawFrame> {
  return new Promise((resolve) => {
    const look = () => {
      const found = frames.find(fits)
      if (!found) return
      ws.off('message', look)
      resolve(found)
    }
    ws.on('message', look)
    look()
  })
}

const cases = (table: typeof protocol) =>
  Object.entries(table).flatMap(([name, row]) =>
    row.map((expected, i) => {
      const origin = Object.keys(origins)[i] as keyof typeof origins
      return [name as keyof typeof credentials, origin, expected] as const
    }),
  )

describe('llmmon.v1', () => {
  it.each(cases(protocol))('with %s, from the origin "%s": %s', async (name, origin, expected) => {
    const brought: Brought = credentials[name]
    const isHttp = typeof expected === 'number' && expected < 1_000
    expect(await refusedWith('/ws', origin, brought)).toBe(isHttp ? expected : 101)
    if (isHttp) return
    const viewer = await knock('/ws', origin, brought)
    if (expected === 'in') {
      expect(await viewer.next()).toMatchObject({ type: 'welcome' })
      expect(await wishesOf(viewer)).toEqual(outcomes)
    } else {
      expect((await viewer.closed()).code).toBe(expected)
      expect(viewer.frames).toEqual([])
    }
    viewer.ws.terminate()
  })
})

describe('the plain endpoint', () => {
  it.each(cases(plain))('with %s, from the origin "%s": %s', async (name, origin, expected) => {
    const brought: Brought = credentials[name]
    const isHttp = expected === 401 || expected === 403
    for (const [run, [watch]] of Object.entries(outcomes)) {
      const path = `/ws/chain/${run}/`
      expect(await refusedWith(path, origin, brought, true)).toBe(isHttp ? expected : 101)
      if (isHttp) continue
      const viewer = await knock(path, origin, brought, true)
      const seesIt = expected === 'in' && watch !== 'not_found'
      // A reserved run has nothing to tell yet.
      if (!seesIt || watch !== 'pending') await viewer.next()
      if (seesIt) expect(viewer.frames[0]?.update_type).not.toBe('error')
      else {
        expect(viewer.frames).toMatchObject([{ update_type: 'error', code: 'not_found', run_id: run }])
        expect((await viewer.closed()).code).toBe(1000)
      }
      viewer.ws.terminate()
    }
  })
})
