import { parseArgs } from 'node:util'

/** What the demo was asked to do. */
export interface DemoOptions {
  /** The port of the page; undefined: 4321, or a free one where that is taken. */
  readonly port: number | undefined
  /** A file to summarise in the terminal instead of serving the page. */
  readonly run: string | undefined
  readonly help: boolean
}

/** What `npm start -- --help` prints. */
export const usage = `Usage: npm start                    serve the demo page
       npm start -- --port 8080     on another port
       npm start -- --run FILE      summarise FILE here in the terminal

Set OPENAI_BASE_URL and OPENAI_API_KEY (OpenAI, Ollama, vLLM, …) and OPENAI_MODEL to have a model write.`

/** Reads the command line. @throws Error that says what is wrong with it. */
export function readOptions(argv: readonly string[], env: NodeJS.ProcessEnv): DemoOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: { port: { type: 'string' }, run: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  const port = values.port ?? env.PORT
  if (port !== undefined && !/^\d{1,5}$/.test(port)) {
    throw new Error(`Expected --port to be a number; got ${JSON.stringify(port)}.`)
  }
  return { port: port === undefined ? undefined : Number(port), run: values.run, help: values.help ?? false }
}
