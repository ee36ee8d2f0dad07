import { toBody } from '../../scripts/render.js'

/** What GitHub would make of it: the sanitised HTML, and the text in which it looks for mentions. */
export function rendered(markdown: string): { html: string; prose: string; text: string } {
  const html = toBody(markdown)
  const decode = (s: string) =>
    s
      .replace(/&#x([0-9A-F]+);/gi, (_, n: string) => String.fromCodePoint(parseInt(n, 16)))
      .replace(/&amp;/g, '&')
  const strip = (s: string) => decode(s.replace(/<[^>]*>/g, ''))
  return {
    html,
    text: strip(html),
    // GitHub leaves code alone, and what is a link already.
    prose: strip(html.replace(/<(code|pre)\b[^>]*>[\s\S]*?<\/\1>/g, ' ')),
  }
}

/** Everything in it that is more than text: empty where it is harmless. */
export function dangers(markdown: string, allowed: readonly string[] = []): string[] {
  const { html, prose } = rendered(markdown)
  const links = [...html.matchAll(/<a\b[^>]*href="([^"]*)"/g)].map(([, href]) => href ?? '')
  return [
    ...links.filter((href) => !allowed.some((start) => href.startsWith(start))).map((href) => `link ${href}`),
    ...(html.match(/<(?:img|script|iframe|video|form|input|style|svg)\b[^>]*/g) ?? []),
    ...(html.match(/\son\w+=/g) ?? []).filter(() => /<[^>]*\son\w+=/.test(html)),
    ...(prose.match(/(?:^|[^\w`])@[\w-]+/g) ?? []).map((m) => `mention ${m}`),
    ...(prose.match(/(?:^|\W|\w\/\w+)#\d+/g) ?? []).map((m) => `reference ${m}`),
    ...(prose.match(/\bGH-\d+/gi) ?? []),
    ...(prose.match(/https?:\/\/|www\./gi) ?? []),
    ...(prose.match(/:[a-z_+-]{2,}:/g) ?? []).map((m) => `emoji ${m}`),
    ...(prose.match(/\$[^$\s][^$]*\$/g) ?? []).map((m) => `formula ${m}`),
  ]
}
