import type { Logger } from '@llmmon/core'
import { bareMessage } from './bare-error.js'

/** Where warnings go: to the logger, or to the console where there is none. */
export function warn(logger: Logger | undefined, message: string, err?: unknown): void {
  try {
    if (logger) logger.warn({ ...(err !== undefined && { err }) }, message)
    else console.warn(`llmmon: ${message}`)
  } catch {
    // A logger that throws must not matter to a chain.
  }
}

/** As `warn`, for good news: only to a logger. */
export function inform(logger: Logger | undefined, message: string): void {
  try {
    logger?.info({}, message)
  } catch {
    // As above.
  }
}

const inDocument = 'Commands, keys and channels are listed in PROTOCOL.md, section 7.'

/** What is wrong with a connection, and what to do about it. Never with credentials. */
export function adviceOn(error: unknown): string {
  const { message: own = String(error), code: ownCode, lastNodeError } = (error ?? {}) as RedisTrouble
  // A cluster says only that no node could be reached; what the last node said is what is wrong.
  const { message: last = own, code = ownCode } = lastNodeError ?? {}
  const message = bareMessage(last)
  if (/WRONGPASS|NOAUTH|invalid password|without any password/i.test(message)) {
    return 'Redis refuses the credentials. Check user and password of its address; runs go on, unwatched, until it takes them.'
  }
  if (/NOPERM|user executing the script|ACL failure in script/.test(message))
    return `Redis does not permit what is needed (${message}). ${inDocument}`
  if (code !== undefined && /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code)) {
    return `The TLS certificate of Redis is not accepted (${code}). Pass its authority in { tls: { ca } } of a client.`
  }
  if (/cluster support disabled/i.test(message)) {
    return 'This Redis is not a cluster: pass its url, or a Redis of ioredis instead of a Cluster.'
  }
  if (/sentinels are unreachable/i.test(message)) {
    return `No Sentinel gives the address of the primary (${message}). Check the addresses of the sentinels and the name. Runs go on and their events wait.`
  }
  return `Redis cannot be reached (${code ?? message}). Runs go on and their events wait; it will be tried again.`
}

interface RedisTrouble {
  readonly message?: string
  readonly code?: string
  readonly lastNodeError?: { readonly message?: string; readonly code?: string }
}

/**
 * What is wrong with a Redis that can be reached, from what its INFO says; one sentence each, with the remedy.
 *
 * @param info the text of INFO
 * @param isClusterClient whether the connection is one to a cluster
 */
export function adviceOnServer(info: string, isClusterClient = false): string[] {
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
  const advice: string[] = []
  const version = field('redis_version')
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  if (version !== undefined && (major < 6 || (major === 6 && minor < 2))) {
    advice.push(`Redis ${version} is too old: 6.2 or later is needed.`)
  }
  if (field('role') === 'slave')
    advice.push('This Redis is a replica: it takes no writes. Use the address of its primary.')
  if (field('cluster_enabled') === '1' && !isClusterClient) {
    advice.push('This Redis is a node of a cluster: pass { client: new Cluster([…]) } of ioredis instead.')
  }
  return advice
}

/** Whether a Redis drops runs when it is full, or would once it can be, from what its INFO says. Everything works all the same, until then. */
export function adviceOnEviction(info: string): string[] {
  const policy = /^maxmemory_policy:(.*?)\r?$/m.exec(info)?.[1]
  if (policy === undefined || policy === 'noeviction') return []
  const isBounded = !/^maxmemory:0\r?$/m.test(info)
  return [
    isBounded
      ? `Redis may evict runs that are being written (maxmemory-policy ${policy}). Set it to noeviction.`
      : `Redis will evict runs that are being written once maxmemory is set (maxmemory-policy ${policy}; maxmemory is 0 now). Set the policy to noeviction.`,
  ]
}

/** What is wrong, from the commands that failed when each was tried: command and answer, by turns. */
export function adviceOnCommands(failures: readonly string[]): string[] {
  const commands = failures.filter((_, index) => index % 2 === 0)
  const answers = failures.filter((_, index) => index % 2 === 1)
  if (commands.length === 0) return []
  const [answer = ''] = answers
  if (/OOM/.test(answer)) return ['Redis is out of memory. Raise maxmemory; until then events wait in this process.']
  // Said of the server already, and better.
  if (/READONLY/.test(answer)) return []
  return [`Redis does not permit ${[...new Set(commands)].join(', ')} (${answer}). ${inDocument}`]
}

/** What is wrong where channels cannot be listened on, or what is published does not arrive. */
export function adviceOnListening(error: unknown): string {
  const message = error instanceof Error ? error.message : undefined
  if (message === undefined) {
    return 'What is published in Redis does not arrive: pages will follow only every few seconds. Is there a proxy that does not carry pub/sub?'
  }
  return `Redis does not let this process listen (${message}): pages will not be live. ${inDocument}`
}
