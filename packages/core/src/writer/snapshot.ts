import type { Json } from '../protocol/index.js'
import { sliceText } from './code-point.js'
import { isSecretKey, redactedMark } from './secret.js'

/** A value as it is sent: plain JSON, not longer than its budget. */
export interface Snapshot {
  readonly value: Json
  /** Its length as JSON, about. */
  readonly length: number
  /** Paths at which it was cut, starting with the name it was given. */
  readonly truncated: readonly string[]
}

/** Strings above this are not sliced, since slicing a long concatenated string first copies all of it. */
const longestSliced = 8_388_608
const maxDepth = 24

/**
 * Takes a copy of any value, within a budget: it stops when the budget is used up instead of shrinking afterwards,
 * and nothing in the value can make it throw. Dates become ISO strings, bigints decimal strings, sets arrays, maps
 * objects, errors `{ name, message }`; bytes, functions, promises, circles and unreadable parts become marks; values of secret-looking keys `[redacted]`.
 * Its cost is that of what it keeps, but for an object with very many keys, whose names have to be listed first.
 *
 * @param name where the value stands in its event; the paths in `truncated` start with it
 */
export function snapshot(value: unknown, name: string, budget: number): Snapshot {
  const walk = new Walk(budget)
  const copy = walk.copy(value, name, 0)
  return { value: copy ?? null, length: budget - walk.left, truncated: walk.truncated }
}

class Walk {
  left: number
  readonly truncated: string[] = []
  // Made for the first object: most of what is sent is text.
  #above: Set<object> | undefined

  constructor(budget: number) {
    this.left = budget
  }

  copy(value: unknown, path: string, depth: number): Json | undefined {
    switch (typeof value) {
      case 'string':
        return this.#text(value, path)
      case 'number':
        this.left -= 8
        return Number.isFinite(value) ? value : null
      case 'boolean':
        this.left -= 5
        return value
      case 'bigint':
        return this.#text(value.toString(), path)
      case 'object':
        if (value !== null) return this.#object(value, path, depth)
        this.left -= 4
        return null
      default:
        return undefined
    }
  }

  #text(text: string, path: string): string {
    const room = Math.max(0, this.left - 2)
    if (text.length <= room) {
      this.left -= text.length + 2
      return text
    }
    this.truncated.push(path)
    this.left = 0
    return text.length > longestSliced ? `[text of ${text.length} characters]` : `${sliceText(text, room)}…`
  }

  #object(value: object, path: string, depth: number): Json {
    this.#above ??= new Set()
    if (this.#above.has(value)) return this.#mark('[circular]')
    if (depth >= maxDepth) {
      this.truncated.push(path)
      return this.#mark('[too deep]')
    }
    this.#above.add(value)
    try {
      return this.#members(value, path, depth)
    } catch {
      // A getter, a proxy or toJSON threw: the value cannot be read, and that is what its viewers are told.
      return this.#mark('[unreadable]')
    } finally {
      this.#above.delete(value)
    }
  }

  #members(value: object, path: string, depth: number): Json {
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return this.#mark(`[${value.byteLength} bytes]`)
    if (value instanceof Promise) return this.#mark('[promise]')
    if (Array.isArray(value) || value instanceof Set) return this.#list(value, path, depth)
    if (value instanceof Map) return this.#entries(value.entries(), path, depth)
    if (value instanceof Error) return this.#entries(errorEntries(value), path, depth)
    const { toJSON } = value as { toJSON?: unknown }
    if (typeof toJSON === 'function') {
      const json: unknown = toJSON.call(value)
      if (json !== value) return this.copy(json, path, depth + 1) ?? null
    }
    return this.#entries(ownEntries(value), path, depth)
  }

  #list(items: Iterable<unknown>, path: string, depth: number): Json {
    const copy: Json[] = []
    this.left -= 2
    for (const item of items) {
      if (this.left <= 0) {
        this.truncated.push(`${path}[${copy.length}]`)
        break
      }
      this.left -= 1
      copy.push(this.copy(item, `${path}[${copy.length}]`, depth + 1) ?? null)
    }
    return copy
  }

  #entries(entries: Iterable<readonly [unknown, unknown]>, path: string, depth: number): Json {
    const copy: Record<string, Json> = {}
    this.left -= 2
    for (const [rawKey, member] of entries) {
      const key = typeof rawKey === 'string' ? rawKey : String(rawKey)
      if (member === undefined || typeof member === 'function' || typeof member === 'symbol') continue
      if (this.left <= 0 || key.length > this.left) {
        this.truncated.push(`${path}.${sliceText(key, 64)}`)
        break
      }
      this.left -= key.length + 4
      const json = isSecretKey(key) ? this.#mark(redactedMark) : this.copy(member, `${path}.${key}`, depth + 1)
      // Plain assignment to __proto__ would change the prototype instead of adding a key.
      if (json !== undefined)
        Object.defineProperty(copy, key, { value: json, enumerable: true, writable: true, configurable: true })
    }
    return copy
  }

  #mark(mark: string): string {
    this.left -= mark.length + 2
    return mark
  }
}

function* ownEntries(value: object): Iterable<readonly [string, unknown]> {
  for (const key of Object.keys(value)) {
    let member: unknown
    try {
      member = (value as Record<string, unknown>)[key]
    } catch {
      member = '[unreadable]'
    }
    yield [key, member]
  }
}

function* errorEntries(error: Error): Iterable<readonly [string, unknown]> {
  yield ['name', error.name]
  yield ['message', error.message]
  const { code } = error as { code?: unknown }
  if (typeof code === 'string' || typeof code === 'number') yield ['code', code]
  if (error.cause instanceof Error) yield ['cause', error.cause]
}
