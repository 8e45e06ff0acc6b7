/** The three pages, which show the same runs. */
export const variants = [
  { name: 'Plain', path: '/' },
  { name: 'React', path: '/react/' },
  { name: 'Vue', path: '/vue/' },
] as const
