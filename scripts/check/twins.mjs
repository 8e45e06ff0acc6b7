/**
 * The sources of a package that do something and have no test of the same name: `src/a/b.ts` wants `test/a/b.test.ts`
 * (`.dom.test.ts` for one that needs a page, `.tsx` where it renders). Exempt are `index.ts` and `options.ts`, and files
 * with nothing to call: types, re-exports, plain data.
 *
 * @param {import('./source-tree.mjs').Member} member
 * @returns {string[]}
 */
export function withoutTwin({ folder, files }) {
  const paths = new Set(files.map(({ path }) => path))
  return files.flatMap(({ path, acts }) => {
    const source = new RegExp(`^${folder}/src/(.+)\\.tsx?$`).exec(path)?.[1]
    if (!source || !acts || /(^|\/)(index|options)$/.test(source)) return []
    const twins = ['', '.dom'].flatMap((kind) =>
      ['ts', 'tsx'].map((end) => `${folder}/test/${source}${kind}.test.${end}`),
    )
    return twins.some((twin) => paths.has(twin)) ? [] : [`${path} has no ${twins[0]}`]
  })
}
