/** The first `length` UTF-16 units of a text, one less where that would cut a character in two. */
export function sliceText(text: string, length: number): string {
  if (text.length <= length) return text
  return text.slice(0, endsInHalf(text, length) ? length - 1 : length)
}

/** True when the unit before `end` is the first half of a character. */
export function endsInHalf(text: string, end = text.length): boolean {
  if (end === 0) return false
  const unit = text.charCodeAt(end - 1)
  return unit >= 0xd800 && unit <= 0xdbff
}

/** A text in pieces of at most `length` UTF-16 units; none for the empty text. */
export function* slices(text: string, length: number): Iterable<string> {
  if (text.length <= length) {
    if (text !== '') yield text
    return
  }
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length)
}
