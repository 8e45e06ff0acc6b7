import type { Place } from '../driver.js'
import type { DriverName } from '../driver-names.js'
import { moduleOf } from '../driver-names.js'
import { Remote } from './call.js'
import { type BenchRedis, startRedis } from './redis-server.js'
import type { Sample } from './sample.js'

/** A driver on its stage: Redis, the server, the viewers and the publisher, each a process of its own. */
export interface Stage {
  readonly redis: BenchRedis
  readonly server: Remote
  readonly publisher: Remote
  readonly port: number
  /** The viewers, started when first asked for. */
  readonly viewers: Remote
}

/** What the server and the viewers of a stage have done between two looks. */
export interface Look {
  readonly server: Sample
  readonly viewers: Sample & { readonly events: number }
  readonly publisher: Sample & { readonly said: number }
}

let profileArgs: readonly string[] = []

/** From now on each process writes a CPU profile into a folder when it ends. */
export function profileInto(folder: string): void {
  profileArgs = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=200']
}

/** Sets a driver up, fresh; runs what is to be measured; takes everything down again. */
export async function onStage<Result>(name: DriverName, act: (stage: Stage) => Promise<Result>): Promise<Result> {
  const redis = await startRedis()
  const remotes: Remote[] = []
  const start = (role: string, place: Place) => {
    const file = new URL(`./${role}-process.js`, import.meta.url)
    // So much room for young objects that what is allocated in a measurement can be counted before it is collected.
    const execArgv = [
      '--expose-gc',
      ...(role === 'publisher' ? ['--max-semi-space-size=512', '--min-semi-space-size=512'] : []),
      ...named(role),
    ]
    const remote = new Remote(`The ${role} of ${name}`, file, [moduleOf(name), JSON.stringify(place)], execArgv)
    remotes.push(remote)
    return remote
  }
  try {
    const server = start('server', { redisUrl: redis.url, port: 0 })
    const port = await server.call<number>('start')
    const place = { redisUrl: redis.url, port }
    let viewers: Remote | undefined
    return await act({
      redis,
      server,
      port,
      publisher: start('publisher', place),
      get viewers() {
        return (viewers ??= start('viewers', place))
      },
    })
  } finally {
    await Promise.all(remotes.map((remote) => remote.end()))
    await redis.close()
  }
}

/** Looks at every process of a stage. */
export async function look({ server, viewers, publisher }: Stage): Promise<Look> {
  const [ofServer, ofViewers, ofPublisher] = await Promise.all([
    server.call<Look['server']>('sample'),
    viewers.call<Look['viewers']>('sample'),
    publisher.call<Look['publisher']>('sample'),
  ])
  return { server: ofServer, viewers: ofViewers, publisher: ofPublisher }
}

function named(role: string): readonly string[] {
  if (profileArgs.length === 0) return []
  return [...profileArgs, `--cpu-prof-name=${role}-${process.hrtime.bigint()}.cpuprofile`]
}
