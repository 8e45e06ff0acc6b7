/** A document that is about to be summarised. */
export interface Draft {
  /** Of the file or the sample; empty for what was typed. */
  readonly name: string
  readonly body: string | Blob
  /** What the text field shows; empty for what is no text. */
  readonly text: string
}

/** No document yet. */
export const emptyDraft: Draft = { name: '', body: '', text: '' }

/** What was typed or pasted. */
export function draftOfText(text: string): Draft {
  return { name: '', body: text, text }
}

/**
 * A file, or a sample that was fetched. What is no text is sent as it is: the chain says what is wrong with it.
 *
 * @throws (rejects with) Error when it cannot be read
 */
export async function draftOfFile(file: Blob, name: string): Promise<Draft> {
  const text = await file.text()
  return { name, body: file, text: text.includes('\0') ? '' : text }
}

/** What and how much a draft is, for people; empty where there is none. */
export function describeDraft({ name, body }: Draft): string {
  if (typeof body === 'string') return body === '' ? '' : `${body.length.toLocaleString('en')} characters`
  return `${name}, ${Math.max(1, Math.ceil(body.size / 1_024)).toLocaleString('en')} kB`
}
