// The event log: what the bot was told through the gateway and what it asked over REST, the newest at the end.

import { byId, el, format } from './dom.js';

const KEPT = 200;
const FILTERS = {
  all: ['Everything', () => true],
  to: ['To the bot', (entry) => entry.way === 'to'],
  from: ['From the bot', (entry) => entry.way === 'from'],
  refused: ['Refused', (entry) => entry.status !== null && (entry.status >= 400 || entry.status === 0)],
};

const panel = byId('log');
let entries = [];
let filter = 'all';
let list = null;

function row(entry) {
  const isRefused = FILTERS.refused[1](entry);
  const status = entry.status === null ? null
    : el('span', { class: isRefused ? 'code bad' : 'code' }, entry.status === 0 ? 'cut off' : String(entry.status));
  const head = [
    el('time', { datetime: new Date(entry.at * 1000).toISOString() }, format(new Date(entry.at * 1000), 'T')),
    el('span', { class: `way ${entry.way}` }, entry.way === 'to' ? '→ bot' : '← bot'),
    el('b', {}, entry.what), el('span', { class: 'about' }, entry.about), status,
  ];
  const detail = entry.detail === null || entry.detail === undefined ? '' : JSON.stringify(entry.detail, null, 1);
  return el('li', { 'data-entry': entry.id, class: isRefused ? 'refused' : null },
    detail ? el('details', {}, el('summary', {}, head), el('pre', {}, el('code', {}, detail))) : el('div', { class: 'line' }, head));
}

const shown = () => entries.filter(FILTERS[filter][1]);

function isAtEnd() {
  return list.scrollHeight - list.scrollTop - list.clientHeight < 40;
}

function fill() {
  list.replaceChildren(...shown().map(row));
  list.scrollTop = list.scrollHeight;
}

export function takeLog(more) {
  const known = new Set(entries.map((entry) => entry.id));
  const fresh = more.filter((entry) => !known.has(entry.id));
  entries = [...entries, ...fresh].slice(-KEPT);
  if (panel.hidden || !list) return;
  const follow = isAtEnd();
  list.append(...fresh.filter(FILTERS[filter][1]).map(row));
  while (list.children.length > KEPT) list.firstChild.remove();
  if (follow) list.scrollTop = list.scrollHeight;
}

function draw() {
  const select = el('select', { id: 'log-filter', 'aria-label': 'Show' }, Object.entries(FILTERS).map(([value, [text]]) =>
    el('option', { value, selected: value === filter }, text)));
  select.addEventListener('change', () => {
    filter = select.value;
    fill();
  });
  list = el('ol', { class: 'log-list', role: 'log', 'aria-label': 'Events', tabindex: '0', 'data-testid': 'log-list' });
  panel.replaceChildren(
    el('div', { class: 'log-head' }, el('h2', { id: 'log-title' }, 'Events'), select,
      el('button', { type: 'button', class: 'plain', onclick: () => { entries = []; fill(); } }, 'Clear'),
      el('button', { type: 'button', class: 'plain', 'aria-label': 'Close the event log', onclick: () => show(false) }, '✕')),
    list);
  fill();
}

function show(is) {
  panel.hidden = !is;
  document.body.classList.toggle('with-log', is);
  byId('open-log').setAttribute('aria-expanded', String(is));
  if (is) draw(); else byId('open-log').focus();
}

export function startLog() {
  byId('open-log').addEventListener('click', () => show(panel.hidden));
  panel.addEventListener('keydown', (event) => { if (event.key === 'Escape') show(false); });
}
