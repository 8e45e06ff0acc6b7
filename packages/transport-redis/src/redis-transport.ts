import {
  abandonedBatch,
  type ClaimAnswer,
  disposable,
  type EncodedBatch,
  isJsonObject,
  LlmmonError,
  mergedLabel,
  nextEpoch,
  type RunObserver,
  type Transport,
  unwrittenAnswer,
  type WriteAnswer,
  type WriterHost,
} from '@llmmon/core'
import type { Cluster } from 'ioredis'
import { AppendJoiner, runsPerScript } from './append-joiner.js'
import { ClusterMap } from './cluster-map.js'
import { ClusterSubscriber } from './cluster-subscriber.js'
import { connectCommands, connectSubscriber } from './connect.js'
import { Inbox } from './inbox.js'
import { runKeys } from './keys.js'
import { type RedisTransportOptions, resolveRedisOptions } from './options.js'
import { readEntries } from './read-entries.js'
import { report } from './report.js'
import { RunReader } from './run-reader.js'
import { labelOf, labelText } from './run-record.js'
import { runScript, transportFailed } from './run-script.js'
import {
  appendScript,
  checkpointScript,
  claimScript,
  heartbeatScript,
  publishScript,
  readScript,
  reapScript,
  reserveScript,
  restoreScript,
  type Script,
  storeCancelScript,
} from './script.js'
import { selfTest } from './self-test.js'
import { argumentsOf, batchOfText, messageOf } from './stored-batch.js'
import { Subscriber } from './subscriber.js'

/** The transport over Redis; `await using` closes it. */
export type RedisTransport = Transport & AsyncDisposable

/**
 * Redis (6.2 or later, or Valkey; alone, with Sentinel or as a Cluster) as the transport: many processes write and watch the same runs. Connects
 * at once and again for ever; while Redis cannot be reached, chains go on and their events wait.
 *
 * @throws LlmmonError `invalid_argument` without a url or client, with both, or for an option that is none.
 * @example
 * const transport = redisTransport({ url: 'redis://localhost:6379' })
 * @example
 * const transport = redisTransport({ client: new Cluster([{ host: 'redis-1', port: 6379 }]) })
 */
export function redisTransport(given: RedisTransportOptions): RedisTransport {
  const options = resolveRedisOptions(given)
  const { prefix, retention, limits, heartbeatMs, leaseMs } = options
  const commands = connectCommands(options)
  const sharded = commands.isCluster ? '1' : '0'
  const publish = async (channel: string, message: string) =>
    Number(await runScript(commands, publishScript, [channel], [message, sharded]))
  const subscriptions = commands.isCluster
    ? new ClusterSubscriber(new ClusterMap(commands as Cluster), publish)
    : new Subscriber(connectSubscriber(options), { publish })
  const inbox = new Inbox(publish, subscriptions, prefix)
  const reader = new RunReader(
    {
      script: (runId, ...args) => run(readScript, runId, ...args),
      segments: (runId, from, count) => {
        const { segments } = runKeys(prefix, runId)
        return unlessClosed(() => readEntries(commands, segments, from, count))
      },
    },
    limits,
  )
  const appends = new AppendJoiner({
    keysOf: (runId) => runKeys(prefix, runId),
    run: (keys, args) => runOn(appendScript, keys, args),
    retention,
    limits,
    isCluster: commands.isCluster,
  })
  const hosts = new Set<WriterHost>()
  let closing: Promise<void> | undefined
  let isClosed = false
  report(commands, options.logger, () => selfTest({ connection: commands, subscriptions, prefix, sharded }))

  function unlessClosed<Answer>(request: () => Promise<Answer>): Promise<Answer> {
    if (isClosed) return Promise.reject(new LlmmonError('closed', 'This Redis transport was closed; make a new one.'))
    return request()
  }

  function runOn(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return unlessClosed(() => runScript(commands, script, keys, args))
  }

  function run(script: Script, runId: string, ...args: (string | number)[]): Promise<unknown> {
    const { meta, segments, tail } = runKeys(prefix, runId)
    return runOn(script, [meta, segments, tail], args)
  }

  async function write(script: Script, runId: string, ...args: (string | number)[]): Promise<WriteAnswer> {
    const [answer, last] = (await run(script, runId, ...args)) as [WriteAnswer['answer'], number]
    return { answer, last: Number(last) }
  }

  const ttl = (batch: EncodedBatch | undefined) => (batch?.closes ? retention.endedMs : retention.openMs)
  const news = (runId: string, batch: EncodedBatch) =>
    [runKeys(prefix, runId).live, messageOf(batch, limits.publishedBytes), sharded] as const

  return disposable({
    liveness: { heartbeatMs, leaseMs },

    async reserve({ runId, ttlMs, ...label }) {
      return (await run(reserveScript, runId, labelText(label), ttlMs)) as 'ok' | 'exists'
    },

    async claim({ runId, owner, hostId, mode, epoch = '0', ...given }) {
      const own = labelText(given)
      let [text, reserved] = [own, '']
      for (;;) {
        const reply = await run(claimScript, runId, mode, owner, hostId, text, retention.openMs, epoch, reserved)
        const [answer, claimed, cancel, label] = reply as [
          ClaimAnswer['answer'] | 'reserved',
          string,
          ...(string | null)[],
        ]
        if (answer === 'reserved') {
          reserved = claimed
          text = labelText(mergedLabel(labelOf(reserved), given))
        } else if (answer !== 'ok') return { answer }
        else {
          const merged = typeof label === 'string' && label !== own && { label: labelOf(label) }
          return { answer, epoch: claimed, ...(cancel && { cancel: JSON.parse(cancel) }), ...merged }
        }
      }
    },

    appendsAtOnce: commands.isCluster ? 1 : runsPerScript,

    append: (request) => appends.append(request),

    heartbeat: ({ runId, epoch }) => write(heartbeatScript, runId, epoch, retention.openMs),

    checkpoint({ runId, epoch, segments, replace }) {
      const first = segments[0]?.from ?? 0
      const end = segments.at(-1)
      const head = [epoch, first, end?.to ?? 0, replace ? 1 : 0, ttl(end)]
      return write(checkpointScript, runId, ...head, ...segments.flatMap(argumentsOf))
    },

    restore({ runId, owner, hostId, epoch, segments, tail, ...label }) {
      const end = tail.at(-1) ?? segments.at(-1)
      const head = [epoch, owner, hostId, labelText(label), ttl(end), end?.to ?? 0, end?.closes ? 1 : 0]
      const compacted = [segments.length, segments.at(-1)?.to ?? 0]
      return write(restoreScript, runId, ...head, ...compacted, ...[...segments, ...tail].flatMap(argumentsOf))
    },

    async reap(runId) {
      const seen = await reader.inspect(runId)
      if (!seen || seen.info.state === 'reserved') return 'unknown'
      const { epoch, last } = seen.info
      const base = { epoch, to: last }
      const batch = abandonedBatch(runId, nextEpoch(seen.now, epoch), base, seen.now)
      const head = [epoch, last, leaseMs, batch.epoch, JSON.stringify(base), batch.text, retention.endedMs]
      const answer = await run(reapScript, runId, ...head, ...news(runId, batch))
      return answer as 'reaped' | 'alive' | 'closed' | 'unknown'
    },

    inspect: async (runId) => (await reader.inspect(runId))?.info,

    read: (runId, after = 0, take) => reader.read(runId, after, take),

    async watch(runId, observer) {
      const listener = {
        message: (text: string) => tell(observer, text),
        interrupted: () => observer.interrupted(),
        active: () => observer.active(),
      }
      try {
        return await subscriptions.listen(runKeys(prefix, runId).live, listener)
      } catch (error) {
        throw transportFailed(error)
      }
    },

    async command(runId, command) {
      const found = await reader.inspect(runId)
      const unwritten = unwrittenAnswer(found?.info)
      if (!found || unwritten) return unwritten ?? 'no_writer'
      if (found.info.state === 'reserved') {
        const isKept = await run(storeCancelScript, runId, JSON.stringify({ reason: command.reason }))
        // It has started in between: its writer is there now.
        return isKept === 1 ? 'stored' : inbox.send((await reader.inspect(runId))?.hostId ?? '', runId, command)
      }
      return inbox.send(found.hostId, runId, command)
    },

    host(host) {
      hosts.add(host)
      const leave = inbox.host(host)
      return () => {
        hosts.delete(host)
        leave()
      }
    },

    close({ timeoutMs = 2_000 } = {}) {
      closing ??= Promise.all([...hosts].map((host) => host.shutdown(timeoutMs))).then(() => {
        isClosed = true
        subscriptions.close()
        commands.disconnect()
      })
      return closing
    },
  } satisfies Transport)
}

function tell(observer: RunObserver, text: string): void {
  try {
    const message: unknown = text.startsWith('{"type":"bell"') ? JSON.parse(text) : undefined
    if (isJsonObject(message)) observer.bell({ epoch: String(message.epoch), seq: Number(message.seq) })
    else observer.batch(batchOfText(text))
  } catch {
    // Not what we publish. Something was said all the same: the store knows what.
    observer.interrupted()
    observer.active()
  }
}
