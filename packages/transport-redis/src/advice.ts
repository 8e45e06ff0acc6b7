import type { Logger } from '@llmmon/core'

/** Where warnings go: to the logger, or to the console where there is none. */
export function warn(logger: Logger | undefined, message: string, err?: unknown): void {
  if (logger) logger.warn({ ...(err !== undefined && { err }) }, message)
  else console.warn(`llmmon: ${message}`)
}

/** What is wrong with a connection, and what to do about it. Never with credentials. */
export function adviceOn(error: unknown): string {
  const { message = String(error), code } = (error ?? {}) as { message?: string; code?: string }
  if (/WRONGPASS|NOAUTH|invalid password|without any password/i.test(message)) {
    return 'Redis refuses the credentials. Check user and password of its address; runs go on, unwatched, until it takes them.'
  }
  if (/NOPERM/.test(message)) {
    return 'Redis does not permit what is needed. The commands and keys are listed in PROTOCOL.md, section 7.'
  }
  if (code !== undefined && /CERT|SSL|TLS|SELF_SIGNED/.test(code)) {
    return `The TLS certificate of Redis is not accepted (${code}). Pass its authority in { tls: { ca } } of a client.`
  }
  return `Redis cannot be reached (${code ?? message}). Runs go on and their events wait; it will be tried again.`
}

/**
 * What is wrong with a Redis that can be reached, from what its INFO says; one sentence each, with the remedy.
 *
 * @param info the text of INFO
 */
export function adviceOnServer(info: string): string[] {
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
  const advice: string[] = []
  const version = field('redis_version')
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  if (version !== undefined && (major < 6 || (major === 6 && minor < 2))) {
    advice.push(`Redis ${version} is too old: 6.2 or later is needed.`)
  }
  const policy = field('maxmemory_policy')
  if (policy !== undefined && policy !== 'noeviction' && field('maxmemory') !== '0') {
    advice.push(`Redis may evict runs that are being written (maxmemory-policy ${policy}). Set it to noeviction.`)
  }
  if (field('role') === 'slave')
    advice.push('This Redis is a replica: it takes no writes. Use the address of its primary.')
  return advice
}
