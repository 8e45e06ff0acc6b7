import { describe, expect, it, vi } from 'vitest'
import { checkSchema, type StandardSchema } from '../../src/writer/standard-schema.js'

function schema(validate: StandardSchema['~standard']['validate']): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate } }
}

describe('checkSchema', () => {
  it('says nothing of a value that fits, or where there is no schema', async () => {
    const onMismatch = vi.fn()
    await checkSchema(undefined, 1, onMismatch)
    await checkSchema(
      schema(() => ({})),
      1,
      onMismatch,
    )
    await checkSchema(
      schema(async () => ({ issues: [] })),
      1,
      onMismatch,
    )

    expect(onMismatch).not.toHaveBeenCalled()
  })

  it('tells what is wrong, also when the schema answers later or fails itself', async () => {
    const onMismatch = vi.fn()
    await checkSchema(
      schema(async () => ({ issues: [{ message: 'a' }, { message: 'b' }] })),
      1,
      onMismatch,
    )
    await checkSchema(
      schema(() => {
        throw new Error('broken')
      }),
      1,
      onMismatch,
    )

    expect(onMismatch.mock.calls).toEqual([['a; b'], ['the schema itself failed: broken']])
  })
})
