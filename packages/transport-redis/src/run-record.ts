import {
  type Base,
  type EncodedBatch,
  isJsonObject,
  type JsonObject,
  type Position,
  type RunInfo,
  type RunLabel,
} from '@llmmon/core'
import { batchOfText } from './stored-batch.js'

/** A run, or a part of it, as the read script gives it. */
export interface RunRecord {
  readonly info: RunInfo
  /** Raw batches. */
  readonly batches: readonly EncodedBatch[]
  /** Redis' clock, ms. */
  readonly now: number
  /** The process that writes the run. */
  readonly hostId: string
  /** The number after which the next part begins; undefined when there is none. */
  readonly next: number | undefined
  /** The number up to which there are segments; 0 without any. */
  readonly segmentsEnd: number
  /** The epoch of the segments. */
  readonly firstEpoch: string
}

/** An entry of a stream of batches, as Redis gives it. */
export type Entry = readonly [id: string, fields: readonly string[]]

/** Reads what the read script gives; undefined where there is no run. */
export function recordOf(runId: string, reply: unknown): RunRecord | undefined {
  if (!Array.isArray(reply)) return undefined
  const [now, pairs, tail = [], hasMore = 0] = reply as [number, string[], Entry[]?, number?]
  const meta = new Map<string, string>()
  for (let i = 0; i + 1 < pairs.length; i += 2) meta.set(pairs[i] as string, pairs[i + 1] as string)
  const info = infoOf(runId, meta, Number(now))
  const last = tail.at(-1)
  return {
    now: Number(now),
    hostId: meta.get('host') ?? '',
    info,
    batches: batchesOf(tail),
    next: hasMore === 1 && last ? positionOf(last).seq : undefined,
    segmentsEnd: Number(meta.get('segments') ?? 0),
    firstEpoch: info.base?.epoch ?? info.epoch,
  }
}

/** The batches that entries hold. Anybody who can write to Redis could have written them; what cannot be read is left out, and shows as a hole. */
export function batchesOf(entries: readonly Entry[]): readonly EncodedBatch[] {
  return entries.flatMap(([, fields]) => readable(fields[fields.indexOf('text') + 1] ?? ''))
}

/** Where the batch of an entry ends. */
export function positionOf([id]: Entry): Position {
  const [epoch = '', seq] = id.split('-')
  return { epoch, seq: Number(seq) }
}

/** A label as it is kept. */
export function labelText({ chain, metadata, tags }: RunLabel): string {
  return JSON.stringify({ chain, metadata, tags })
}

/** What a label says that is kept; nothing where it cannot be read. */
export function labelOf(text: string | undefined): RunLabel {
  const label = parse<Partial<RunLabel> | null>(text)
  const { chain, metadata, tags } = label ?? {}
  return {
    chain: typeof chain === 'string' ? chain : null,
    metadata: isJsonObject(metadata) ? (metadata as JsonObject) : {},
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
  }
}

function infoOf(runId: string, meta: ReadonlyMap<string, string>, now: number): RunInfo {
  const base = parse<Base>(meta.get('base'))
  const cancel = parse<{ reason: string | null }>(meta.get('cancel'))
  return {
    runId,
    ...labelOf(meta.get('label')),
    state: (meta.get('state') ?? 'open') as RunInfo['state'],
    epoch: meta.get('epoch') ?? '0',
    last: Number(meta.get('last') ?? 0),
    opened: (meta.get('opened') ?? 'new') as RunInfo['opened'],
    silentMs: Math.max(0, now - Number(meta.get('hb') ?? 0)),
    ...(base && { base }),
    ...(cancel && { cancel }),
  }
}

function readable(text: string): readonly EncodedBatch[] {
  try {
    return [batchOfText(text)]
  } catch {
    return []
  }
}

function parse<Value>(text: string | undefined): Value | undefined {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Value
  } catch {
    return undefined
  }
}
