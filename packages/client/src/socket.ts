import { LlmmonError } from '@llmmon/core/protocol'

/** The part of a WebSocket that is used: the browser's, and that of the `ws` package. */
export interface WebSocketLike {
  readonly readyState: number
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  send(text: string): void
  close(code?: number, reason?: string): void
}

/** A WebSocket class. */
export type WebSocketClass = new (url: string, protocols?: string[]) => WebSocketLike

/**
 * The WebSocket class to use.
 *
 * @throws LlmmonError `no_websocket` where there is none.
 */
export function webSocketClass(given: WebSocketClass | undefined): WebSocketClass {
  const found = given ?? (globalThis as { WebSocket?: WebSocketClass }).WebSocket
  if (found) return found
  const advice = "In Node before 22: npm i ws, then pass { WebSocket: (await import('ws')).WebSocket }."
  throw new LlmmonError('no_websocket', `This runtime has no WebSocket. ${advice}`)
}

/** The address as a WebSocket needs it: absolute, `ws:` or `wss:`. Relative ones belong to the page. Default `/ws`. */
export function webSocketUrl(url = '/ws'): string {
  const page = (globalThis as { location?: { href: string } }).location?.href
  let parsed: URL
  try {
    parsed = new URL(url, page)
  } catch (cause) {
    const advice = page ? '' : ' Outside of a page it has to be absolute, such as ws://localhost:3000/ws.'
    throw new LlmmonError(
      'invalid_argument',
      `Expected the address of a monitor server; got ${JSON.stringify(url)}.${advice}`,
      { cause },
    )
  }
  parsed.protocol = parsed.protocol.replace('http', 'ws')
  parsed.hash = ''
  if (parsed.protocol === 'ws:' || parsed.protocol === 'wss:') return parsed.href
  throw new LlmmonError('invalid_argument', `Expected a ws, wss, http or https address; got ${JSON.stringify(url)}.`)
}
