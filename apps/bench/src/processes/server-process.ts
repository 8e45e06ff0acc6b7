// The server of a driver: server-process.js <driver module> <place>.
import type { Driver, DriverServer, Place } from '../driver.js'
import { clock } from '../load/payload.js'
import { answerCalls } from './call.js'
import { sampleProcess } from './sample.js'

const [module = '', place = ''] = process.argv.slice(2)
const { driver } = (await import(module)) as { driver: Driver }
let server: DriverServer

answerCalls({
  async start() {
    server = await driver.startServer(JSON.parse(place) as Place)
    return server.port
  },
  sample(isSettled: boolean) {
    const own = sampleProcess(clock(), isSettled)
    if (!server.rss) return own
    // Of another program's heap nothing is known.
    return { ...own, cpuMicros: server.cpuMicros?.() ?? own.cpuMicros, rss: server.rss(), heap: Number.NaN }
  },
  close: () => server.close(),
})
