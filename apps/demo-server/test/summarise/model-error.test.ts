import { describe, expect, it } from 'vitest'
import { ModelError } from '../../src/summarise/model-error.js'

const address = { baseUrl: 'http://user:secret@localhost:11434/v1?key=secret', model: 'llama3.2' }
const answered = (status: number) => Object.assign(new Error(`${status} said no`), { status })

describe('ModelError', () => {
  it.each([
    [401, 'OPENAI_API_KEY'],
    [404, 'OPENAI_MODEL'],
    [429, 'quota'],
    [500, 'Try again'],
    [400, 'refused the request (400 said no)'],
  ])('says what to do about a %i', (status, advice) => {
    const error = new ModelError(answered(status), address)

    expect(error.message).toContain(advice)
    expect(error.message).toContain('"llama3.2" at http://localhost:11434/v1')
    expect(error.status).toBe(status)
  })

  it('says that a server cannot be reached, and keeps the cause', () => {
    const cause = new Error('Connection error.')
    const error = new ModelError(cause, address)

    expect(error.message).toContain('could not be reached (Connection error.). Check OPENAI_BASE_URL')
    expect(error.cause).toBe(cause)
    expect(error.status).toBeUndefined()
  })

  it('tells no secrets of the address', () => {
    expect(new ModelError('down', address).message).not.toContain('secret')
    expect(new ModelError('down', { baseUrl: 'nonsense', model: 'm' }).message).toContain('not a URL')
  })
})
