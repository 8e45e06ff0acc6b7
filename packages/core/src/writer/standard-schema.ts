/** The part of the Standard Schema contract that is used: any schema library's schema fits. */
export interface StandardSchema<Output = unknown, Input = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaOutcome | Promise<SchemaOutcome>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a schema says of a value. */
export interface SchemaOutcome {
  readonly issues?: readonly { readonly message: string }[] | undefined
}

/**
 * Tells `onMismatch` when a value does not match its schema. Only tells: the value is sent all the same, since a
 * mistake in a schema must not hide a result. Never throws.
 */
export async function checkSchema(
  schema: StandardSchema | undefined,
  value: unknown,
  onMismatch: (summary: string) => void,
): Promise<void> {
  if (!schema) return
  try {
    const { issues } = await schema['~standard'].validate(value)
    if (issues && issues.length > 0)
      onMismatch(
        issues
          .slice(0, 3)
          .map(({ message }) => message)
          .join('; '),
      )
  } catch (error) {
    onMismatch(`the schema itself failed: ${error instanceof Error ? error.message : 'unknown error'}`)
  }
}
