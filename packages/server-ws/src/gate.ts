import type { IncomingMessage } from 'node:http'
import type { RunLabel } from '@llmmon/core'
import type { MonitorAction, ResolvedServerOptions } from './options.js'

/** What `authenticate` said: who it is, or that it is nobody. */
export type Identity = { readonly principal: unknown } | undefined

/** A no takes at least this long, so that its time tells nothing, ms. */
const refusalMs = 100

/** Asks the two hooks of the application. Whatever goes wrong in them is a no. */
export class Gate {
  readonly #options: ResolvedServerOptions

  constructor(options: ResolvedServerOptions) {
    this.#options = options
  }

  /** Who is asking. */
  async identify(request: IncomingMessage, token: string | undefined): Promise<Identity> {
    const { authenticate } = this.#options
    if (!authenticate) return { principal: undefined }
    const principal = await this.#ask('authenticate', () => authenticate(request, { token }))
    return principal === undefined || principal === null ? undefined : { principal }
  }

  /** Whether they may. Asked before anything is looked up about the run. */
  async permits(principal: unknown, action: MonitorAction, runId: string, token: string | undefined): Promise<boolean> {
    let label: Promise<RunLabel | undefined> | undefined
    const run = () => (label ??= this.#label(runId))
    const answer = await this.#ask('authorize', () => this.#options.authorize({ principal, action, runId, token, run }))
    return answer === true
  }

  /** Waits until a refusal may be told, counted from when the request came. */
  async refusal(since: number, now: () => number): Promise<void> {
    // A timer may come a little early; a refusal must not.
    for (let left = since + refusalMs - now(); left > 0; left = since + refusalMs - now()) {
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
