export default {
  // One copy for the routes and for server.mjs.
  serverExternalPackages: ['@llmmon/core', '@llmmon/server-ws'],
  turbopack: { root: import.meta.dirname },
}
