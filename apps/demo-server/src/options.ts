import { parseArgs } from 'node:util'

/** What the demo was asked to do. */
export interface DemoOptions {
  /** The port of the page; undefined: 4321, or a free one where that is taken. */
  readonly port: number | undefined
  /** A file to summarise in the terminal instead of serving the page. */
  readonly run: string | undefined
  /** How long a word takes where no model writes, ms; undefined: slow enough to watch. */
  readonly pace: number | undefined
  readonly help: boolean
}

/** What `npm start -- --help` prints. */
export const usage = `Usage: npm start                    serve the demo page
       npm start -- --port 8080     on another port
       npm start -- --run FILE      summarise FILE here in the terminal
       npm start -- --pace 5        5 ms for each word where no model writes

Set OPENAI_BASE_URL and OPENAI_API_KEY (OpenAI, Ollama, vLLM, …) and OPENAI_MODEL to have a model write.`

/** Reads the command line. @throws Error that says what is wrong with it. */
export function readOptions(argv: readonly string[], env: NodeJS.ProcessEnv): DemoOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string' },
      run: { type: 'string' },
      pace: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const { run, help = false } = values
  return { port: wholeNumber('port', values.port ?? env.PORT), pace: wholeNumber('pace', values.pace), run, help }
}

function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,5}$/.test(value)) return Number(value)
  throw new Error(`Expected --${name} to be a whole number; got ${JSON.stringify(value)}.`)
}
