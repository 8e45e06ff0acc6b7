import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The demo's server, for `pnpm dev`: start it with `npm start` beside this. It wants to be asked under the page's own host.
const server = { target: 'http://localhost:4321', changeOrigin: false, ws: true }

export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    // Names without a hash: the server knows each of its files by name, and has browsers ask for them every time.
    rolldownOptions: {
      output: {
        entryFileNames: 'app.js',
        assetFileNames: ({ names }) => (names[0]?.endsWith('.css') ? 'app.css' : '[name][extname]'),
      },
    },
    // The content policy lets nothing in that does not come from a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': server, '/texts': server, '/ws': server } },
})
