/** Why a document cannot be summarised. */
export type DocumentErrorCode = 'empty' | 'not_text' | 'no_sentences'

/** Thrown for a document that cannot be summarised; its message says what was expected, what came and what to do. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError'

  constructor(
    readonly code: DocumentErrorCode,
    message: string,
  ) {
    super(message)
  }
}
