import type { IncomingMessage } from 'node:http'

/**
 * What browsers are told to hold a page to: scripts and styles only from files of this server, nothing inline, no connection
 * anywhere else, no frame around it, and no text that becomes markup.
 *
 * @param trustedTypes the names of Trusted Types policies that the page's framework makes
 */
export function securityHeaders(
  request: IncomingMessage,
  trustedTypes: readonly string[] = [],
): { readonly [name: string]: string } {
  const host = /^[\w.:[\]-]+$/.test(request.headers.host ?? '') ? request.headers.host : 'localhost'
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    // Not every browser counts the WebSocket of the same host as 'self'.
    `connect-src 'self' ws://${host}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${trustedTypes.join(' ') || "'none'"}`,
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  }
}
