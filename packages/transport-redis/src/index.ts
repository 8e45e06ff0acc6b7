export type { RedisTransportOptions } from './options.js'
export { type RedisTransport, redisTransport } from './redis-transport.js'
