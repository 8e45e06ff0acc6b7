/**
 * The part of a registry of `prom-client` that is used: the metrics register themselves there, and are read when it is asked for its text. Nothing of
 * `prom-client` is imported.
 */
export interface MetricsRegistry {
  // biome-ignore lint/suspicious/noExplicitAny: its own type names its own classes.
  registerMetric(metric: any): void
  removeSingleMetric?(name: string): void
}

/** Labels of a value. */
export type Labels = Readonly<Record<string, string | number>>

const counters = {
  llmmon_connections_total: 'Connections accepted, by endpoint (protocol, plain).',
  llmmon_connections_closed_total: 'Connections closed, by close code.',
  llmmon_upgrades_refused_total: 'Upgrades refused, by HTTP status.',
  llmmon_requests_total: 'Answers to subscribe and cancel, by request and answer.',
  llmmon_resets_total: 'Resets sent to viewers, by reason.',
  llmmon_frames_sent_total: 'Frames sent.',
  llmmon_bytes_sent_total: 'Bytes of frames sent.',
  llmmon_store_errors_total: 'Reads and subscriptions of the store that failed, and batches in it that are not valid.',
} as const

const gauges = {
  llmmon_connections: 'Connections open now.',
  llmmon_runs: 'Runs followed now.',
  llmmon_viewers: 'Viewers of runs now: each run that each connection watches.',
  llmmon_history_characters: 'Characters of history kept in memory for late viewers.',
  llmmon_buffered_bytes: 'Bytes that wait in connections for the network to take them.',
} as const

/** The name of a metric that only rises. */
export type CounterName = keyof typeof counters
/** What is looked at when the metrics are read. */
export type Gauges = Readonly<Record<keyof typeof gauges, () => number>>

interface Value {
  readonly labels: Labels
  value: number
}

/**
 * What servers count, in the conventions of Prometheus. All servers that are given the same registry count together, as the registry asks for each name once.
 *
 * @example
 * const registry = new promClient.Registry()
 * createMonitorServer({ transport, authorize, metrics: registry })
 * // elsewhere: response.end(await registry.metrics())
 */
export class Metrics {
  readonly #values = new Map<CounterName, Map<string, Value>>()
  readonly #sources = new Set<Gauges>()
  // At hand, since they are counted with every frame.
  readonly #framesSent = this.#valueOf('llmmon_frames_sent_total')
  readonly #bytesSent = this.#valueOf('llmmon_bytes_sent_total')

  /** Counts a frame that was sent. */
  sent(bytes: number): void {
    this.#framesSent.value += 1
    this.#bytesSent.value += bytes
  }

  /** Counts. */
  count(name: CounterName, labels?: Labels): void {
    this.#valueOf(name, labels).value += 1
  }

  /** The values of a counter. */
  valuesOf(name: CounterName): readonly Value[] {
    return [...(this.#values.get(name)?.values() ?? [])]
  }

  /** Adds a server to the gauges; gives how to take it off. */
  addSource(source: Gauges): () => void {
    this.#sources.add(source)
    return () => void this.#sources.delete(source)
  }

  /** Puts every metric into a registry, once. @throws Error of the registry where a name is taken by somebody else. */
  register(registry: MetricsRegistry): void {
    for (const [name, help] of Object.entries(counters)) {
      const values = () => this.valuesOf(name as CounterName).map(({ labels, value }) => ({ labels, value }))
      registry.registerMetric(metric(name, help, 'counter', values))
    }
    for (const [name, help] of Object.entries(gauges)) {
      const sum = () => [...this.#sources].reduce((total, source) => total + source[name as keyof Gauges](), 0)
      registry.registerMetric(metric(name, help, 'gauge', () => [{ labels: {}, value: sum() }]))
    }
  }

  #valueOf(name: CounterName, labels?: Labels): Value {
    const key = labels ? Object.values(labels).join('\0') : ''
    let values = this.#values.get(name)
    if (!values) this.#values.set(name, (values = new Map()))
    let value = values.get(key)
    if (!value) values.set(key, (value = { labels: labels ?? {}, value: 0 }))
    return value
  }
}

// In the shape in which a registry of prom-client asks its own.
function metric(name: string, help: string, type: 'counter' | 'gauge', values: () => object[]) {
  return {
    name,
    help,
    type,
    aggregator: 'sum',
    get: async () => ({ name, help, type, aggregator: 'sum', values: values() }),
    reset: () => undefined,
  }
}

const byRegistry = new WeakMap<MetricsRegistry, Metrics>()

/** The metrics of a registry, made when it is first given; without one, some that nobody reads. */
export function metricsOf(registry: MetricsRegistry | undefined): Metrics {
  const known = registry && byRegistry.get(registry)
  if (known) return known
  const metrics = new Metrics()
  if (registry) {
    metrics.register(registry)
    byRegistry.set(registry, metrics)
  }
  return metrics
}
