import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { launch, screenshot, show, toHtml, type Theme } from '../../scripts/render.js'
import { renderComment } from '../../src/report/comment.js'
import { FIXTURES, OPTIONS } from '../report/fixtures.js'

/** The comment as a reader's browser shows it: GitHub's sanitisation, stylesheet and both themes. */

let browser: Browser
let folder: string

beforeAll(async () => {
  browser = await launch()
  folder = await mkdtemp(join(tmpdir(), 'reprogate-pictures-'))
}, 300_000)
afterAll(async () => {
  await browser?.close()
  if (folder) await rm(folder, { recursive: true })
})

/** What the page holds, folds opened, as plain data. */
const look = `(() => {
  document.querySelectorAll('details').forEach((fold) => { fold.open = true })
  const article = document.querySelector('article')
  const count = (selector) => article.querySelectorAll(selector).length
  const box = article.getBoundingClientRect()
  const text = []
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) if (!walker.currentNode.parentElement.closest('code,pre')) text.push(walker.currentNode.data)
  return {
    headings: count('h1,h2,h3'),
    heading: article.querySelector('h3')?.textContent ?? '',
    summaries: count('details > summary'), details: count('details'),
    sub: count('sub'), tables: count('table'), code: count('code'),
    forbidden: count('img,script,iframe,style,svg,form,input,ul,ol'),
    links: [...article.querySelectorAll('a')].map((a) => a.href),
    uneven: [...article.querySelectorAll('table')].filter((table) => new Set([...table.rows].map((row) => row.cells.length)).size !== 1).length,
    pipes: [...article.querySelectorAll('p')].filter((p) => /^\\s*\\|.*\\|\\s*$/m.test(p.textContent)).length,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    wider: [...article.children].filter((child) => child.getBoundingClientRect().right > box.right).length,
    prose: text.join(' '),
    all: article.textContent,
    background: getComputedStyle(document.body).backgroundColor,
  }
})()`

interface Look {
  headings: number
  heading: string
  summaries: number
  details: number
  sub: number
  tables: number
  code: number
  forbidden: number
  links: string[]
  uneven: number
  pipes: number
  overflow: number
  wider: number
  prose: string
  all: string
  background: string
}

const signs: Record<string, string> = {
  reproduced: '✅',
  'not-reproduced': '❌',
  incomplete: '❌',
  'could-not-check': '⚠️',
  exploratory: '➖',
  several: '❌',
  changed: '⚠️',
  hostile: '❌',
}
const themes: Theme[] = ['light', 'dark']

describe.each(Object.entries(FIXTURES))('%s', (name, report) => {
  const markdown = renderComment(report, OPTIONS)

  test.each(themes)(
    'reads well in the %s theme',
    async (theme) => {
      const html = toHtml(markdown, { theme })
      const page = await show(browser, html)
      const dialogs: string[] = []
      page.on('dialog', (dialog) => void dialogs.push(dialog.message()))
      const seen = (await page.evaluate(look)) as Look

      expect(seen.headings).toBeGreaterThanOrEqual(1)
      expect(seen.heading.startsWith(signs[name]!)).toBe(true)
      expect({ overflow: seen.overflow, wider: seen.wider }).toEqual({ overflow: 0, wider: 0 })
      // Tables are whole, and what we rely on came through the sanitiser.
      expect({ uneven: seen.uneven, pipes: seen.pipes }).toEqual({ uneven: 0, pipes: 0 })
      expect(seen.tables).toBe((markdown.match(/^\|:?-+:?\|/gm) ?? []).length)
      expect(seen.tables).toBeGreaterThanOrEqual(1)
      expect(seen.details).toBe((markdown.match(/^<details>/gm) ?? []).length)
      expect(seen.summaries).toBe(seen.details)
      expect(seen.sub).toBe(1)
      expect(seen.code).toBeGreaterThan(0)
      // Nothing but text and links to the repository itself.
      expect(seen.forbidden).toBe(0)
      expect(seen.links.filter((link) => !link.startsWith(`${OPTIONS.repositoryUrl}/`))).toEqual([])
      expect(seen.prose).not.toMatch(/(?:^|[^\w`])@\w|(?:^|\W)#\d|https?:\/\/|www\./)
      expect(dialogs).toEqual([])
      expect(seen.background).toBe(theme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(13, 17, 23)')

      const png = join(folder, `${name}-${theme}.png`)
      await page.close()
      await screenshot(html, png, browser)
      expect((await stat(png)).size).toBeGreaterThan(10_000)
    },
    120_000,
  )
})

test('hostile text is there to be read', async () => {
  const page = await show(browser, toHtml(renderComment(FIXTURES.hostile!, OPTIONS), { theme: 'light' }))
  const { all } = (await page.evaluate(look)) as Look
  for (const text of [
    '@everyone',
    '::error::owned',
    '</details></sub></table>',
    '`|`',
    '`'.repeat(60),
    '![x](http://evil.example/x.png)',
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '�gnp.exe',
  ])
    expect(all).toContain(text)
  expect(all).not.toMatch(/[\u202a-\u202e]/)
  await page.close()
})
