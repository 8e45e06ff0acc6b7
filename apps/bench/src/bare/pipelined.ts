/** Counts what was sent and not yet answered. */
export function pipelined(): { add(answer: Promise<unknown>): void; settle(): Promise<void> } {
  let out = 0
  let waiting: (() => void)[] = []
  const answered = () => {
    out -= 1
    if (out > 0) return
    for (const resolve of waiting) resolve()
    waiting = []
  }
  return {
    add(answer) {
      out += 1
      answer.then(answered, answered)
    },
    settle: () => (out === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  }
}
