import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

// The server that runs the chain, while this one serves the page.
const chainServer = process.env.CHAIN_SERVER ?? 'http://localhost:3001'

export default defineConfig({
  plugins: [svelte()],
  server: { proxy: { '/runs': chainServer, '/ws': { target: chainServer, ws: true } } },
})
