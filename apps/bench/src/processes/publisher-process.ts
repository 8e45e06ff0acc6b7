// The publisher of a driver: publisher-process.js <driver module> <place>.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Driver, DriverPublisher, Place } from '../driver.js'
import { type AckListener, listenForAcks } from '../load/ack-line.js'
import { bareChain } from '../load/busy-chain.js'
import { ClosedFlow } from '../load/closed-flow.js'
import { PacedFlow } from '../load/paced-flow.js'
import { clock, payloadOf } from '../load/payload.js'
import { answerCalls } from './call.js'
import { sampleProcess } from './sample.js'

const [module = '', place = ''] = process.argv.slice(2)
const { driver } = (await import(module)) as { driver: Driver }
let publisher: DriverPublisher
let acks: AckListener
let runs: readonly string[] = []
let closed: ClosedFlow | undefined
let paced: PacedFlow | undefined

type What = 'event' | 'token'

function sayer(what: What): (runId: string, payload: string) => void {
  const { token } = publisher
  return what === 'token' && token ? token.bind(publisher) : publisher.event.bind(publisher)
}

function sample() {
  const own = sampleProcess(clock())
  return { ...own, cpuMicros: publisher.cpuMicros?.() ?? own.cpuMicros }
}

answerCalls({
  /** Connects and begins runs; gives the port for acknowledgements. */
  async open(wanted: readonly string[]) {
    publisher = await driver.startPublisher(JSON.parse(place) as Place)
    runs = wanted
    await Promise.all(runs.map((runId) => publisher.open(runId)))
    acks = await listenForAcks((run) => closed?.acknowledge(run))
    return acks.port
  },
  keepInFlight(inFlight: number) {
    const say = sayer('event')
    closed = new ClosedFlow(runs.length, inFlight, (run, payload) => say(runs[run] as string, payload))
  },
  pace({ perSecond, what }: { perSecond: number; what: What }) {
    const say = sayer(what)
    paced = new PacedFlow(perSecond, what === 'event', (payload) => say(runs[0] as string, payload))
  },
  /** Says no more; gives how many events were said and how many of them never arrived, where that is known. */
  async stop() {
    paced?.stop()
    const lost = (await closed?.stop()) ?? 0
    return { said: closed?.said ?? paced?.said ?? 0, lost }
  },
  /** Says so much in one run, as fast as it is taken; gives how many characters. */
  async history({ runId, events, what, length }: { runId: string; events: number; what: What; length: number }) {
    const say = sayer(what)
    const text = 'a word or so, '.repeat(20).slice(0, length)
    for (let n = 0; n < events; n += 1) {
      say(runId, text)
      if (n % 500 === 499) await publisher.settle()
    }
    await publisher.settle()
    return events * length
  },
  /** Says bursts of 64, the runs by turns, one each turn of the event loop, 1,024 events under way at most; gives CPU per event, µs, and bytes allocated per event. */
  async bursts({ count, what }: { count: number; what: What }) {
    const say = sayer(what)
    const burst = async (n: number) => {
      const runId = runs[(n / 64) % runs.length] as string
      for (let i = 0; i < 64; i += 1) say(runId, payloadOf(n + i, 1.5, what === 'event'))
      if (n % 1_024 === 960) await publisher.settle()
      else await nextTurn()
    }
    for (let n = 0; n < 12_288; n += 64) await burst(n)
    globalThis.gc?.()
    const before = sample()
    for (let n = 0; n < count; n += 64) await burst(n)
    const after = sample()
    // Of another program's heap nothing is known.
    const bytes = publisher.cpuMicros ? Number.NaN : (after.heap - before.heap) / count
    return { cpuMicros: (after.cpuMicros - before.cpuMicros) / count, bytes }
  },
  /** How many units of work a chain does per second of CPU that says so many tokens a second, or none. */
  async busyChain({ ms, perSecond }: { ms: number; perSecond: number }) {
    const say = sayer('token')
    const spoken = perSecond > 0 ? { perSecond, say: () => say(runs[0] as string, 'token ') } : undefined
    const rate = await bareChain(ms, spoken)
    await publisher.settle()
    await nextTurn()
    return rate
  },
  sample: () => ({ ...sample(), said: closed?.said ?? paced?.said ?? 0 }),
  async close() {
    acks.close()
    await publisher.close()
  },
})
