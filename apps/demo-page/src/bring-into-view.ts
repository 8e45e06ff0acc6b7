// As in demo.css.
const isOneColumn = '(max-width: 62rem)'

/** Brings a run that was chosen into view where the page is a single column and it may stand below the fold. */
export function bringIntoView(run: Element): void {
  if (matchMedia(isOneColumn).matches) run.scrollIntoView()
}
