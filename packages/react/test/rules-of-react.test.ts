import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type PluginItem, transformSync } from '@babel/core'
import compiler from 'babel-plugin-react-compiler'
import { ESLint } from 'eslint'
import reactHooks from 'eslint-plugin-react-hooks'
import { describe, expect, it } from 'vitest'

const built = (file: string) => fileURLToPath(new URL(`../dist/esm/${file}`, import.meta.url))
const hook = readFileSync(built('use-chain-monitor.js'), 'utf8')

/** What the rules of React's own plugin, those of its compiler included, say of a module. */
async function broken(code: string): Promise<unknown[]> {
  const eslint = new ESLint({
    overrideConfigFile: true,
    overrideConfig: [reactHooks.configs.flat['recommended-latest'] as object],
  })
  const [result] = await eslint.lintText(code, { filePath: 'module.js' })
  return result?.messages.map(({ ruleId, message }) => `${ruleId}: ${message.split('\n')[0]}`) ?? []
}

/** A module as the React Compiler makes it; throws where it finds a reason not to. */
function compiled(code: string): string {
  const plugins: PluginItem[] = [[compiler, { panicThreshold: 'all_errors' }]]
  return transformSync(code, { plugins, configFile: false, babelrc: false, filename: 'module.js' })?.code ?? ''
}

describe('the hook as it is built', () => {
  it('keeps the rules of React', async () => {
    expect(await broken(hook)).toEqual([])
    expect(await broken(readFileSync(built('monitor-provider.js'), 'utf8'))).toEqual([])
  })

  it('is compiled by the React Compiler', () => {
    expect(compiled(hook)).toContain('react/compiler-runtime')
  })

  it('is judged by rules that find what is wrong', async () => {
    const wrong = hook.replace('if (!held.isOf', 'if (runId) useState(0);\n    if (!held.isOf')

    expect(wrong).not.toBe(hook)
    expect(await broken(wrong)).toContainEqual(expect.stringContaining('react-hooks/rules-of-hooks'))
  })
})
