import { defineConfig } from 'vite'
import solid from 'vite-plugin-solid'

// The server that runs the chain, while this one serves the page.
const chainServer = process.env.CHAIN_SERVER ?? 'http://localhost:3001'

export default defineConfig({
  plugins: [solid()],
  server: { proxy: { '/runs': chainServer, '/ws': { target: chainServer, ws: true } } },
})
