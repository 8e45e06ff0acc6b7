import type { Author } from './author.js'
import { keywordsOf } from './keywords.js'
import { formatOutline } from './outline.js'
import { outlinePoints } from './outline-points.js'
import { summaryText } from './summary-text.js'
import { wordStream } from './word-stream.js'

/** The author that needs no language model: it writes nothing of its own and picks the document's best sentences. */
export const extractiveAuthor: Author = {
  name: 'extractive summariser',
  connected: false,
  outline: ({ document, ranking }, commission) =>
    wordStream(formatOutline(outlinePoints(document, ranking)), commission),
  summary: ({ document, ranking }, commission) => wordStream(summaryText(document, ranking), commission),
  async *keywords({ document, ranking }, { signal }) {
    yield (await keywordsOf(document, ranking.stopWords, signal)).join('\n')
  },
}
