/**
 * Markdown as GitHub shows a comment, and pictures of it: `npx tsx scripts/render.ts in.md out.html [out.png]`.
 *
 * The pipeline is GitHub's own, as near as it can be had: GFM with line breaks kept, sanitised by a schema
 * modelled on GitHub's, in GitHub's stylesheet. Mermaid stays code.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Root } from 'mdast'
import { chromium, type Browser, type Page } from 'playwright-core'
import rehypeRaw from 'rehype-raw'
import rehypeSanitize from 'rehype-sanitize'
import rehypeStringify from 'rehype-stringify'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import remarkRehype from 'remark-rehype'
import { unified } from 'unified'

export type Theme = 'light' | 'dark'

/** CSS pixels: GitHub's comment column on a wide screen. */
export const COMMENT_WIDTH = 900

const PACKAGES = ['chromium', 'fonts-noto-core', 'fonts-noto-color-emoji']
/** Without it the signs of the verdicts are boxes. */
const EMOJI_FONT = '/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf'

/** In comments, unlike in files, GitHub keeps line breaks. */
function keepLineBreaks() {
  const visit = (node: { type: string; value?: string; children?: unknown[] }): void => {
    node.children = (node.children as (typeof node)[] | undefined)?.flatMap((child) => {
      if (child.type !== 'text' || !child.value?.includes('\n')) {
        visit(child)
        return [child]
      }
      return child.value
        .split('\n')
        .flatMap((value, i) => [...(i > 0 ? [{ type: 'break' }] : []), { type: 'text', value }])
    }) as unknown[]
    if (node.children === undefined) delete node.children
  }
  return (tree: Root) => visit(tree as Parameters<typeof visit>[0])
}

/** The sanitised body alone. */
export const toBody = (markdown: string): string =>
  String(
    unified()
      .use(remarkParse)
      .use(remarkGfm)
      .use(keepLineBreaks)
      .use(remarkRehype, { allowDangerousHtml: true })
      .use(rehypeRaw)
      .use(rehypeSanitize)
      .use(rehypeStringify)
      .processSync(markdown),
  )

/** A page of its own, stylesheet included: nothing is loaded from anywhere. */
export function toHtml(markdown: string, { theme }: { theme: Theme }): string {
  const require = createRequire(import.meta.url)
  const css = readFileSync(require.resolve(`github-markdown-css/github-markdown-${theme}.css`), 'utf8')
  const [page, border] = theme === 'light' ? ['#ffffff', '#d1d9e0'] : ['#0d1117', '#3d444d']
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>reprogate</title><style>
${css}
body { margin: 0; padding: 16px; background: ${page}; }
.markdown-body { box-sizing: border-box; width: ${COMMENT_WIDTH}px; padding: 16px; border: 1px solid ${border}; border-radius: 6px; font-size: 14px; }
</style></head><body><article class="markdown-body">
${toBody(markdown)}
</article></body></html>
`
}

/**
 * The path of a Chromium: `CHROMIUM`, or Debian's, installed where that is possible.
 *
 * @throws Error in one line that says what to install
 */
export function ensureChromium(): string {
  const given = process.env.CHROMIUM
  if (given) return given
  const path = '/usr/bin/chromium'
  if (existsSync(path) && existsSync(EMOJI_FONT)) return path
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const apt = (...args: string[]) =>
      execFileSync('apt-get', args, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      })
    apt('update', '-qq')
    apt('install', '-y', '-qq', '--no-install-recommends', ...PACKAGES)
  }
  if (existsSync(path)) return path
  throw new Error(`Pictures need Chromium: install ${PACKAGES.join(' ')}, or set CHROMIUM to its path.`)
}

/** A headless browser that nobody else talks to. The caller closes it. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: ensureChromium(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

/** Shows a page of `toHtml`, from which nothing may be fetched. The caller closes it. */
export async function show(browser: Browser, html: string, scale = 1): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width: COMMENT_WIDTH + 32, height: 600 },
    deviceScaleFactor: scale,
  })
  await page.route('**', (route) => route.abort())
  await page.setContent(html)
  return page
}

/** The comment, from border to border, as a PNG file. */
export async function screenshot(html: string, png: string, running?: Browser, scale = 1): Promise<void> {
  const browser = running ?? (await launch())
  try {
    const page = await show(browser, html, scale)
    await page.locator('article').screenshot({ path: png })
    await page.close()
  } finally {
    if (running === undefined) await browser.close()
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [input, output, png] = process.argv.slice(2)
  if (!input || !output) {
    console.error('usage: npx tsx scripts/render.ts <in.md> <out.html> [out.png]')
    process.exitCode = 2
  } else {
    const html = toHtml(readFileSync(input, 'utf8'), { theme: 'light' })
    writeFileSync(output, html)
    if (png)
      await screenshot(html, png).catch((error: Error) => {
        console.error(error.message.split('\n', 1)[0])
        process.exitCode = 1
      })
  }
}
