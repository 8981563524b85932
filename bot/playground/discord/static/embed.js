// Embeds, pictures and files of a message.

import { el, format } from './dom.js';
import { blocks, inline } from './markdown.js';
import { state } from './store.js';

function mayLoad(url) {
  // The page's content policy lets in only this server and the linked demo shop.
  const origin = URL.canParse(url) ? new URL(url).origin : '';
  return [location.origin, ...Object.values(state.links).map((known) => new URL(known).origin)].includes(origin);
}

const external = (url, attributes, ...children) =>
  el('a', { href: url, target: '_blank', rel: 'noopener noreferrer', ...attributes }, ...children);

const isWeb = (url) => /^https?:\/\//i.test(url ?? '');

export function picture(url, kind, alt = '') {
  if (!isWeb(url)) return null;
  if (!mayLoad(url)) return external(url, { class: 'outside' }, `Picture at ${new URL(url).host}`);
  return external(url, { class: `picture ${kind}` }, el('img', { src: url, alt, loading: 'lazy' }));
}

function rowsOf(fields) {
  // Discord puts up to three inline fields in a row and gives them equal room.
  const placed = [];
  let row = [];
  const flush = () => { placed.push(...row.map((field) => [field, 12 / row.length])); row = []; };
  for (const field of fields) {
    if (!field.inline) { flush(); placed.push([field, 12]); continue; }
    row.push(field);
    if (row.length === 3) flush();
  }
  flush();
  return placed;
}

function fieldGrid(fields) {
  return el('dl', { class: 'fields' }, rowsOf(fields).map(([field, span]) =>
    el('div', { class: `field span-${span}` }, el('dt', {}, inline(field.name)), el('dd', {}, blocks(field.value)))));
}

function footer(embed) {
  const when = embed.timestamp ? format(new Date(embed.timestamp), 's') : '';
  const text = [embed.footer?.text, when].filter(Boolean).join(' • ');
  return text ? el('footer', { class: 'embed-footer' }, text) : null;
}

// An embed has no words for its picture; those of the attached file say what it shows.
const wordsFor = (url, files) => files.find((file) => file.url === url)?.description ?? '';

export function embedNode(embed, files = []) {
  const title = embed.title && (isWeb(embed.url)
    ? external(embed.url, { class: 'embed-title' }, inline(embed.title))
    : el('div', { class: 'embed-title' }, inline(embed.title)));
  const author = embed.author?.name && (isWeb(embed.author.url)
    ? external(embed.author.url, { class: 'embed-author' }, embed.author.name)
    : el('div', { class: 'embed-author' }, embed.author.name));
  const node = el('article', { class: 'embed', 'data-testid': 'embed' },
    el('div', { class: 'embed-body' },
      author,
      title,
      embed.description && el('div', { class: 'embed-description' }, blocks(embed.description)),
      embed.fields?.length ? fieldGrid(embed.fields) : null),
    picture(embed.thumbnail?.url, 'thumbnail'),
    picture(embed.image?.url, 'image', wordsFor(embed.image?.url, files)),
    footer(embed));
  if (typeof embed.color === 'number') node.style.borderInlineStartColor = `#${embed.color.toString(16).padStart(6, '0')}`;
  return node;
}

const size = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB`
  : `${(bytes / 1048576).toFixed(1)} MB`);

export function attachmentNode(file, used) {
  if (used.includes(file.url)) return null;
  if (/^image\/(png|jpeg|gif|webp)$/.test(file.content_type)) return picture(file.url, 'image', file.description ?? file.filename);
  return external(file.url, { class: 'file', download: file.filename }, file.filename, el('small', {}, size(file.size)));
}
