import type { TokenEvent } from '../protocol/index.js'
import type { Texts } from './run-state.js'

/**
 * Texts after a token. `at` says where the token belongs, so a token that overlaps what is there (a merged one after
 * a resume) adds only its new part, and a repeated one adds nothing: then the same object comes back.
 */
export function applyToken(texts: Texts, token: TokenEvent): Texts {
  const { channel } = token
  if (channel !== 'text' && channel !== 'reasoning' && channel !== 'tool') return texts
  const cutBefore = texts.cut?.[channel] ?? 0
  const length = cutBefore + texts[channel].length
  const deltaAt = token.at + (token.cut ?? 0)
  const missing = Math.max(0, deltaAt - length)
  const delta = token.delta.slice(Math.max(0, length - deltaAt))
  if (missing === 0 && delta === '') return texts
  return {
    ...texts,
    [channel]: texts[channel] + delta,
    ...(missing > 0 && { cut: { ...texts.cut, [channel]: cutBefore + missing } }),
  }
}
