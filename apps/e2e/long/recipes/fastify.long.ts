import { describe } from 'vitest'
import { cookieTests } from './cookie-tests.js'
import { recipeOf } from './install-recipe.js'
import { jwtTests } from './jwt-tests.js'

const recipe = recipeOf('fastify')

describe('recipes/fastify, cookie.mjs', () => {
  cookieTests({ start: (env) => recipe.start(['node', 'cookie.mjs'], { PORT: '0', ...env }), foreign: 'http 403' })
})

describe('recipes/fastify, websocket.mjs', () => {
  cookieTests({
    start: (env) => recipe.start(['node', 'websocket.mjs'], { PORT: '0', ...env }),
    foreign: 'closed 4403',
  })
})

describe('recipes/fastify, jwt.mjs', () => {
  jwtTests({ recipe, start: (env) => recipe.start(['node', 'jwt.mjs'], { PORT: '0', ...env }) })
})
