import { spawn } from 'node:child_process'

/** @typedef {{ code: number, output: string, stdout: string }} Finished */

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

/**
 * Runs a command to its end. Its output is held back and handed over, so that the caller shows it only when it matters;
 * with `show` it goes straight to the terminal. Never rejects: a command that cannot be started ends with code 127.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, show?: boolean }} [options] `env` is laid over `process.env`
 * @returns {Promise<Finished>}
 */
export function run(command, args, { cwd, env, show = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      // A group of its own: whatever the command starts can be ended with it.
      detached: true,
    })
    let output = ''
    let stdout = ''
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output += text
      stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      output += text
    })
    running.add(child)
    child.once('error', (error) => {
      running.delete(child)
      resolve({ code: 127, output: `${output}${error.message}\n`, stdout })
    })
    child.once('close', (code) => {
      running.delete(child)
      resolve({ code: code ?? 1, output, stdout })
    })
  })
}

/** Ends every command that still runs, with all that it started. */
export function stopCommands() {
  for (const { pid } of running) {
    if (pid === undefined) continue
    try {
      process.kill(-pid, 'SIGTERM')
    } catch {
      // It ended between the look and the signal.
    }
  }
}
