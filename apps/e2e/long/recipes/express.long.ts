import { describe } from 'vitest'
import { cookieTests } from './cookie-tests.js'
import { recipeOf } from './install-recipe.js'
import { jwtTests } from './jwt-tests.js'

const recipe = recipeOf('express')

describe('recipes/express, cookie.mjs', () => {
  cookieTests({ start: (env) => recipe.start(['node', 'cookie.mjs'], { PORT: '0', ...env }), foreign: 'http 403' })
})

describe('recipes/express, jwt.mjs', () => {
  jwtTests({ recipe, start: (env) => recipe.start(['node', 'jwt.mjs'], { PORT: '0', ...env }) })
})
