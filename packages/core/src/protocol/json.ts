/** A value as JSON carries it. Everything an event holds is of this kind. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json }

/** What no wire carries: such a member of an object is left out, such an item of an array is null. */
// biome-ignore lint/suspicious/noConfusingVoidType: so is a chain typed that gives nothing.
type Unsent = undefined | void | symbol | ((...args: never[]) => unknown)

/**
 * What a value of type `T` looks like after it crossed the wire: dates are ISO strings, bigints decimal strings, sets arrays, maps and errors objects,
 * bytes a note of their length; what has a `toJSON` is what that gives. Members that may be functions or undefined may be missing, items that are such
 * are null. Types tell nothing of cuts and redactions: `truncated` names those.
 *
 * @example
 * type Report = Wire<{ at: Date; n: number }> // { at: string; n: number }
 */
export type Wire<T> = 0 extends 1 & T
  ? T
  : T extends Json
    ? T
    : T extends bigint | ArrayBuffer | ArrayBufferView | PromiseLike<unknown>
      ? string
      : T extends Unsent
        ? never
        : T extends { toJSON(...args: never[]): infer Sent }
          ? Wire<Sent>
          : T extends readonly unknown[]
            ? { [K in keyof T]: WireItem<T[K]> }
            : T extends ReadonlyMap<unknown, infer Value>
              ? { [key: string]: Wire<Value> }
              : T extends ReadonlySet<infer Item>
                ? WireItem<Item>[]
                : T extends Error
                  ? { name: string; message: string; code?: string | number; cause?: Json }
                  : T extends object
                    ? Flat<
                        { [K in keyof T as Sent<K, T[K], 'always'>]: Wire<T[K]> } & {
                          [K in keyof T as Sent<K, T[K], 'maybe'>]?: Wire<T[K]>
                        }
                      >
                    : Json

/** `Wire` of what is sent in any case: where nothing is left of it, null. A chain that gives nothing has the result null. */
export type WireItem<T> = Wire<T> | (Extract<T, Unsent> extends never ? never : null)

type Sent<Key, Member, When> = Key extends symbol
  ? never
  : [Exclude<Member, Unsent>] extends [never]
    ? never
    : ([Extract<Member, Unsent>] extends [never] ? 'always' : 'maybe') extends When
      ? Key
      : never

type Flat<T> = { [K in keyof T]: T[K] }

/** True for a plain JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
