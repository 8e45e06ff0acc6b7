import type { TokenEvent } from '../protocol/index.js'
import { noTexts, type Texts } from './run-state.js'

/**
 * What a token changes in texts; undefined when it changes nothing. `at` says where the token belongs, so a token that
 * overlaps what is there (a merged one after a resume) adds only its new part, and a repeated one adds nothing.
 */
export function textsAfter(texts: Texts, token: TokenEvent): Partial<Texts> | undefined {
  const { channel, cut = 0, delta } = token
  if (!Object.hasOwn(noTexts, channel)) return undefined
  const cutBefore = texts.cut?.[channel] ?? 0
  const missing = token.at + cut - cutBefore - texts[channel].length
  const fresh = missing < 0 ? delta.slice(-missing) : delta
  if (missing <= 0 && fresh === '') return undefined
  return {
    [channel]: texts[channel] + fresh,
    ...(missing > 0 && { cut: { ...texts.cut, [channel]: cutBefore + missing } }),
  }
}
