import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Serves one page with scripts after its own. */
export async function servePage(
  page: string,
  scripts: readonly string[],
): Promise<{ readonly url: string; close(): void }> {
  const text = await readFile(page, 'utf8')
  const tags = scripts.map((_, i) => `<script src="/${i}.js"></script>`).join('\n')
  const server = createServer((request, response) => {
    const script = scripts[Number.parseInt(request.url?.slice(1) ?? '', 10)]
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html')
    if (script) createReadStream(script).pipe(response)
    else response.end(`${text}${tags}`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
