const pollMs = 250

/**
 * Ends this process once the one that started it is gone: npm's shell passes no signal on, so without this a killed
 * `npm start` or `npm test` would leave its children behind.
 *
 * @param {number} [parent] the process to live with; by default the one that started this one
 * @returns {() => void} lets go of the parent
 */
export function dieWithParent(parent = process.ppid) {
  const timer = setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM')
  }, pollMs)
  timer.unref()
  return () => clearInterval(timer)
}
