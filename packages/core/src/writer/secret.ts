const secretKey =
  /^(pass(word|wd|phrase)?|pwd|(client|app|shared)?[-_]?secret|api[-_]?key|(x[-_])?api[-_]?key|authorization|(set[-_])?cookie|(access|refresh|id|auth|bearer|session)[-_]?token|private[-_]?key|credentials?|openai[-_]api[-_]key)$/i

const secretTexts: readonly RegExp[] = [
  /\b(sk|pk|rk)-[A-Za-z0-9_-]{16,}/g,
  /\b(ghp|gho|ghs|github_pat|xox[abp]|AKIA)[A-Za-z0-9_-]{12,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /(?<=\b(?:bearer|basic)\s)[A-Za-z0-9._~+/=-]{8,}/gi,
  /(?<=:\/\/)[^\s/@:]+:[^\s/@]+(?=@)/g,
  /(?<=\b(?:api[-_]?key|password|secret|token)["']?\s?[=:]\s?["']?)[^\s"'&,;]{6,}/gi,
]

/** What stands in place of a secret. */
export const redactedMark = '[redacted]'

/** True for the name of a field whose value is a secret nearly always. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key)
}

/** A text with what looks like a key, a token or a password in a URL replaced by a mark. */
export function maskSecrets(text: string): string {
  let masked = text
  for (const pattern of secretTexts) masked = masked.replace(pattern, redactedMark)
  return masked
}
