import { describe, expectTypeOf, it } from 'vitest'
import type { Json, Wire, WireItem } from '../../src/protocol/index.js'

interface Report {
  at: Date
  readonly parts: { n: number; f(): void }[]
  maybe?: string
  perhaps: string | undefined
  gone: undefined
  [Symbol.iterator](): void
}

describe('Wire', () => {
  it('shows objects, dates, functions and what may be missing as they arrive', () => {
    expectTypeOf<Wire<Report>>().toEqualTypeOf<{
      at: string
      readonly parts: { n: number }[]
      maybe?: string
      perhaps?: string
    }>()
  })

  it('shows sets, maps, errors, bytes, bigints and what has a toJSON', () => {
    expectTypeOf<Wire<Set<Date>>>().toEqualTypeOf<string[]>()
    expectTypeOf<Wire<Map<string, bigint>>>().toEqualTypeOf<{ [key: string]: string }>()
    expectTypeOf<Wire<RangeError>>().toEqualTypeOf<{
      name: string
      message: string
      code?: string | number
      cause?: Json
    }>()
    expectTypeOf<Wire<Uint8Array>>().toEqualTypeOf<string>()
    expectTypeOf<Wire<URL>>().toEqualTypeOf<string>()
    expectTypeOf<Wire<{ toJSON(): { at: Date } }>>().toEqualTypeOf<{ at: string }>()
  })

  it('keeps tuples and unions, puts null where an item is gone, and says nothing of what it does not know', () => {
    expectTypeOf<Wire<[Date, number | undefined]>>().toEqualTypeOf<[string, number | null]>()
    expectTypeOf<Wire<Date | 7 | null>>().toEqualTypeOf<string | 7 | null>()
    expectTypeOf<WireItem<void>>().toEqualTypeOf<null>()
    expectTypeOf<WireItem<string>>().toEqualTypeOf<string>()
    expectTypeOf<Wire<unknown>>().toEqualTypeOf<Json>()
    expectTypeOf<Wire<Json>>().toEqualTypeOf<Json>()
  })
})
