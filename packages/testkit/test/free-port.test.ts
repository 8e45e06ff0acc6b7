import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { freePort, freePortPair } from '../src/free-port.js'

it('gives another port each time, below those of outgoing connections', async () => {
  const ports = [await freePort(), await freePort()]

  expect(new Set(ports).size).toBe(2)
  expect(Math.max(...ports)).toBeLessThan(21_000)
})

it('gives two ports in a row, past one that is taken', async () => {
  const first = await freePortPair()
  const taken = createServer().listen(first + 3, '127.0.0.1')
  await once(taken, 'listening')
  const second = await freePortPair()
  taken.close()

  expect([second, second + 1]).not.toContain(first + 3)
})
