import { LlmmonError, type WriteAnswer } from '../../src/index.js'
import type { Draft, TokenDraft } from '../../src/writer/draft.js'
import { defaultWriterLimits } from '../../src/writer/limits.js'
import { RunWriter } from '../../src/writer/run-writer.js'
import { sendRequest } from '../../src/writer/send-request.js'
import type { WriterRequest } from '../../src/writer/writer-request.js'
import { runId, type World } from './world.js'

/** What becomes of a request: `lost` is done but not answered; `late` is done much later, when nobody waits any more. */
export type Fate = 'answered' | 'lost' | 'refused' | 'late'

const trouble = new LlmmonError('transport_failed', 'The answer did not come.', { retryable: true })

/** A writer whose requests meet a fate, and what it was told to say. */
export class ModelWriter {
  readonly writer: RunWriter
  readonly names: { readonly owner: string; readonly hostId: string }
  /** How many `custom` events it has said, numbered from 0. */
  customs = 0
  /** The text of each step. */
  readonly texts = new Map<string, string>()
  hasEnded = false
  stopped: string | undefined
  #late: WriterRequest[] = []
  readonly #told: (request: WriterRequest) => void

  /** @param told hears of each request that was done and is to be published */
  constructor(owner: string, ifExists: 'refuse' | 'replace', told: (request: WriterRequest) => void) {
    this.names = { owner, hostId: owner }
    this.#told = told
    this.writer = new RunWriter({
      runId,
      chain: 'c',
      metadata: {},
      tags: [],
      ifExists,
      limits: defaultWriterLimits,
      heartbeatMs: 5_000,
      onStopped: (code) => {
        this.stopped = code
      },
      onCancel: () => undefined,
    })
  }

  say(kind: 'custom' | 'token', count: number): void {
    if (this.hasEnded) return
    for (let i = 0; i < count; i += 1) {
      if (kind === 'token') this.#token(`step-${i % 2}`)
      else this.#push({ update_type: 'custom', name: 'n', data: this.customs++, ts: 0 })
    }
  }

  end(): void {
    if (this.hasEnded) return
    this.hasEnded = true
    this.#push({ update_type: 'complete', status: 'completed', result: this.customs, ts: 0 })
  }

  /** Makes the next request, if there is one; gives whether there was. */
  async send(world: World, fate: Fate, now: number): Promise<boolean> {
    const request = this.writer.next(now)
    if (!request) return false
    if (fate === 'late') this.#late.push(request)
    if (fate === 'refused' || fate === 'late') {
      this.writer.failed(trouble, true, now, 0.5)
      return true
    }
    const answer = await this.#do(world, request)
    if (fate === 'answered') this.writer.answered(request, answer, now)
    else this.writer.failed(trouble, true, now, 0.5)
    return true
  }

  /** Has the oldest late request done. */
  async arrive(world: World): Promise<void> {
    const request = this.#late.shift()
    if (request) await this.#do(world, request)
  }

  /**
   * The store is another one now. What was on its way to the one before does not reach it; where it is the same server that was flushed, only claims
   * would have had to wait too long.
   */
  loseLate(claimsOnly: boolean): void {
    this.#late = this.#late.filter(({ op }) => claimsOnly && op !== 'claim')
  }

  /** Whether late requests are still on their way. */
  get isAwaited(): boolean {
    return this.#late.length > 0
  }

  async #do(world: World, request: WriterRequest) {
    const answer = await sendRequest(world.transport, this.writer, this.names, request)
    if (request.op === 'append' && (answer as WriteAnswer).answer === 'ok') this.#told(request)
    return answer
  }

  #token(step: string): void {
    const before = this.texts.get(step) ?? ''
    const delta = `${before.length}-`
    this.texts.set(step, before + delta)
    const draft: TokenDraft = { update_type: 'token', channel: 'text', step_id: step, delta, at: before.length, ts: 0 }
    this.#push(draft)
  }

  #push(draft: Draft): void {
    this.writer.push(draft, 10, defaultWriterLimits.bufferedLength)
  }
}
