// The viewers of a driver: viewers-process.js <driver module> <place>.
import type { Driver, Place } from '../driver.js'
import { openAckLine } from '../load/ack-line.js'
import { Audience, latencies } from '../load/audience.js'
import { lateJoin } from '../load/late-join.js'
import { clock } from '../load/payload.js'
import { answerCalls } from './call.js'
import { sampleProcess } from './sample.js'

/** How many connect at once: a listener's queue is short. */
const atOnce = 100

const [module = '', place = ''] = process.argv.slice(2)
const { driver } = (await import(module)) as { driver: Driver }
const viewers = driver.startViewers(JSON.parse(place) as Place)
const audiences: Audience[] = []
const latency = latencies()

answerCalls({
  /** Connects so many viewers of each run, and tells the publisher of every event that all viewers of its run have had. */
  async join({ runs, each, ackPort }: { runs: readonly string[]; each: number; ackPort: number }) {
    const acknowledge = await openAckLine(ackPort)
    const joins: (() => Promise<unknown>)[] = []
    for (const [index, runId] of runs.entries()) {
      const audience = new Audience(each, () => acknowledge(index))
      audiences.push(audience)
      for (let i = 0; i < each; i += 1) joins.push(() => viewers.join(runId, audience.viewer()))
    }
    for (let i = 0; i < joins.length; i += atOnce) await Promise.all(joins.slice(i, i + atOnce).map((join) => join()))
  },
  time() {
    latency.reset()
    for (const audience of audiences) audience.time(latency)
  },
  /** Latencies since `time`, ms. */
  latency: () => ({
    p50: latency.percentile(50) / 1e6,
    p99: latency.percentile(99) / 1e6,
    count: Number(latency.count),
  }),
  lateJoin: (wanted: { runId: string; characters: number; joiners: number }) => lateJoin(viewers, wanted),
  sample: () => ({ ...sampleProcess(clock()), events: audiences.reduce((sum, { events }) => sum + events, 0) }),
})
