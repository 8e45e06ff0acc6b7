import type { MonitorSnapshot } from '@llmmon/client'

/** What else is known of a run: a term and what stands under it, in reading order. */
export function factsOf(run: MonitorSnapshot): readonly (readonly [term: string, text: string])[] {
  const { chain, tags, metadata, usage, seq, epoch, dropped, truncated } = run
  const facts: (readonly [string, string | undefined])[] = [
    ['Chain', chain ?? undefined],
    ['Position', epoch === null ? undefined : `event ${seq.toLocaleString('en')} of epoch ${epoch}`],
    ['Tags', tags.join(', ') || undefined],
    ['Metadata', Object.keys(metadata).length > 0 ? JSON.stringify(metadata, null, 2) : undefined],
    [
      'Usage',
      usage === null
        ? undefined
        : Object.entries(usage)
            .map(([name, n]) => `${name}: ${n.toLocaleString('en')}`)
            .join(', '),
    ],
    ['Dropped', dropped > 0 ? `${dropped} events` : undefined],
    ['Cut', truncated?.join(', ')],
  ]
  return facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined)
}
