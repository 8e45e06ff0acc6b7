import { type MaybeRefOrGetter, onScopeDispose, type Ref, ref, toValue, watch } from 'vue'

/**
 * The time, ms since 1970; goes on every `everyMs`.
 *
 * @param isOn false stops the clock where it is
 */
export function useNow(isOn: MaybeRefOrGetter<boolean>, everyMs = 100): Readonly<Ref<number>> {
  const now = ref(Date.now())
  let timer: ReturnType<typeof setInterval> | undefined
  const stop = () => clearInterval(timer)
  watch(
    () => toValue(isOn),
    (runs) => {
      stop()
      if (runs) timer = setInterval(() => (now.value = Date.now()), everyMs)
    },
    { immediate: true },
  )
  onScopeDispose(stop)
  return now
}
