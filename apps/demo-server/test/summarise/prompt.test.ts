import { describe, expect, it } from 'vitest'
import { promptFor } from '../../src/summarise/prompt.js'
import { materialOf } from './material.js'
import { alice, gettysburg } from './sample-text.js'

describe('promptFor', () => {
  it('asks for one thing and gives the document with its title', async () => {
    const [system, user] = promptFor('keywords', await materialOf(gettysburg), 10_000)

    expect(system?.role).toBe('system')
    expect(user?.content).toMatch(/^Name the 8 to 12 keywords/)
    expect(user?.content).toContain('Title: The Gettysburg Address\nThe document follows whole.')
    expect(user?.content).toMatch(/<document>\nFour score[\s\S]+from the earth\.\n<\/document>$/)
  })

  it('says how much of a long document follows', async () => {
    const [, user] = promptFor('summary', await materialOf(alice), 10_000)

    expect(user?.content).toMatch(/its \d+ most important of \d+ passages follow/)
  })
})
