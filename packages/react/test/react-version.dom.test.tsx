import { version } from 'react'
import { version as rendererVersion } from 'react-dom'
import { expect, it } from 'vitest'

it('is the one that this run of the tests is for', () => {
  expect([version, rendererVersion].map((it) => it.split('.')[0])).toEqual(Array(2).fill(process.env.REACT_MAJOR))
})
