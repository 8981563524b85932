// The part of Discord's markdown that bots use, to DOM nodes.

import { el, nameOf, timestamp } from './dom.js';
import { channelById, roleById, state, userById } from './store.js';

const INSIDE = /^https:\/\/discord\.com\/channels\/(?:\d+|@me)\/(\d+)(?:\/(\d+))?$/;

// An address within Discord leads to that channel and message here, as in Discord's client.
function link(url, children) {
  const [, channelId, messageId] = INSIDE.exec(url) ?? [];
  const channel = channelById(channelId);
  if (!channel) return el('a', { href: url, target: '_blank', rel: 'noopener noreferrer', title: url }, children);
  const place = channel.is_direct ? `@${nameOf(state.bot)}` : `#${channel.name}`;
  return el('button', { type: 'button', class: 'mention', 'data-go': channel.id, 'data-message': messageId ?? '' },
    children === url ? (messageId ? `${place} › message` : place) : children);
}

const mention = (text, isMe) => el('span', { class: isMe ? 'mention me' : 'mention' }, text);

function userMention(id) {
  const user = userById(id);
  return mention(user ? `@${nameOf(user)}` : '@unknown-user', id === state.user?.id);
}

function roleMention(id) {
  const role = roleById(id);
  const node = mention(role ? `@${role.name.replace(/^@/, '')}` : '@unknown-role', false);
  if (role?.color) {
    node.classList.add('role');
    node.style.setProperty('--role', `#${role.color.toString(16).padStart(6, '0')}`);
  }
  return node;
}

function channelMention(id) {
  const channel = channelById(id);
  if (!channel) return mention('#unknown', false);
  return el('button', { type: 'button', class: 'mention', 'data-go': channel.id }, `#${channel.name}`);
}

function time(seconds, style) {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? `<t:${seconds}>` : timestamp(date, style ?? 'f');
}

function spoiler(children) {
  const node = el('span', { class: 'spoiler', role: 'button', tabindex: '0', 'aria-label': 'Spoiler' }, children);
  const reveal = () => { node.classList.add('open'); node.removeAttribute('aria-label'); };
  node.addEventListener('click', reveal);
  node.addEventListener('keydown', (event) => { if (event.key === 'Enter') reveal(); });
  return node;
}

const WORD_BEFORE = /[\p{L}\p{N}]$/u;

// Each rule: what to find at the very start of the rest, what to make of it, and sometimes what must stand before it.
const RULES = [
  [/^\\([^\sA-Za-z0-9])/, (m) => m[1]],
  [/^(`+)([\s\S]*?[^`])\1(?!`)/, (m) => el('code', {}, m[2].replace(/^ (.*) $/s, '$1'))],
  [/^\*\*\*(?=\S)([\s\S]+?)\*\*\*(?!\*)/, (m) => el('strong', {}, el('em', {}, inline(m[1])))],
  [/^\*\*(?=\S)([\s\S]+?)\*\*(?!\*)/, (m) => el('strong', {}, inline(m[1]))],
  [/^__(?=\S)([\s\S]+?)__(?!_)/, (m) => el('u', {}, inline(m[1]))],
  [/^\*(?=\S)((?:\\[\s\S]|\*\*[\s\S]+?\*\*|[^*\\])+?)\*(?!\*)/, (m) => el('em', {}, inline(m[1]))],
  [/^_((?:\\[\s\S]|__[\s\S]+?__|[^_\\])+?)_(?![\p{L}\p{N}_])/u, (m) => el('em', {}, inline(m[1])),
    (before) => !WORD_BEFORE.test(before)],
  [/^~~(?=\S)([\s\S]+?)~~/, (m) => el('s', {}, inline(m[1]))],
  [/^\|\|([\s\S]+?)\|\|/, (m) => spoiler(inline(m[1]))],
  [/^\[((?:\\.|[^[\]\\])+)\]\(<?(https?:\/\/(?:[^\s<>()]|\([^\s<>()]*\))+)>?(?:\s+"[^"]*")?\)/,
    (m) => link(m[2], inline(m[1]))],
  [/^<(https?:\/\/[^\s<>]+)>/, (m) => link(m[1], m[1])],
  [/^https?:\/\/[^\s<]+[^<.,:;"')\]\s]/, (m) => link(m[0], m[0])],
  [/^<@!?(\d+)>/, (m) => userMention(m[1])],
  [/^<@&(\d+)>/, (m) => roleMention(m[1])],
  [/^<#(\d+)>/, (m) => channelMention(m[1])],
  [/^<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/, (m) => time(m[1], m[2])],
  [/^<\/([^:<>]+):\d+>/, (m) => el('button', { type: 'button', class: 'mention', 'data-command': m[1] }, `/${m[1]}`)],
  [/^<a?:(\w+):\d+>/, (m) => `:${m[1]}:`],
  [/^@(everyone|here)\b/, (m) => mention(m[0], false)],
];

export function inline(text) {
  const nodes = [];
  let plain = '';
  let position = 0;
  while (position < text.length) {
    const rest = text.slice(position);
    const before = text.slice(0, position);
    const found = firstMatch(rest, before);
    if (found) {
      nodes.push(plain, found.node);
      plain = '';
      position += found.length;
    } else {
      plain += text[position];
      position += 1;
    }
  }
  return [...nodes, plain].filter((node) => node !== '');
}

const MAYBE = /[\\`*_~|[<h@]/;

function firstMatch(rest, before) {
  if (!MAYBE.test(rest[0])) return null;
  for (const [pattern, make, isAllowed] of RULES) {
    const match = pattern.exec(rest);
    if (match && (!isAllowed || isAllowed(before))) return { node: make(match), length: match[0].length };
  }
  return null;
}

function lines(text) {
  return text.split('\n').flatMap((line, index) => (index ? [el('br'), ...inline(line)] : inline(line)));
}

const BLOCKS = [
  [/^(#{1,3}) +(.+)$/, (m) => el('div', { class: `heading h${m[1].length}` }, inline(m[2]))],
  [/^-# +(.+)$/, (m) => el('div', { class: 'subtext' }, inline(m[1]))],
  [/^( *)[-*] +(.+)$/, (m) => el('div', { class: m[1] ? 'bullet deep' : 'bullet' }, inline(m[2]))],
  [/^> (.*)$/, (m) => el('blockquote', {}, inline(m[1]))],
];

export function blocks(text) {
  const nodes = [];
  for (const [index, part] of text.split(/```(?:[\w+-]*\n)?([\s\S]+?)\n?```/).entries()) {
    if (index % 2) nodes.push(el('pre', {}, el('code', {}, part)));
    else if (part.trim()) nodes.push(...paragraphs(part.replace(/^\n|\n$/g, '')));
  }
  return nodes;
}

function paragraphs(text) {
  const nodes = [];
  let plain = [];
  const flush = () => { if (plain.length) nodes.push(el('span', {}, lines(plain.join('\n')))); plain = []; };
  for (const line of text.split('\n')) {
    const [block, match] = BLOCKS.map(([pattern, make]) => [make, pattern.exec(line)]).find(([, m]) => m) ?? [];
    if (match) {
      flush();
      nodes.push(block(match));
    } else {
      plain.push(line);
    }
  }
  flush();
  return nodes;
}
