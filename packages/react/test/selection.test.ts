import { describe, expect, it, vi } from 'vitest'
import { Selection } from '../src/selection.js'

const byValue = (a: { n: number }, b: { n: number }) => a.n === b.n

describe('Selection', () => {
  it('selects once from the same whole with the same function', () => {
    const select = vi.fn(({ n }: { n: number }) => ({ n }))
    const selection = new Selection<{ n: number }, { n: number }>()
    const whole = { n: 1 }
    const first = selection.read(whole, select, Object.is)

    expect(selection.read(whole, select, Object.is)).toBe(first)
    expect(select).toHaveBeenCalledTimes(1)
  })

  it('keeps the part that is equal to the one before, and gives the new one otherwise', () => {
    const select = ({ n }: { n: number }) => ({ n: Math.floor(n) })
    const selection = new Selection<{ n: number }, { n: number }>()
    const first = selection.read({ n: 1 }, select, byValue)

    expect(selection.read({ n: 1.5 }, select, byValue)).toBe(first)
    expect(selection.read({ n: 2 }, select, byValue)).toEqual({ n: 2 })
    expect(selection.read({ n: 2 }, select, Object.is)).not.toBe(first)
  })

  it('does not compare with what it has never selected', () => {
    const isEqual = vi.fn(() => true)

    expect(new Selection<number, number>().read(3, (n) => n, isEqual)).toBe(3)
    expect(isEqual).not.toHaveBeenCalled()
  })
})
