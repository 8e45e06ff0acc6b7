import { describe, it } from 'vitest'
import { recipeOf } from './install-recipe.js'

describe('recipes/hono', () => {
  const recipe = recipeOf('hono')

  it('lets in by cookie who may', async () => {
    const { url } = await recipe.start(['node', 'cookie.mjs'], { PORT: '0' })
    console.log(url)
  })
})
