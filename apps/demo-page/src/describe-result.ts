import type { Json } from '@llmmon/core/protocol'

const maxLength = 120

/** A short line about what a step found; of an object, its figures and texts. */
export function describeResult(result: Json): string {
  if (result === null) return ''
  if (typeof result === 'string') return shorten(result)
  if (Array.isArray(result)) return shorten(result.filter((item) => typeof item === 'string').join(' · '))
  if (typeof result !== 'object') return String(result)
  const fields = Object.entries(result).map(([name, value]) => {
    if (typeof value === 'number') return `${value.toLocaleString('en')} ${wordsOf(name)}`
    return typeof value === 'string' ? value : ''
  })
  return shorten(fields.filter((field) => field !== '').join(' · '))
}

// `inputTokens`, `input_tokens` → "input tokens"
function wordsOf(name: string): string {
  return name.replaceAll('_', ' ').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

function shorten(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength - 1).trimEnd()}…` : text
}
