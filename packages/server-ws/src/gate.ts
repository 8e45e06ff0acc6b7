import type { IncomingMessage } from 'node:http'
import type { RunLabel } from '@llmmon/core'
import { anonymous, type Identity, identityOf } from './identity.js'
import type { MonitorAction, ResolvedServerOptions } from './options.js'
import { type Revocation, Revocations } from './revocations.js'

/** What somebody wants of a run. */
export interface Wish {
  readonly action: MonitorAction
  readonly runId: string
  /** The token that came with the request. */
  readonly token: string | undefined
  /** When it came, ms since 1970. */
  readonly cameAt: number
}

/** A no is told at the next multiple of this after the request, so that its time tells nothing, ms. */
const refusalMs = 100

/** Asks the hooks of the application. Whatever goes wrong in them is a no, and so is what is revoked while they are asked. */
export class Gate {
  readonly #options: ResolvedServerOptions
  readonly #revocations = new Revocations()

  constructor(options: ResolvedServerOptions) {
    this.#options = options
  }

  /**
   * Who is asking; undefined for nobody.
   *
   * @param request may be missing where there is no `authenticate`
   */
  async identify(request: IncomingMessage | undefined, token: string | undefined): Promise<Identity | undefined> {
    const { authenticate } = this.#options
    const isRevoked = this.#revocations.begin()
    const identity = await this.#ask('authenticate', async () =>
      authenticate
        ? identityOf(await authenticate(request as IncomingMessage, { token }), this.#options)
        : anonymous(this.#options),
    )
    return isRevoked(identity?.principal) ? undefined : identity
  }

  /** Whether they may. Asked before anything is looked up about the run. */
  async permits({ principal }: Identity, { action, runId, token, cameAt }: Wish): Promise<boolean> {
    // A malformed id is nobody's run.
    if (runId === '') return false
    let label: Promise<RunLabel | undefined> | undefined
    const run = () => (label ??= this.#label(runId))
    const asked = { principal, action, runId, token, tokenCameAt: new Date(cameAt), run }
    const isRevoked = this.#revocations.begin()
    const answer = await this.#ask('authorize', () => this.#options.authorize(asked))
    return !isRevoked(principal, runId) && answer === true
  }

  /** Whatever the hooks are answering just now may be older than this. */
  revoke(revocation: Revocation): void {
    this.#revocations.add(revocation)
  }

  /** Waits until a refusal may be told, counted from when the request came. */
  async refusal(since: number, now: () => number): Promise<void> {
    const steps = Math.max(1, Math.ceil((now() - since) / refusalMs))
    // The clock counts whole ms: it was nearly one more when the request came.
    const due = since + steps * refusalMs + 1
    // A timer may come a little early; a refusal must not.
    for (let left = due - now(); left > 0; left = due - now()) {
      await new Promise<void>((resolve) => {
        setTimeout(resolve, Math.ceil(left)).unref()
      })
    }
  }

  async #label(runId: string): Promise<RunLabel | undefined> {
    const info = await this.#options.transport.inspect(runId)
    return info && { chain: info.chain, metadata: info.metadata, tags: info.tags }
  }

  async #ask<Answer>(hook: string, call: () => Answer | Promise<Answer>): Promise<Answer | undefined> {
    const { logger, limits } = this.#options
    let timer: NodeJS.Timeout | undefined
    try {
      const deadline = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => {
          logger.warn({ hook, timeoutMs: limits.hookTimeoutMs }, 'A hook took too long; the answer is no')
          resolve(undefined)
        }, limits.hookTimeoutMs)
        timer.unref()
      })
      return await Promise.race([Promise.resolve(call()), deadline])
    } catch (err) {
      logger.warn({ hook, err }, 'A hook threw; the answer is no')
      return undefined
    } finally {
      clearTimeout(timer)
    }
  }
}
