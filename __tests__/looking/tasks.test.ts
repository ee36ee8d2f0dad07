import { describe, expect, test } from '@jest/globals'
import { look } from '../../src/looking/look.js'
import { treeOf } from './tree.js'

const EVALUATES = 'from sklearn.metrics import accuracy_score\nprint(accuracy_score([1], [1]))\n'
const first = async (files: Record<string, string>) => {
  const { models } = await look(treeOf({ 'eval.py': EVALUATES, ...files }), 'repo')
  const { command } = models[0] ?? {}
  return command && `${command.word} ${command.value.source}: ${command.value.text}`
}
const fence = (text: string, language = 'sh') => `\`\`\`${language}\n${text}\n\`\`\`\n`

describe('where a command stands', () => {
  test.each([
    [
      'an image',
      { Dockerfile: 'FROM x\nENTRYPOINT ["python", "eval.py"]\nCMD ["--n", "1"]\n' },
      'likely Dockerfile: python eval.py --n 1',
    ],
    ['just', { justfile: 'evaluate n="1":\n    python eval.py\n' }, 'likely task: python eval.py'],
    [
      'poe',
      { 'pyproject.toml': '[tool.poe.tasks]\nevaluate = "python eval.py"\n' },
      'likely task: python eval.py',
    ],
    [
      'pixi',
      { 'pixi.toml': '[tasks]\nevaluate = {cmd = "python eval.py"}\n' },
      'likely task: python eval.py',
    ],
    ['tox', { 'tox.ini': '[testenv]\ncommands = python eval.py\n' }, 'likely task: python eval.py'],
    ['nox', { 'noxfile.py': 'session.run("python", "eval.py")\n' }, 'likely task: python eval.py'],
    [
      'a fence of Python',
      { 'README.md': fence('python eval.py', 'python') },
      'likely README: python eval.py',
    ],
  ])('%s', async (_, files, told) => {
    expect(await first(files as unknown as Record<string, string>)).toBe(told)
  })
  test('a program of R that is named as it is, or in italics', async () => {
    const r = { 'eval.py': '', 'evaluate.R': 'library(caret)\nconfusionMatrix(a, b)\n' }
    expect(await first({ ...r, 'README.md': 'See `evaluate.R`.' })).toBe('likely README: Rscript evaluate.R')
    const main = { 'main.R': 'source("evaluate.R")\n', 'README.md': 'Source or run *main.R* first' }
    expect(await first({ ...r, ...main })).toMatch(/README: Rscript main\.R$/)
  })
})

describe('a question only', () => {
  test('the line below words of comparison', async () => {
    const page = `Ours:\n${fence('python eval.py --model ours')}\nTo compare with another model:\n${fence('python eval.py --model theirs')}`
    expect(await first({ 'README.md': page })).toBe('likely README: python eval.py --model ours')
    expect(await first({ 'README.md': page.slice(page.indexOf('To compare')) })).toMatch(/^guess/)
  })
  test('a line that prints help is none', async () => {
    expect(await first({ 'README.md': fence('python eval.py -h') })).not.toMatch(/-h/)
  })
  test('options that a command has already are another example', async () => {
    const page = fence('python eval.py --data a\n--data b --n 2')
    expect(await first({ 'README.md': page })).toBe('likely README: python eval.py --data a')
  })
})
