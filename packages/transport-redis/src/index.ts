export type { RedisTransportOptions } from './options.js'
export { redisTransport } from './redis-transport.js'
