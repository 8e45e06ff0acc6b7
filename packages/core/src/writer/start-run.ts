import { checkRunId, createRunId, LlmmonError } from '../protocol/index.js'
import type { RunLabel, Transport } from '../transport/transport.js'
import { currentContext } from './current-run.js'
import { createReporter, type ErrorHook, type Logger, runError } from './hooks.js'
import { defaultWriterLimits, type WriterLimits } from './limits.js'
import { type PublicError, publicError } from './public-error.js'
import { publisherOf } from './publisher.js'
import type { RedactHook } from './redact.js'
import type { Run } from './run.js'
import { createRunHandle } from './run-handle.js'
import { RunRecorder } from './run-recorder.js'
import type { RunSink } from './run-sink.js'
import { snapshot } from './snapshot.js'

/** How runs are written: what `startRun` and `monitorChain` have in common. */
export interface WriterOptions {
  /** The chain's name, at most 256 characters. */
  name: string
  /** Where the events go. */
  transport: Transport
  /** How many top-level steps a run has, if that is known: then its progress is known. Default: not known. */
  totalSteps?: number
  /** Changes what leaves the process, see `RedactHook`. Default: nothing beyond secret-looking keys. */
  redact?: RedactHook
  /** What viewers learn of an error. Default: its message, with what looks like a secret masked. */
  publicError?: (error: unknown) => PublicError
  /** Bounds, see `WriterLimits`. */
  limits?: WriterLimits
  /** Told, once per code and run, of trouble with watching the run. Default: the logger, else `console.warn`. */
  onError?: ErrorHook
  /** A logger in the shape of pino's. Default: none. */
  logger?: Logger
  /**
   * When the run id is taken: `refuse` lets the chain run unmonitored and tells `onError` with code `run_exists`; `replace` forgets the
   * other run. Default `refuse`.
   */
  ifExists?: 'refuse' | 'replace'
}

/** What one run has of its own. */
export interface RunOptions {
  /** The run's id, `^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$`. Default: a new UUID. */
  runId?: string
  /** Anything its viewers and `authorize` should know. Default `{}`. */
  metadata?: { readonly [key: string]: unknown }
  /** Words to find it by. Default none. */
  tags?: readonly string[]
  /** Cancels the run when it aborts. */
  signal?: AbortSignal
  /** The run in which this one is started. Default: `currentRun()`; null for none. */
  parent?: { readonly runId: string; readonly stepId?: string } | null
}

/** A run and its recorder, for the code that settles it. */
export interface OpenRun {
  readonly run: Run
  readonly recorder: RunRecorder
}

/**
 * Starts a run that you write yourself, where there is no one function to wrap. End it with `complete`, `fail` or
 * `cancel`; one that is never ended stays open as long as its process lives.
 *
 * @throws LlmmonError `invalid_argument` without a name or transport, `invalid_run_id` for a malformed id.
 * @example
 * const run = startRun({ name: 'import', transport })
 * for (const [i, row] of rows.entries()) { await save(row); run.progress((i / rows.length) * 100) }
 * run.complete({ rows: rows.length })
 */
export function startRun(options: WriterOptions & RunOptions): Run {
  return openRun(options).run
}

/** As `startRun`, with the recorder. `totalWeight` is what all steps weigh together, where that is known. */
export function openRun(options: WriterOptions & RunOptions, totalWeight?: number): OpenRun {
  const { name, transport, totalSteps, signal } = checkWriterOptions(options)
  const runId = options.runId === undefined ? createRunId() : checkRunId(options.runId)
  const limits = { ...defaultWriterLimits, ...options.limits }
  const report = createReporter(runId, options.onError, options.logger)
  const { metadata = {}, tags = [] } = options
  const label = { chain: name, metadata: copyMetadata(metadata, limits.payloadLength), tags: [...tags] }

  let isAbandoned = false
  const publisher = publisherOf(transport)
  const published = publisher.add(
    {
      runId,
      ...label,
      ifExists: options.ifExists ?? 'refuse',
      limits,
      heartbeatMs: transport.liveness.heartbeatMs,
      onStopped: (code, message, cause) => report(runError(code, runId, message, cause)),
      onCancel: (reason) => void recorder.requestCancel(reason),
      onLabel: (merged) => recorder.startOf(startFields(merged)).draft,
    },
    {
      cancel: (reason) => recorder.requestCancel(reason),
      abandon() {
        isAbandoned = recorder.end({ how: 'abandoned' })
      },
    },
  )
  const sink: RunSink = {
    get monitored() {
      return !isAbandoned && published.writer.phase !== 'stopped'
    },
    push: (draft, payloadLength) => publisher.push(published, draft, payloadLength, limits.bufferedLength),
    flushed: (timeoutMs) => publisher.flushed(published, timeoutMs),
  }
  const recorder = new RunRecorder({
    runId,
    limits,
    totalSteps,
    totalWeight,
    redact: options.redact,
    publicError: options.publicError ?? ((error) => publicError(error, limits.messageLength)),
    report,
    sink,
    onEnd: () => signal?.removeEventListener('abort', onAbort),
  })
  const parent = parentOf(options.parent)
  const startFields = ({ metadata, tags }: Omit<RunLabel, 'chain'>) => ({
    chain: name,
    metadata,
    tags,
    ...(parent && { parent }),
  })
  recorder.start(startFields(label))

  const onAbort = () => void recorder.requestCancel(abortMessage(signal?.reason), signal?.reason)
  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  return { run: createRunHandle(recorder), recorder }
}

/** The options of a writer, if they can be used. */
export function checkWriterOptions<Options extends WriterOptions>(options: Options): Options {
  if (typeof options?.name !== 'string' || options.name === '') {
    throw new LlmmonError('invalid_argument', 'Expected a name for the chain: { name: "summarise", transport }.')
  }
  const { transport } = options as { transport?: Partial<Transport> }
  if (typeof transport?.append !== 'function' || typeof transport.claim !== 'function') {
    throw new LlmmonError(
      'invalid_argument',
      `Expected a transport for the chain "${options.name}": pass { transport: memoryTransport() }, the same one that the server has.`,
    )
  }
  return options
}

function copyMetadata(metadata: unknown, maxLength: number): { readonly [key: string]: never } {
  const { value } = snapshot(metadata, 'metadata', maxLength)
  return (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}) as {
    readonly [key: string]: never
  }
}

function parentOf(parent: RunOptions['parent']): { run_id: string; step_id?: string } | undefined {
  if (parent === null) return undefined
  const context = parent ? undefined : currentContext()
  const runId = parent?.runId ?? context?.run.runId
  const stepId = parent ? parent.stepId : context?.stepId
  return runId === undefined ? undefined : { run_id: runId, ...(stepId !== undefined && { step_id: stepId }) }
}

function abortMessage(reason: unknown): string | null {
  return reason instanceof Error ? reason.message : typeof reason === 'string' ? reason : null
}
