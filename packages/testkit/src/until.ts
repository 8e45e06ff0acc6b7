const againMs = 20

/** Asks again and again, with a short pause, until the answer is neither undefined nor false; errors count as no answer. For states of other processes that tell nobody. */
export async function until<Answer>(ask: () => Promise<Answer | undefined | false>): Promise<Answer> {
  for (;;) {
    const answer = await ask().catch(() => undefined)
    if (answer !== undefined && answer !== false) return answer
    await new Promise((resolve) => setTimeout(resolve, againMs))
  }
}
