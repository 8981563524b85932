// Small helpers to build the page from nodes; text is always text, never markup.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'class') node.className = value;
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value === 'boolean') node[name] = value;
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ''));
  return node;
}

export const byId = (id) => document.getElementById(id);

export async function post(action, body) {
  const answer = await fetch(`/play/${action}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (answer === null) throw new Error('The playground is not running any more.');
  const found = await answer.json();
  if (!answer.ok || found.error) throw new Error(found.error ?? 'Something went wrong.');
  return found;
}

const HUES = 6;

export function avatar(user, size = '') {
  const letters = (user.global_name || user.username).split(/\s+/).map((word) => word[0]).join('').slice(0, 2);
  const hue = user.bot ? 'bot' : `hue-${Number(BigInt(user.id) >> 22n) % HUES}`;
  return el('span', { class: `avatar ${size} ${hue}`, 'aria-hidden': 'true' }, letters.toUpperCase());
}

export const nameOf = (user) => user.global_name || user.username;

const STYLES = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
  s: { dateStyle: 'short', timeStyle: 'short' },
  S: { dateStyle: 'short', timeStyle: 'medium' },
};
const UNITS = [['year', 31557600], ['month', 2629800], ['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];

export function relative(date) {
  const seconds = (date - Date.now()) / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.round(seconds / size), unit);
}

export function format(date, style) {
  return style === 'R' ? relative(date) : new Intl.DateTimeFormat(undefined, STYLES[style] ?? STYLES.f).format(date);
}

export function timestamp(date, style) {
  const attributes = { class: 'when', datetime: date.toISOString(), title: format(date, 'F') };
  if (style === 'R') attributes['data-relative'] = String(date.getTime());
  return el('time', attributes, format(date, style));
}

export function sentAt(iso) {
  const date = new Date(iso);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(iso).setHours(0, 0, 0, 0)) / 86400000);
  const day = ['Today at ', 'Yesterday at '][days] ?? `${format(date, 'd')} `;
  return el('time', { class: 'sent', datetime: iso, title: format(date, 'F') }, day + format(date, 't'));
}

export function refreshRelativeTimes() {
  for (const node of document.querySelectorAll('[data-relative]')) {
    node.textContent = relative(new Date(Number(node.dataset.relative)));
  }
}
