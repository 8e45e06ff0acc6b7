/** Where the parts of a driver find each other. */
export interface Place {
  readonly redisUrl: string
  /** The port of the server; 0 while there is none. */
  readonly port: number
}

/** The server of a driver, in a process of its own. */
export interface DriverServer {
  readonly port: number
  /** CPU time of all its processes so far, µs. Default: that of the process it was started in. */
  cpuMicros?(): number
  /** Memory of all its processes, bytes. Default: that of the process it was started in. */
  rss?(): number
  close(): Promise<void>
}

/** Says events of runs, in a process of its own. */
export interface DriverPublisher {
  /** Begins a run. */
  open(runId: string): Promise<void>
  /** Says one event of a run, about 200 bytes with its envelope, which must not be merged with others. Never waits. */
  event(runId: string, payload: string): void
  /** Says a piece of text of a run, which may be merged with others. Never waits. Default: as `event`. */
  token?(runId: string, text: string): void
  /** Resolves when all that was said is out of this process. */
  settle(): Promise<void>
  /** CPU time of its processes so far, µs. Default: that of the process it was started in. */
  cpuMicros?(): number
  close(): Promise<void>
}

/** What a viewer is told. */
export interface ViewerSink {
  /** A text in which payloads may stand. */
  take(text: string): void
}

/** Viewers of runs, all in one process; each has a connection of its own. */
export interface DriverViewers {
  /** Connects one viewer of a run; resolves when it is sure to get what is said from now on, and what was before if the driver keeps it. */
  join(runId: string, sink: ViewerSink): Promise<{ leave(): void }>
}

/** One way to bring events from a publisher to viewers. */
export interface Driver {
  startServer(place: Place): Promise<DriverServer>
  startPublisher(place: Place): Promise<DriverPublisher>
  startViewers(place: Place): DriverViewers
}
