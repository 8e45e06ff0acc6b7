import {
  type DemoInfo,
  type Draft,
  describeDraft,
  draftOfFile,
  draftOfText,
  emptyDraft,
  readInfo,
  readSample,
  type SampleInfo,
  startRun,
} from '@llmmon/demo-page'
import { computed, onMounted, ref, shallowRef } from 'vue'
import { useVisit, visit } from './use-visit.js'

/** The document that is being chosen, and the start of a run on it. */
export function useComposer() {
  const info = shallowRef<DemoInfo | null>(null)
  const draft = shallowRef<Draft>(emptyDraft)
  const refusal = ref<string | null>(null)
  const isStarting = ref(false)
  const state = useVisit()

  onMounted(async () => {
    try {
      info.value = await readInfo()
    } catch (error) {
      refusal.value = `The page could not be set up: ${(error as Error).message}`
    }
  })

  async function take(read: Promise<Draft>): Promise<void> {
    try {
      choose(await read)
    } catch (error) {
      refusal.value = `It could not be read: ${(error as Error).message}`
    }
  }

  function choose(chosen: Draft): void {
    draft.value = chosen
    refusal.value = null
  }

  return {
    info,
    draft,
    isStarting,
    size: computed(() => describeDraft(draft.value)),
    problem: computed(() => refusal.value ?? state.value.refusal),
    takeText: (text: string) => choose(draftOfText(text)),
    takeSample: ({ id, title }: SampleInfo) => take(readSample(id).then((body) => draftOfFile(body, title))),

    // Nothing was chosen, or what was dropped is no file.
    takeFile: (file: File | null | undefined) => file && take(draftOfFile(file, file.name)),

    async start(): Promise<void> {
      isStarting.value = true
      try {
        visit.begin(await startRun(draft.value), draft.value.name || 'Pasted text')
        refusal.value = null
      } catch (error) {
        refusal.value = (error as Error).message
      } finally {
        isStarting.value = false
      }
    },
  }
}
