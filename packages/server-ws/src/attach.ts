import type { IncomingMessage, Server } from 'node:http'
import type { Server as SecureServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { LlmmonError } from '@llmmon/core'
import { type Route, routeOf } from './route.js'

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** The listeners of all our servers, and what their paths are: an upgrade that none of them knows is answered where nobody else listens. */
const ours = new WeakMap<object, string>()

/**
 * Takes the upgrades of an HTTP server for `path` and below; other ones only where they have no other owner.
 *
 * @returns how to take it back, idempotent.
 * @throws LlmmonError `invalid_argument` for what is no server or no path.
 */
export function attach(
  server: Server | SecureServer,
  path: string,
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, route: Route) => void,
): () => void {
  if (typeof server?.on !== 'function' || typeof server.listeners !== 'function') {
    const advice = 'With Express: the server that app.listen() gives; with Fastify: app.server.'
    throw new LlmmonError(
      'invalid_argument',
      `Expected attach(server) with a server of node:http or node:https. ${advice}`,
    )
  }
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw new LlmmonError('invalid_argument', `Expected a path that starts with "/"; got ${JSON.stringify(path)}.`)
  }
  const onUpgrade: Upgrade = (request, socket, head) => {
    const route = routeOf(request.url, path)
    if (route.kind !== 'foreign' || isNobodys(request.url)) upgrade(request, socket, head, route)
  }
  // Of several of ours that do not know it, the first answers.
  const isNobodys = (url: string | undefined) => {
    const listeners = server.listeners('upgrade')
    const isForeign = (own: string | undefined) => own !== undefined && routeOf(url, own).kind === 'foreign'
    return listeners[0] === onUpgrade && listeners.every((listener) => isForeign(ours.get(listener)))
  }
  ours.set(onUpgrade, path)
  server.on('upgrade', onUpgrade)
  return () => void server.off('upgrade', onUpgrade)
}
