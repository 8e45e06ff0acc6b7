/** How a run ends. */
export type RunEnd =
  | { readonly how: 'complete'; readonly result: unknown }
  | { readonly how: 'error'; readonly error: unknown }
  | { readonly how: 'cancelled'; readonly reason: string | null }
  | { readonly how: 'abandoned' }
