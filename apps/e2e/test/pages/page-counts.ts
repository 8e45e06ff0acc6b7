/** What a page of the tests tells of itself, and does when it is told. */
export interface TestPage {
  /** How often the component that shows all of the run has been drawn in each frame, while text came. */
  readonly drawsOfFrame: number[]
  /** How often the component that shows the status alone has been drawn. */
  statusDraws: number
  /** Shows a run in many components, or nothing. */
  show(runId: string | null): void
}

declare global {
  interface Window {
    page: TestPage
  }
}

let frame = 0

function countFrames(): void {
  frame += 1
  requestAnimationFrame(countFrames)
}
requestAnimationFrame(countFrames)

/** Makes what the test talks to. */
export function testPage(show: TestPage['show']): TestPage {
  const page: TestPage = { drawsOfFrame: [], statusDraws: 0, show }
  window.page = page
  return page
}

/** Notes that the component that shows all has been drawn. */
export function drawn(page: TestPage, text: string): void {
  if (text !== '') page.drawsOfFrame[frame] = (page.drawsOfFrame[frame] ?? 0) + 1
}
