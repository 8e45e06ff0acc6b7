import type { Writable } from 'node:stream'

let held: Writable[] = []

/** Holds back what a socket is given until this turn is over: then all of it leaves in one write, since the system call is what a delivery costs. */
export function holdWrites(socket: Writable): void {
  if (socket.writableCorked > 0) return
  socket.cork()
  // One callback for a whole crowd.
  if (held.push(socket) === 1) process.nextTick(release)
}

function release(): void {
  const sockets = held
  held = []
  for (const socket of sockets) socket.uncork()
}
