/// <reference lib="esnext.disposable" preserve="true" />

/**
 * A transport that `await using` closes, in runtimes that have it.
 *
 * @example
 * await using transport = memoryTransport()
 */
export function disposable<Kind extends { close(): Promise<void> }>(
  transport: Kind,
  // Not every browser has it.
  symbol: symbol | null = Symbol.asyncDispose ?? null,
): Kind & AsyncDisposable {
  return (symbol ? Object.assign(transport, { [symbol]: () => transport.close() }) : transport) as Kind &
    AsyncDisposable
}
