import { randomUUID } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import { adviceOn, adviceOnCommands, adviceOnEviction, adviceOnListening, adviceOnServer } from './advice.js'
import type { Connection } from './connect.js'
import { runKeys } from './keys.js'
import { runScript } from './run-script.js'
import { selfTestScript } from './script.js'
import type { Subscriptions } from './subscriptions.js'

/** How long a message may take, ms. */
const roundTripMs = 2_000

/** What the self-test works with. */
export interface SelfTested {
  readonly connection: Connection
  readonly subscriptions: Subscriptions
  readonly prefix: string
  /** `1` for a cluster. */
  readonly sharded: '0' | '1'
}

/**
 * Tries everything that will be needed of a Redis, on keys that are gone a second later: its version and settings, each command, a message from one
 * connection to the other. Gives what is wrong, with the remedy; nothing when all is well. Rejects when the connection is lost meanwhile.
 */
export async function selfTest(tested: SelfTested): Promise<string[]> {
  const { isCluster } = tested.connection
  const infos = await serverInfos(tested.connection)
  const advice = infos.flatMap((info) => adviceOnServer(info, isCluster))
  // What is wrong with the server explains why nothing else would work.
  if (advice.length === 0) advice.push(...(await commandsAndChannels(tested)))
  return [...new Set([...infos.flatMap(adviceOnEviction), ...advice])]
}

async function serverInfos(connection: Connection): Promise<string[]> {
  const { isCluster } = connection
  const nodes = isCluster ? (connection as Cluster).nodes('master') : [connection as Redis]
  // INFO may be forbidden; then there is nothing to say.
  return Promise.all(nodes.map((node) => node.info().catch(() => '')))
}

async function commandsAndChannels({ connection, subscriptions, prefix, sharded }: SelfTested): Promise<string[]> {
  const { meta, segments, tail, live } = runKeys(prefix, `self-test-${randomUUID()}`)
  let hear: (isHeard: boolean) => void = () => undefined
  const heard = new Promise<boolean>((resolve) => {
    hear = resolve
  })
  const advice: string[] = []
  let stop: (() => void) | undefined
  try {
    stop = await subscriptions.listen(live, {
      message: () => hear(true),
      // Then nothing can be said.
      interrupted: () => hear(true),
      active: () => undefined,
    })
  } catch (error) {
    if (/NOPERM/.test((error as Error).message)) advice.push(adviceOnListening(error))
    // Otherwise the connection is not there, which is told by itself.
    hear(true)
  }
  const timer = setTimeout(() => hear(connection.status !== 'ready'), roundTripMs)
  timer.unref()
  try {
    const failures = await runScript(connection, selfTestScript, [meta, segments, tail], [live, sharded])
    advice.push(...adviceOnCommands(failures as string[]))
    if (advice.length === 0 && !(await heard)) advice.push(adviceOnListening(undefined))
  } catch (error) {
    const { cause } = error as { cause?: Error }
    if (!/NOPERM/.test(cause?.message ?? '')) throw error
    advice.push(adviceOn(cause))
  } finally {
    clearTimeout(timer)
    stop?.()
  }
  return advice
}
