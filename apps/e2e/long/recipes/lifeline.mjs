// Loaded into what a test starts, and what that starts: each ends with the process that has started it.
const parent = process.ppid
setInterval(() => {
  if (process.ppid !== parent) process.exit(1)
}, 250).unref()
