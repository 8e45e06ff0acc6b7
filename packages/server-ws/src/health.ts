import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Transport } from '@llmmon/core'

/** Answers an HTTP request. */
export type HealthHandler = (request: IncomingMessage, response: ServerResponse) => void

/** What can be asked of a server's health. */
export interface Health {
  /** 200 as long as the process answers at all: what does not should be started again. */
  readonly healthz: HealthHandler
  /** 200 while new viewers are welcome: not when the server is closing, or the store does not answer; then 503, with the reason. */
  readonly readyz: HealthHandler
}

/** How long the store may take, ms, and for how long its answer is believed. */
const storeMs = 2_000
const believedMs = 1_000
/** A run of this id is looked for; it matters only that an answer comes. */
const lookedFor = 'readyz'

/** Makes the handlers. @param isClosing whether the server is shutting down */
export function createHealth(transport: Transport, isClosing: () => boolean, now: () => number): Health {
  let asked: { readonly at: number; readonly answer: Promise<boolean> } | undefined

  // However often it is asked, the store is not.
  function storeAnswers(): Promise<boolean> {
    if (!asked || now() - asked.at > believedMs) asked = { at: now(), answer: inTime(transport.inspect(lookedFor)) }
    return asked.answer
  }

  return {
    healthz: (_, response) => answer(response, 200, 'ok'),
    async readyz(_, response) {
      if (isClosing()) answer(response, 503, 'this server is shutting down')
      else if (await storeAnswers()) answer(response, 200, 'ok')
      else answer(response, 503, 'the store does not answer')
    },
  }
}

async function inTime(look: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), storeMs)
    timer.unref()
  })
  const found = await Promise.race([look.then(() => true as const).catch(() => false as const), late])
  clearTimeout(timer)
  return found
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
  response.end(`${text}\n`)
}
