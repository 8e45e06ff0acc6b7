import { describe, expect, it } from 'vitest'
import { chooseAuthor } from '../../src/summarise/choose-author.js'

describe('chooseAuthor', () => {
  it('takes the extractive author where no model is named', () => {
    expect(chooseAuthor({ OPENAI_MODEL: 'gpt-4o' })).toMatchObject({ connected: false, name: 'extractive summariser' })
    expect(chooseAuthor({ OPENAI_BASE_URL: ' ', OPENAI_API_KEY: '' }).connected).toBe(false)
  })

  it('takes a model where a server or a key is given', () => {
    expect(chooseAuthor({ OPENAI_API_KEY: 'k' })).toMatchObject({ connected: true, name: 'gpt-4o-mini' })
    const author = chooseAuthor({ OPENAI_BASE_URL: 'http://localhost:11434/v1', OPENAI_MODEL: 'llama3.2' })
    expect(author).toMatchObject({ connected: true, name: 'llama3.2' })
  })

  it('refuses an address that is none', () => {
    expect(() => chooseAuthor({ OPENAI_BASE_URL: 'localhost:11434' })).toThrow(
      'Expected OPENAI_BASE_URL to be an address as http://localhost:11434/v1; it is "localhost:11434".',
    )
  })
})
