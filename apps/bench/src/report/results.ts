import type { Outcome } from '../outcome.js'
import type { Workload } from '../workloads/workload.js'
import { goalsTable } from './goals.js'
import { tableOf } from './table.js'

/** What a report is made of. */
export interface Measured {
  readonly workloads: readonly Workload[]
  readonly outcomes: readonly Outcome[]
  readonly repetitions: number
  /** Versions and processors, one line. */
  readonly machine: string
  /** Drivers that could not be measured, and why. */
  readonly leftOut: readonly string[]
  readonly date: Date
}

/** The whole report as Markdown. */
export function resultsOf({ workloads, outcomes, repetitions, machine, leftOut, date }: Measured): string {
  const sections = workloads.flatMap(({ name, title, about }) => {
    const own = outcomes.filter(({ workload }) => workload === name)
    if (own.length === 0) return []
    return [`## ${title}`, about, ...own.flatMap((it) => [`### ${it.measured.title}`, tableOf(it)])]
  })
  const intro = `Written by \`npm run bench\` on ${date.toISOString().slice(0, 10)}: medians of ${repetitions} repetitions; in brackets the ratio to the limit (the row with 1.00), taken within each repetition. Publisher, Redis, server and viewers are processes of their own on one machine, over its loopback. Trust the ratios, not the absolute figures; a machine of another kind gives others.`
  const method = `An event is about 200 bytes. The rows called *limit* are hand-written and do nothing but the job. A viewer is one WebSocket that finds the payloads in what it gets, without parsing (but for late joins and in Chromium, where all parse). What is “under way” was said and is not yet with every viewer of its run; the viewers’ process tells the publisher’s directly.`
  const goals = goalsTable(outcomes)
  return `${[
    '# Results',
    intro,
    machine,
    ...leftOut,
    method,
    ...(goals === '' ? [] : ['## Goals', goals]),
    ...sections,
  ].join('\n\n')}\n`
}
