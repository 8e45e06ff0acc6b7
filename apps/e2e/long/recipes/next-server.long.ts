import { beforeAll, describe } from 'vitest'
import { cookieTests } from './cookie-tests.js'
import { recipeOf } from './install-recipe.js'
import { jwtTests } from './jwt-tests.js'

const recipe = recipeOf('next-server')
const production = { NODE_ENV: 'production', PORT: '0' }

beforeAll(async () => {
  await recipe.run(['next', 'build'], { NODE_ENV: 'production' })
})

describe('recipes/next-server, with a cookie', () => {
  cookieTests({
    start: (env) => recipe.start(['node', 'server.mjs'], { ...production, ...env }),
    foreign: 'http 403',
    anonymous: 'not_found',
  })
})

describe('recipes/next-server, with a JWT', () => {
  jwtTests({ recipe, start: (env) => recipe.start(['node', 'server.mjs'], { ...production, ...env }) })
})
