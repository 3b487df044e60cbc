/** Markup that is safe to put into a page as it is. */
export class Markup {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text
  }
}

/** What a template may hold: text is escaped, markup and arrays of markup are kept, null and undefined vanish. */
export type Content = string | number | Markup | null | undefined | Content[]

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text as it may stand in an element or a quoted attribute. Control characters, which HTML forbids, become U+FFFD. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    .replace(/\p{Cc}/gu, (character) => ('\t\n\r'.includes(character) ? character : '\ufffd'))
}

function render(content: Content): string {
  if (content === null || content === undefined) return ''
  if (content instanceof Markup) return content.text
  if (Array.isArray(content)) return content.map(render).join('')
  return escapeHtml(String(content))
}

/** A template whose values are escaped unless they are markup already. */
export function html(parts: TemplateStringsArray, ...values: Content[]): Markup {
  return new Markup(parts.reduce((page, part, i) => page + render(values[i - 1]) + part))
}

/** JSON that can stand inside a script element: no `<` is left in it, so nothing in it can end the element. */
export function embeddedJson(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replace(/</g, '\\u003c'))
}
