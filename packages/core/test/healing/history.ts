import fc from 'fast-check'
import { isTerminal } from '../../src/index.js'
import { ModelViewer } from './model-viewer.js'
import { type Fate, ModelWriter } from './model-writer.js'
import { runId, type World } from './world.js'

type ToViewer = 'follow' | 'hear' | 'miss' | 'listen' | 'interrupt' | 'move' | 'ask' | 'take'

/** One thing that happens. */
export type Step =
  | { readonly do: 'say'; readonly kind: 'custom' | 'token'; readonly count: number }
  | { readonly do: 'send'; readonly fate: Fate; readonly times: number }
  | { readonly do: 'lose'; readonly part: 'all' | 'meta' | 'segments' | 'tail' }
  | { readonly do: ToViewer; readonly viewer: number }
  | { readonly do: 'end' | 'arrive' | 'copy' | 'go-back' | 'reap' | 'replace' | 'wait' | 'join' }

const of = <const Value>(...values: Value[]) => fc.constantFrom(...values)
const viewer = fc.nat(3)

/** Anything that may happen, in the proportions in which it finds most. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: of('say'), kind: of('custom', 'token'), count: of(1, 1, 2, 5, 700) }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: of('send'),
      fate: of('answered', 'answered', 'answered', 'lost', 'refused', 'late'),
      times: of(1, 1, 2, 6),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: of('follow', 'follow', 'follow', 'hear', 'miss', 'miss', 'listen', 'ask', 'take', 'interrupt', 'move'),
      viewer,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: of('lose'), part: of('all', 'meta', 'segments', 'tail') }) },
  { weight: 8, arbitrary: fc.record({ do: of('arrive', 'copy', 'go-back', 'reap', 'wait', 'wait', 'join') }) },
  { weight: 1, arbitrary: fc.record({ do: of('end', 'replace') }) },
)

/** What has happened so far, and who takes part. */
class History {
  readonly writers: ModelWriter[] = []
  readonly viewers = [new ModelViewer(), new ModelViewer()]
  now = 1_000
  readonly #world: World
  #copy: { readonly goBack: () => Promise<unknown>; readonly isOf: ModelWriter | undefined } | undefined

  constructor(world: World) {
    this.#world = world
    this.replace()
  }

  get newest(): ModelWriter {
    return this.writers.at(-1) as ModelWriter
  }

  replace(): void {
    const number = this.writers.length
    const told = (request: { op: string }) => {
      if (request.op !== 'append') return
      const { batch } = request as Extract<
        Parameters<ConstructorParameters<typeof ModelWriter>[2]>[0],
        { op: 'append' }
      >
      for (const each of this.viewers) each.publish(batch)
    }
    this.writers.push(new ModelWriter(`owner-${number}`, number === 0 ? 'refuse' : 'replace', told))
  }

  async perform(step: Step): Promise<void> {
    switch (step.do) {
      case 'say':
        return this.newest.say(step.kind, step.count)
      case 'end':
        return this.newest.end()
      case 'send':
        for (const writer of this.writers) {
          for (let i = 0; i < step.times; i += 1) await writer.send(this.#world, step.fate, this.now)
        }
        return
      case 'arrive':
        for (const writer of this.writers) await writer.arrive(this.#world)
        return
      case 'lose':
        for (const writer of this.writers) writer.loseLate(true)
        return void (await this.#world.lose(step.part))
      case 'copy':
        this.#copy = { goBack: await this.#world.copy(), isOf: this.#isWriting(this.newest) }
        return
      case 'go-back':
        // A take-over that the store forgets, while who was taken over lives, is as if it had not been: either may win.
        if (this.#copy?.isOf !== this.newest && this.writers.length > 1) return
        for (const writer of this.writers) writer.loseLate(false)
        return void (await this.#copy?.goBack())
      case 'reap':
        await this.#world.expire()
        return void (await this.#world.transport.reap(runId))
      case 'replace':
        // One that has never been there could come at any time later, and would then be the newest.
        if (this.writers.length < 3 && this.newest.writer.phase !== 'claiming') this.replace()
        return
      case 'wait':
        this.now += 1_000
        return
      case 'join':
        if (this.viewers.length < 4) this.viewers.push(new ModelViewer())
        return
      default:
        await this.#happensTo(this.viewers[step.viewer % this.viewers.length] as ModelViewer, step.do)
    }
  }

  #isWriting(writer: ModelWriter): ModelWriter | undefined {
    return writer.writer.phase === 'claiming' ? undefined : writer
  }

  async #happensTo(viewer: ModelViewer, what: ToViewer): Promise<void> {
    if (what === 'ask') await viewer.ask(this.#world)
    else if (what === 'hear') viewer.hear(this.now % 2_000 === 0)
    else if (what === 'follow') await viewer.follow(this.#world)
    else viewer[what]()
  }

  /** Everything on its way arrives, the faults are over, and so many seconds pass. */
  async settle(seconds: number): Promise<void> {
    this.newest.end()
    while (this.writers.some((writer) => writer.isAwaited)) await this.perform({ do: 'arrive' })
    for (let passed = 0; passed < seconds; passed += 1) {
      for (const writer of this.writers) while (await writer.send(this.#world, 'answered', this.now));
      this.now += 1_000
    }
    for (const viewer of this.viewers) {
      await viewer.settle(this.#world)
      viewer.giveUpWaiting()
      await viewer.settle(this.#world)
    }
  }
}

/** Before the first look after the end, and after the last. */
const [soon, atLast] = [4, 90]

/** Plays a history, lets everything come to rest, and says what is wrong; nothing when every promise was kept. */
export async function play(world: World, steps: readonly Step[]): Promise<string[]> {
  const history = new History(world)
  for (const step of steps) await history.perform(step)
  history.viewers.push(new ModelViewer())
  const endsNow = !history.newest.hasEnded
  await history.settle(soon)
  // What happened to the store after the end of a run is found only by a look.
  if (endsNow) {
    const wrong = history.viewers.flatMap((viewer) => differences(viewer, history.newest))
    if (wrong.length > 0) return wrong
  }
  await history.settle(atLast)

  const { newest, writers, viewers } = history
  const wrong = viewers.flatMap((viewer) => differences(viewer, newest))
  if (newest.writer.phase !== 'done') wrong.push(`the newest writer is ${newest.writer.phase} (${newest.stopped})`)
  const isOver = ({ writer: { phase } }: ModelWriter) => phase === 'done' || phase === 'stopped'
  return [...wrong, ...(writers.every(isOver) ? [] : ['a writer goes on'])]
}

/** How what a viewer was told differs from what a writer has said. */
function differences(viewer: ModelViewer, writer: ModelWriter): string[] {
  const wrong = [...viewer.wrong]
  const customs = viewer.events.flatMap((event) => (event.update_type === 'custom' ? [event.data] : []))
  const due = Array.from({ length: writer.customs }, (_, i) => i)
  if (JSON.stringify(customs) !== JSON.stringify(due))
    wrong.push(`${customs.length} of ${due.length} customs were seen`)
  const [seen, said] = [viewer.texts, writer.texts].map((texts) => JSON.stringify([...texts].sort()))
  if (seen !== said) wrong.push(`the text ${seen} was seen, ${said} was said`)
  const ends = viewer.events.filter(isTerminal)
  if (ends.length !== 1 || viewer.events.at(-1) !== ends[0] || ends[0]?.update_type !== 'complete') {
    wrong.push(`${ends.length} ends were seen, ${ends.map(({ update_type }) => update_type)}`)
  }
  return wrong
}
