import type { WireUsage } from '../protocol/index.js'
import type { Usage } from './run-state.js'

/** Usage as programs read it: `input_tokens` becomes `inputTokens`. Anything but finite numbers is left out. */
export function usageFromWire(usage: WireUsage): Usage {
  return rename(usage, (name) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()))
}

/** Usage as the wire has it: `inputTokens` becomes `input_tokens`. Anything but finite numbers is left out. */
export function usageToWire(usage: Usage): WireUsage {
  return rename(usage, (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
}

/** The sum of two usages, name by name. */
export function addUsage(a: Usage | null, b: Usage): Usage {
  const sum: Record<string, number> = { ...a }
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count
  return sum
}

function rename(usage: Usage, nameOf: (name: string) => string): Usage {
  const entries = Object.entries(usage).filter(([name, count]) => name !== '__proto__' && Number.isFinite(count))
  return Object.fromEntries(entries.map(([name, count]) => [nameOf(name), count]))
}
