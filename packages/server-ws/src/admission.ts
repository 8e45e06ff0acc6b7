import type { IncomingMessage } from 'node:http'
import { hostOf, networkOf } from './address.js'
import { HandshakeRate } from './handshake-rate.js'
import type { ResolvedServerOptions } from './options.js'
import { isOriginAllowed } from './origin.js'
import { Seats } from './seats.js'

/** Why an upgrade request is not taken. */
export interface Refusal {
  readonly status: 401 | 403 | 404 | 426 | 429 | 503
  readonly message: string
  readonly headers?: readonly string[]
}

/** The place of a connection among those that are let in. */
export class Entry {
  readonly #admission: Admission
  readonly #network: string | undefined
  #stage: 'unidentified' | 'identified' | 'left' = 'unidentified'

  constructor(admission: Admission, network: string | undefined) {
    this.#admission = admission
    this.#network = network
  }

  /** It is known who it is. Idempotent. */
  identified(): void {
    if (this.#stage !== 'unidentified') return
    this.#stage = 'identified'
    this.#admission.leave(this.#network, 'unidentified')
  }

  /** It has gone. Idempotent. */
  left(): void {
    if (this.#stage === 'left') return
    this.identified()
    this.#stage = 'left'
    this.#admission.leave(this.#network, 'rest')
  }
}

/** How many origins and addresses are told of in the log. */
const mostTold = 100
const everybody = 'everybody'

/** Decides which upgrade requests are looked at at all: by origin, address and how many there are. */
export class Admission {
  readonly #options: ResolvedServerOptions
  readonly #all: Seats
  readonly #unidentified: Seats
  readonly #ofAddress: Seats
  readonly #rate: HandshakeRate
  readonly #told = new Set<string>()

  constructor(options: ResolvedServerOptions) {
    const { limits, handshakeLimiter, logger } = options
    this.#options = options
    this.#all = new Seats(limits.maxConnections)
    this.#unidentified = new Seats(limits.maxUnidentified)
    this.#ofAddress = new Seats(limits.maxConnectionsPerAddress)
    this.#rate = new HandshakeRate(limits.handshakesPerMinute, handshakeLimiter, logger)
  }

  /** Lets a request in by what is known at once, or says why not. */
  enter(request: IncomingMessage): Entry | Refusal {
    const refusal = this.#refusalOfOrigin(request)
    if (refusal) return refusal
    if (!this.#all.take(everybody)) return full('This server has all the connections it can take.\n')
    if (!this.#unidentified.take(everybody)) {
      this.#all.leave(everybody)
      return full('This server waits for too many connections to say who they are.\n')
    }
    const network = networkOf(request, this.#options.trustProxy)
    if (!this.#ofAddress.take(network)) {
      this.#unidentified.leave(everybody)
      this.#all.leave(everybody)
      this.#tellOfAddress(String(network))
      return tooMany('There are too many connections from your address.\n', 10)
    }
    return new Entry(this, network)
  }

  /** Gives back what an entry took: among those of whom it is not known who they are, or all it still has. */
  leave(network: string | undefined, what: 'unidentified' | 'rest'): void {
    if (what === 'unidentified') this.#unidentified.leave(everybody)
    else {
      this.#ofAddress.leave(network)
      this.#all.leave(everybody)
    }
  }

  /** Counts a request that was let in; says why it is not taken where its address makes too many. */
  async rate(request: IncomingMessage): Promise<Refusal | undefined> {
    const network = networkOf(request, this.#options.trustProxy)
    const seconds = network === undefined ? undefined : await this.#rate.take(network)
    if (seconds === undefined) return undefined
    this.#tellOfAddress(String(network))
    return tooMany('Your address connects too often.\n', seconds)
  }

  #refusalOfOrigin(request: IncomingMessage): Refusal | undefined {
    const { allowedOrigins, authenticate, trustProxy } = this.#options
    const { origin, cookie } = request.headers
    const asked = { origin, host: hostOf(request, trustProxy), hasCookie: cookie !== undefined }
    if (isOriginAllowed(asked, allowedOrigins, authenticate !== undefined)) return undefined
    if (origin === undefined) {
      const message = 'A request with cookies was refused because it has no Origin header'
      this.#tell('no origin', {}, `${message}: a proxy may have taken it off; programs log in with a token.`)
      return { status: 403, message: 'Cookies count only with the Origin header of a page.\n' }
    }
    const shown = JSON.stringify(origin.slice(0, 200))
    const advice = `To let it connect: allowedOrigins: [${shown}]`
    this.#tell(origin, { origin: shown }, `Refused a page of another origin. ${advice}`)
    return { status: 403, message: 'Pages of this origin may not connect.\n' }
  }

  #tellOfAddress(network: string): void {
    const advice = 'If it is a proxy, say how many there are: trustProxy: 1'
    this.#tell(network, { network }, `Refused connections of an address that has or makes too many. ${advice}`)
  }

  #tell(about: string, fields: object, text: string): void {
    if (this.#told.has(about) || this.#told.size >= mostTold) return
    this.#told.add(about)
    this.#options.logger.warn(fields, text)
  }
}

function full(message: string): Refusal {
  return { status: 503, message, headers: ['Retry-After: 10'] }
}

function tooMany(message: string, seconds: number): Refusal {
  return { status: 429, message, headers: [`Retry-After: ${seconds}`] }
}
