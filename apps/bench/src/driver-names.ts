/** A driver and what is to be known of it. */
export interface DriverInfo {
  /** What it is, for a table. */
  readonly title: string
  /** Its module, from this one. */
  readonly module: string
  /** It keeps what was said for those who come later. */
  readonly keepsHistory: boolean
}

/** Every driver by name; limits first, then llmmon, then the peers. */
export const drivers = {
  ws: { title: 'limit: raw ws', module: './drivers/ws.js', keepsHistory: false },
  redis: { title: 'limit: ws + Redis pub/sub', module: './drivers/redis.js', keepsHistory: false },
  stream: { title: 'bare stream path: script + ws', module: './drivers/stream.js', keepsHistory: true },
  'one-frame': { title: 'limit: the text in one frame', module: './drivers/one-frame.js', keepsHistory: true },
  llmmon: { title: '**llmmon**', module: './drivers/llmmon.js', keepsHistory: true },
  'socket-io': {
    title: 'Socket.IO, Redis streams adapter',
    module: '../peers/socket-io/driver.js',
    keepsHistory: false,
  },
  channels: { title: 'Django Channels', module: './drivers/channels.js', keepsHistory: false },
} as const satisfies Record<string, DriverInfo>

/** The name of a driver. */
export type DriverName = keyof typeof drivers

/** What is to be known of a driver. */
export function infoOf(name: DriverName): DriverInfo {
  return drivers[name]
}

/** Where a driver's module is. */
export function moduleOf(name: DriverName): string {
  return new URL(drivers[name].module, import.meta.url).href
}
