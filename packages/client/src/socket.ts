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
 * Opens a socket.
 *
 * @param given the class to use; default: the runtime's own
 * @throws LlmmonError `no_websocket` where there is none, and whatever the class throws.
 */
export function openSocket(given: WebSocketClass | undefined, url: string, protocols?: string[]): WebSocketLike {
  const Socket = given ?? (globalThis as { WebSocket?: WebSocketClass }).WebSocket
  if (Socket) return new Socket(url, protocols)
  throw new LlmmonError('no_websocket', 'This runtime has no WebSocket: npm i ws, and pass its WebSocket as an option')
}

/**
 * The address as a WebSocket needs it: absolute, `ws:` or `wss:`. Relative ones belong to the page. Default `/ws`.
 *
 * @throws LlmmonError `invalid_argument` for what is none.
 */
export function webSocketUrl(url = '/ws'): string {
  try {
    const address = new URL(url, (globalThis as { location?: Location }).location?.href)
    address.protocol = address.protocol.replace('http', 'ws')
    address.hash = ''
    if (/^wss?:$/.test(address.protocol)) return address.href
  } catch {
    // What is wrong is said below.
  }
  throw new LlmmonError(
    'invalid_argument',
    `Expected a ws, wss, http or https address, absolute outside of a page; got ${JSON.stringify(url)}.`,
  )
}
