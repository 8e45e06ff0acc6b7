import { createVisit, type VisitState } from '@llmmon/demo-page'
import { type ShallowRef, shallowReadonly, shallowRef } from 'vue'

/** The visit that this tab makes. */
export const visit = createVisit()

const state = shallowRef(visit.getSnapshot())
visit.subscribe(() => {
  state.value = visit.getSnapshot()
})

/** What the visitor has come across. */
export function useVisit(): Readonly<ShallowRef<VisitState>> {
  return shallowReadonly(state)
}
