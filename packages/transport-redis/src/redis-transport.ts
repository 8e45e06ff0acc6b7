import {
  abandonedBatch,
  type ClaimAnswer,
  type EncodedBatch,
  isJsonObject,
  LlmmonError,
  nextEpoch,
  type RunObserver,
  type Transport,
  type WriteAnswer,
  type WriterHost,
} from '@llmmon/core'
import { connectRedis } from './connect.js'
import { Inbox } from './inbox.js'
import { runKeys } from './keys.js'
import { type RedisTransportOptions, resolveRedisOptions } from './options.js'
import { labelText, type RunRecord, recordOf } from './run-record.js'
import { runScript } from './run-script.js'
import {
  appendScript,
  checkpointScript,
  claimScript,
  heartbeatScript,
  readScript,
  reapScript,
  reserveScript,
  restoreScript,
  type Script,
  storeCancelScript,
} from './script.js'
import { batchOfText, messageOf } from './stored-batch.js'
import { Subscriber } from './subscriber.js'

/**
 * Redis (6.2 or later, or Valkey) as the transport: many processes write and watch the same runs. Connects at once and again
 * for ever; while Redis cannot be reached, chains go on and their events wait.
 *
 * @throws LlmmonError `invalid_argument` without a url or client, or with both.
 * @example
 * const transport = redisTransport({ url: 'redis://localhost:6379' })
 */
export function redisTransport(given: RedisTransportOptions): Transport {
  const options = resolveRedisOptions(given)
  const { prefix, retentionMs, openRetentionMs, heartbeatMs, leaseMs } = options
  const redis = connectRedis(options, 'commands')
  const subscriber = new Subscriber(connectRedis(options, 'subscriber'))
  const inbox = new Inbox(redis, subscriber, prefix)
  const hosts = new Set<WriterHost>()
  const reads = new Map<string, Promise<RunRecord | undefined>>()
  let closing: Promise<void> | undefined
  let isClosed = false

  function run(script: Script, runId: string, ...args: (string | number)[]): Promise<unknown> {
    if (isClosed) return Promise.reject(new LlmmonError('closed', 'This Redis transport was closed; make a new one.'))
    return runScript(redis, script, runKeys(prefix, runId), args)
  }

  async function write(script: Script, runId: string, ...args: (string | number)[]): Promise<WriteAnswer> {
    const [answer, last] = (await run(script, runId, ...args)) as [WriteAnswer['answer'], number]
    return { answer, last: Number(last) }
  }

  // However many ask at once, the store is read once.
  function record(runId: string, withBatches: boolean): Promise<RunRecord | undefined> {
    if (!withBatches) return run(readScript, runId, '0').then((reply) => recordOf(runId, reply))
    const known = reads.get(runId)
    if (known) return known
    const reading = run(readScript, runId, '1')
      .then((reply) => recordOf(runId, reply))
      .finally(() => reads.delete(runId))
    reads.set(runId, reading)
    return reading
  }

  const ttl = (batch: EncodedBatch | undefined) => (batch?.closes ? retentionMs : openRetentionMs)
  const flag = (isSet: boolean) => (isSet ? '1' : '0')

  return {
    liveness: { heartbeatMs, leaseMs },

    async reserve({ runId, ttlMs, ...label }) {
      return (await run(reserveScript, runId, labelText(label), ttlMs)) as 'ok' | 'exists'
    },

    async claim({ runId, owner, hostId, mode, ...label }) {
      const reply = await run(claimScript, runId, mode, owner, hostId, labelText(label), openRetentionMs)
      const [answer, epoch, cancel] = reply as [ClaimAnswer['answer'], string, string | null]
      if (answer !== 'ok') return { answer }
      return { answer, epoch, ...(cancel && { cancel: JSON.parse(cancel) }) }
    },

    append({ runId, batch }) {
      const { epoch, from, to, closes, text } = batch
      const { live } = runKeys(prefix, runId)
      return write(appendScript, runId, epoch, from, to, flag(closes), text, ttl(batch), live, messageOf(batch))
    },

    heartbeat: ({ runId, epoch }) => write(heartbeatScript, runId, epoch, openRetentionMs),

    checkpoint({ runId, epoch, segments, replace }) {
      const texts = segments.map(({ text }) => text)
      const first = segments[0]?.from ?? 0
      const end = segments.at(-1)
      return write(checkpointScript, runId, epoch, first, end?.to ?? 0, flag(replace), ttl(end), ...texts)
    },

    restore({ runId, owner, hostId, epoch, segments, tail, ...label }) {
      const end = tail.at(-1) ?? segments.at(-1)
      const closed = flag(end?.closes ?? false)
      const texts = segments.map(({ text }) => text)
      const raw = tail.flatMap(({ from, to, closes, text }) => [from, to, flag(closes), text])
      const head = [epoch, owner, hostId, labelText(label), ttl(end), end?.to ?? 0, closed]
      return write(restoreScript, runId, ...head, segments.length, segments.at(-1)?.to ?? 0, ...texts, ...raw)
    },

    async reap(runId) {
      const seen = await record(runId, false)
      if (!seen) return 'unknown'
      const { epoch, last, state } = seen.history.info
      if (state === 'reserved') return 'unknown'
      const base = { epoch, to: last }
      const batch = abandonedBatch(runId, nextEpoch(seen.now, epoch), base, seen.now)
      const { live } = runKeys(prefix, runId)
      const tailArgs = [batch.epoch, JSON.stringify(base), batch.text, retentionMs, live, messageOf(batch)]
      return (await run(reapScript, runId, epoch, last, leaseMs, ...tailArgs)) as
        | 'reaped'
        | 'alive'
        | 'closed'
        | 'unknown'
    },

    inspect: async (runId) => (await record(runId, false))?.history.info,

    async read(runId, after = 0) {
      const found = await record(runId, true)
      if (!found) return undefined
      const { info, batches } = found.history
      return { info, batches: batches.filter(({ to }) => to > after) }
    },

    async watch(runId, observer) {
      const { live } = runKeys(prefix, runId)
      return subscriber.listen(live, {
        message: (text) => tell(observer, text),
        interrupted: () => observer.interrupted(),
        active: () => observer.active(),
      })
    },

    async command(runId, command) {
      const found = await record(runId, false)
      const state = found?.history.info.state
      if (!found || state === 'abandoned') return 'no_writer'
      if (state === 'closed') return 'already_ended'
      if (state === 'reserved') {
        const isKept = await run(storeCancelScript, runId, JSON.stringify({ reason: command.reason }))
        // It has started in between: its writer is there now.
        return isKept === 1 ? 'stored' : inbox.send((await record(runId, false))?.hostId ?? '', runId, command)
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
        subscriber.close()
        redis.disconnect()
      })
      return closing
    },
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
}
