export default defineNuxtConfig({
  compatibilityDate: '2026-11-01',
  telemetry: false,
  // Its cssnano needs Node 22; without it, this recipe runs on 20.19 too.
  postcss: { plugins: { cssnano: false } },
  // NUXT_PUBLIC_CHAIN_SERVER says where the server beside Nuxt is.
  runtimeConfig: { public: { chainServer: 'http://localhost:3001' } },
  app: { head: { title: 'A run, live', htmlAttrs: { lang: 'en' }, link: [{ rel: 'icon', href: 'data:,' }] } },
})
