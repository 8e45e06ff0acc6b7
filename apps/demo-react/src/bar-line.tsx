/** How far something has come. */
export function BarLine({ status, progress }: { status: string; progress: number | null }) {
  return (
    <span className="bar-line" data-status={status}>
      <span style={{ transform: `scaleX(${(progress ?? 0) / 100})` }} />
    </span>
  )
}
