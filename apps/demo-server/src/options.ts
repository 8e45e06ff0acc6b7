import { parseArgs } from 'node:util'

/** What the demo was asked to do. */
export interface DemoOptions {
  /** The port of the page; undefined: 4321, or a free one where that is taken. */
  readonly port: number | undefined
  /** A file to summarise in the terminal instead of serving the page. */
  readonly run: string | undefined
  /** How long a word takes where no model writes, ms; undefined: slow enough to watch. */
  readonly pace: number | undefined
  /** The Redis that joins the demo's processes; undefined: one process, no Redis. */
  readonly redis: string | undefined
  readonly help: boolean
}

const usualRedis = 'redis://127.0.0.1:6379'

/** What `npm start -- --help` prints. */
export const usage = `Usage: npm start                    serve the demo page
       npm start -- --port 8080     on another port
       npm start -- --run FILE      summarise FILE here in the terminal
       npm start -- --redis [URL]   a worker and two web servers, joined by Redis (redis://127.0.0.1:6379, or one started for the demo)
       npm start -- --pace 5        5 ms for each word where no model writes

Set OPENAI_BASE_URL and OPENAI_API_KEY (OpenAI, Ollama, vLLM, …) and OPENAI_MODEL to have a model write.`

/** Reads the command line. @throws Error that says what is wrong with it. */
export function readOptions(argv: readonly string[], env: NodeJS.ProcessEnv): DemoOptions {
  const { values } = parseArgs({
    args: withRedisUrl(argv),
    options: {
      port: { type: 'string' },
      run: { type: 'string' },
      pace: { type: 'string' },
      redis: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const { run, redis, help = false } = values
  const port = wholeNumber('port', values.port ?? env.PORT)
  return { port, pace: wholeNumber('pace', values.pace), run, redis, help }
}

// `--redis` may stand alone, which option parsers do not know.
function withRedisUrl(argv: readonly string[]): string[] {
  return argv.flatMap((argument, index) => {
    const isAlone = argument === '--redis' && (argv[index + 1] ?? '-').startsWith('-')
    return isAlone ? ['--redis', usualRedis] : [argument]
  })
}

function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,5}$/.test(value)) return Number(value)
  throw new Error(`Expected --${name} to be a whole number; got ${JSON.stringify(value)}.`)
}
