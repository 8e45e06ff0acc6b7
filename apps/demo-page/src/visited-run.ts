/** A run that was started or looked at in this visit. */
export interface VisitedRun {
  readonly runId: string
  readonly title: string
  /** How it ended, once that is known and cannot change: nobody needs to watch it for the list any more. */
  readonly end: { readonly status: 'completed' | 'error' | 'cancelled'; readonly tookMs: number | null } | null
}
