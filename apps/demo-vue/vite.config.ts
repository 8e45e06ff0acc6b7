import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// The demo's server, for `vite` (pnpm dev): start it with `npm start` beside this.
const server = 'http://localhost:4321'

export default defineConfig({
  base: './',
  plugins: [vue()],
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
  server: { proxy: { '/api': server, '/texts': server, '/ws': { target: server, ws: true } } },
})
