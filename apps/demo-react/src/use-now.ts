import { useEffect, useState } from 'react'

/**
 * The time, ms since 1970; renders the component again whenever it has gone on by `everyMs`.
 *
 * @param isOn false stops the clock where it is
 */
export function useNow(isOn: boolean, everyMs = 100): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!isOn) return
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [isOn, everyMs])
  return now
}
