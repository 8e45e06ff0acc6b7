import { describe, expect, it } from 'vitest'
import { splitDocument } from '../../src/summarise/split-document.js'
import { alice, constitution, gettysburg } from './sample-text.js'

const headings = async (text: string) => (await splitDocument(text)).sections.map(({ heading }) => heading)

describe('splitDocument', () => {
  it('names the parts by each other', async () => {
    const document = await splitDocument('# Title\n\nOne. Two.\n\nThree.\n\n## Next\n\n- Four five\n- Six')

    expect(document).toEqual({
      title: 'Title',
      sections: [
        { heading: null, level: 1, firstPassage: 0, endPassage: 2 },
        { heading: 'Next', level: 2, firstPassage: 2, endPassage: 4 },
      ],
      passages: [
        { text: 'One. Two.', section: 0, firstSentence: 0, endSentence: 2 },
        { text: 'Three.', section: 0, firstSentence: 2, endSentence: 3 },
        { text: 'Four five', section: 1, firstSentence: 3, endSentence: 4 },
        { text: 'Six', section: 1, firstSentence: 4, endSentence: 5 },
      ],
      sentences: [
        { text: 'One.', passage: 0, words: ['one'] },
        { text: 'Two.', passage: 0, words: ['two'] },
        { text: 'Three.', passage: 1, words: ['three'] },
        { text: 'Four five', passage: 2, words: ['four', 'five'] },
        { text: 'Six', passage: 3, words: ['six'] },
      ],
      words: 6,
      characters: 54,
      isCut: false,
    })
  })

  it('finds the parts of a speech', async () => {
    const { title, passages, sentences, words } = await splitDocument(gettysburg)

    expect(title).toBe('The Gettysburg Address')
    expect(passages).toHaveLength(3)
    expect(sentences).toHaveLength(10)
    expect(words).toBe(271)
  })

  it('finds the parts of a law, headings above headings among them', async () => {
    const { title, sections } = await splitDocument(constitution)
    const top = sections.filter(({ level }) => level === 2).map(({ heading }) => heading)

    expect(title).toBe('The Constitution of the United States of America')
    expect(top.slice(0, 9)).toEqual([
      'Preamble',
      ...['I', 'II', 'III', 'IV', 'V', 'VI', 'VII'].map((number) => `Article ${number}`),
      'Amendments',
    ])
    expect(top.at(-1)).toBe('Amendment XXVII')
    expect(sections.filter(({ heading }) => heading === 'Section 1').length).toBeGreaterThan(10)
  })

  it('finds the chapters of a book with the titles beneath their numbers', async () => {
    const { title, sections, sentences } = await splitDocument(alice)
    const chapters = sections.map(({ heading }) => heading).filter((heading) => heading?.startsWith('Chapter'))

    expect(title).toBe('Alice’s Adventures in Wonderland')
    expect(chapters).toHaveLength(12)
    expect(chapters[0]).toBe('Chapter I: Down the Rabbit-Hole')
    expect(chapters[10]).toBe('Chapter XI: Who Stole the Tarts?')
    expect(sentences.length).toBeGreaterThan(1_000)
  })

  it('takes a first heading for the title only when it stands above the rest', async () => {
    expect(
      await headings('Intro\n\nText one.\n\nText two.\n\nText three.\n\nLater\n\nText four.\n\nText five.'),
    ).toEqual(['Intro', 'Later'])
    expect((await splitDocument('Chapter I\n\nText here.')).title).toBeNull()
  })

  it('takes lines for text where nearly all could be headings', async () => {
    const { sections, sentences } = await splitDocument('Milk\n\nBread and Butter\n\nFour Eggs\n\nSalt')

    expect(sections).toHaveLength(1)
    expect(sentences).toHaveLength(4)
  })

  it('splits one word', async () => {
    expect(await splitDocument('Hello')).toMatchObject({ words: 1, passages: [{ text: 'Hello' }] })
  })

  it.each([
    ['', 'empty'],
    ['\0\0', 'not_text'],
    ['…!', 'no_sentences'],
    ['x'.repeat(5_000_000), 'no_sentences'],
  ])('rejects what is no text with sentences', async (source, code) => {
    await expect(splitDocument(source)).rejects.toMatchObject({ name: 'DocumentError', code })
  })

  it('stops at the signal, before and in the middle of its work', async () => {
    const controller = new AbortController()
    const splitting = splitDocument(alice.repeat(13), {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    })

    await expect(splitting).rejects.toThrow('enough')
    await expect(splitDocument('One.', { signal: controller.signal })).rejects.toThrow('enough')
  })

  it('reads lines without end in little time', async () => {
    const { isCut } = await splitDocument('A line of a log that goes on\n'.repeat(200_000))

    expect(isCut).toBe(true)
  })
})
