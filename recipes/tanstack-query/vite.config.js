import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The server that runs the chain, while this one serves the page.
const chainServer = process.env.CHAIN_SERVER ?? 'http://localhost:3001'

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/runs': chainServer, '/ws': { target: chainServer, ws: true } } },
})
