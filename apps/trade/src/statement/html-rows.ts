import type { Row } from './statement';

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  minus: '-',
};

/**
 * The rows of all tables of a page, in their order. Made for the pages of terminals: tags of any case and attributes,
 * cells that are not closed, `colspan`, and cells that are only there for other programs (`class="hidden"`).
 */
export function htmlRows(html: string): Row[] {
  const visible = html.replaceAll(/<!--[\s\S]*?-->|<(script|style)\b[\s\S]*?<\/\1\s*>/gi, '');
  return visible
    .split(/<tr\b/i)
    .slice(1)
    .map((part) => rowOf(part.split(/<\/t(?:r|able)\s*>/i)[0] ?? ''));
}

function rowOf(part: string): Row {
  const cells: string[] = [];
  const titles: string[] = [];
  for (const piece of part.split(/<t[dh]\b/i).slice(1)) {
    const end = tagEnd(piece);
    const attributes = piece.slice(0, end);
    if (/\bclass\s*=\s*["']?[^"'>]*\bhidden\b/i.test(attributes)) continue;
    cells.push(textOf(piece.slice(end + 1).split(/<\/t[dh]\s*>/i)[0] ?? ''));
    titles.push(textOf(attributeOf(attributes, 'title')));
    const span = Math.min(100, Number(attributeOf(attributes, 'colspan')) || 1);
    for (let i = 1; i < span; i++) {
      cells.push('');
      titles.push('');
    }
  }
  return { cells, titles };
}

/** Where a tag's attributes end: a `>` within quotes does not end them. */
function tagEnd(piece: string): number {
  let quote = '';
  for (let i = 0; i < piece.length; i++) {
    const at = piece.charAt(i);
    if (quote !== '') quote = at === quote ? '' : quote;
    else if (at === '"' || at === "'") quote = at;
    else if (at === '>') return i;
  }
  return piece.length;
}

function attributeOf(attributes: string, name: string): string {
  const found = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(attributes);
  return found?.[1] ?? found?.[2] ?? found?.[3] ?? '';
}

/** Text without tags; every kind of blank is one blank. */
function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&(#x[0-9a-f]+|#\d+|[a-z]+);/gi, (whole, name: string) => entityOf(whole, name))
    .replaceAll(/[\s\u00a0\u2007\u202f]+/g, ' ')
    .trim();
}

function entityOf(whole: string, name: string): string {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}
