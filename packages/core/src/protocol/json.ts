/** A value as JSON carries it. Everything an event holds is of this kind. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json }

/**
 * What a value of type `T` looks like after it crossed the wire: dates are ISO strings, functions, symbols and
 * `undefined` are gone, maps and sets are empty objects.
 *
 * @example
 * type Report = Wire<{ at: Date; n: number }> // { at: string; n: number }
 */
export type Wire<T> = T extends string | number | boolean | null
  ? T
  : T extends Date
    ? string
    : T extends bigint | symbol | undefined | ((...args: never[]) => unknown)
      ? never
      : T extends readonly (infer Item)[]
        ? Wire<Item>[]
        : T extends object
          ? { [K in keyof T as T[K] extends symbol | ((...args: never[]) => unknown) ? never : K]: Wire<T[K]> }
          : Json

/** True for a plain JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
