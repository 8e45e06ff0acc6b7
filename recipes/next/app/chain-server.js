/** Where the server beside Next is, as Next sees it. */
export const chainServer = process.env.CHAIN_SERVER ?? 'http://localhost:3001'
