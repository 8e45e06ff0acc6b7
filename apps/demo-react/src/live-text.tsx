import { isSame, liveTextOf } from '@llmmon/demo-page'
import { useChainMonitor } from '@llmmon/react'

/** What the run writes, as it is written. Only the last paragraph changes. */
export function LiveText({ runId }: { runId: string }) {
  const paragraphs = useChainMonitor(runId, { select: liveTextOf, isEqual: isSame })
  const isOver = useChainMonitor(runId, { select: (run) => run.endedAt !== null })
  const state = isOver ? 'over' : paragraphs.length === 0 ? 'waiting' : 'writing'
  return (
    <section
      id="live"
      className="live said"
      data-state={state}
      hidden={isOver && paragraphs.length === 0}
      aria-label="What the run writes"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it has to be in reach of the keyboard
      tabIndex={0}
    >
      <div>
        {paragraphs.map((text, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a paragraph is known by its place
          <p key={index}>
            <span>{text}</span>
          </p>
        ))}
      </div>
    </section>
  )
}
