import { createVisit, type VisitState } from '@llmmon/demo-page'
import { useSyncExternalStore } from 'react'

/** The visit that this tab makes. */
export const visit = createVisit()

/** What the visitor has come across; the component renders when that changes. */
export function useVisit(): VisitState {
  return useSyncExternalStore(visit.subscribe, visit.getSnapshot)
}
