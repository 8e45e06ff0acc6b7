import { readFile } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { pageFileAt } from './page-files.js'
import { listSamples } from './samples.js'
import { securityHeaders } from './security-headers.js'
import type { Author } from './summarise/author.js'

/** What the page's server needs. */
export interface RequestHandlerOptions {
  /** Starts a run on a document, here or elsewhere, and gives its id. */
  readonly start: (document: Uint8Array, title: string) => string | Promise<string>
  readonly author: Author
}

/** The largest document that is taken, bytes. */
const maxDocumentBytes = 8_388_608

const contentTypes: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}

/** Answers the page's requests: its files, the sample texts, and the start of a run. */
export function createRequestHandler({ start, author }: RequestHandlerOptions): RequestListener {
  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, { error: error instanceof Error ? error.message : 'The request failed.' })
    })
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://demo.invalid')
    const page = pageFileAt(pathname)
    const headers = securityHeaders(request, page?.trustedTypes)
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    if (request.method === 'POST' && pathname === '/api/runs') {
      await startRun(request, response, searchParams.get('title') ?? '')
      return
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      sendJson(response, 405, { error: 'Expected GET, or POST to /api/runs.' })
      return
    }
    if (pathname === '/api/info') {
      const { name, connected } = author
      sendJson(response, 200, {
        author: { name, connected },
        samples: (await listSamples()).map(({ id, title, size }) => ({ id, title, size })),
      })
      return
    }
    const sample = (await listSamples()).find(({ id }) => pathname === `/texts/${id}`)
    const file = sample?.path ?? page?.path
    // Their files are named relative to the folder.
    if (pathname === '/react' || pathname === '/vue') response.writeHead(308, { Location: `${pathname}/` }).end()
    else if (file === undefined) sendJson(response, 404, { error: `There is nothing at ${pathname}.` })
    else
      response
        .setHeader('Content-Type', contentTypes[extname(file)] ?? 'application/octet-stream')
        .end(await readFile(file))
  }

  async function startRun(request: IncomingMessage, response: ServerResponse, title: string): Promise<void> {
    // Any page of any site could send a form here; only this page's own requests count.
    const { origin, host } = request.headers
    if (origin !== undefined && origin !== `http://${host}`) {
      sendJson(response, 403, { error: 'Only the page of this server may start a run.' })
      return
    }
    const document = await readBody(request)
    if (document === undefined) {
      sendJson(response, 413, {
        error: `This document is too large: at most ${maxDocumentBytes / 1_048_576} MB are taken.`,
      })
      return
    }
    if (document.length === 0) {
      sendJson(response, 400, { error: 'There is no text yet: paste one, drop a file or choose a sample.' })
      return
    }
    sendJson(response, 201, { runId: await start(document, title.slice(0, 200)) })
  }
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > maxDocumentBytes) return undefined
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(JSON.stringify(value))
}
