// The left side: the guilds' channels with their threads and posts, direct messages, and who one is.

import { avatar, byId, el, nameOf } from './dom.js';
import { state } from './store.js';

const MANAGE_GUILD = 1n << 5n;
const NEWEST = 8;

export function drawPeople() {
  const guild = state.guilds[0];
  const manages = (user) => guild?.members[user.id]?.some((id) =>
    BigInt(guild.roles.find((role) => role.id === id)?.permissions ?? 0) & MANAGE_GUILD);
  const select = byId('user');
  select.replaceChildren(...state.people.map((user) => {
    const isOwner = guild?.owner_id === user.id || manages(user);
    const text = isOwner ? `${nameOf(user)} (manager)` : nameOf(user);
    return el('option', { value: user.username, selected: user.id === state.user.id }, text);
  }));
  byId('avatar').replaceChildren(avatar(state.user, 'small'));
}

const signOf = (channel) => (channel.is_direct ? '@' : channel.is_thread ? '↳' : channel.is_forum ? '▤' : '#');

function channelButton(channel, go) {
  const unread = state.unread.get(channel.id);
  const kind = channel.is_forum ? 'forum' : channel.is_thread ? 'thread' : null;
  return el('button', {
    type: 'button',
    class: ['channel', unread && 'unread', kind].filter(Boolean).join(' '),
    'data-channel': channel.is_direct ? 'direct' : channel.name,
    'data-channel-id': channel.id,
    'aria-current': channel.id === state.current ? 'page' : null,
    onclick: () => go(channel.id),
  },
  el('span', { class: 'hash', 'aria-hidden': 'true' }, signOf(channel)),
  kind ? el('span', { class: 'hidden' }, `${kind} `) : null,
  el('span', { class: 'channel-name' }, channel.is_direct ? nameOf(state.bot) : channel.name),
  unread ? el('span', { class: unread.mentioned ? 'badge pinged' : 'badge' }, String(unread.count),
    el('span', { class: 'hidden' }, ' new')) : null);
}

// The newest threads of a channel, and whichever is open.
function threadsOf(channel, all) {
  const found = all.filter((one) => one.parent_id === channel.id && !one.is_archived);
  const newest = new Set(found.slice(-NEWEST));
  return found.filter((one) => newest.has(one) || one.id === state.current || state.unread.has(one.id));
}

export function drawChannels({ go, writeToBot }) {
  const nodes = [];
  for (const guild of state.guilds) {
    if (state.guilds.length > 1) nodes.push(el('h3', {}, guild.name));
    const channels = state.channels.filter((channel) => channel.guild_id === guild.id);
    for (const channel of channels.filter((one) => !one.is_thread)) {
      nodes.push(...[channel, ...threadsOf(channel, channels)].map((one) => channelButton(one, go)));
    }
  }
  const direct = state.channels.filter((channel) => channel.is_direct);
  nodes.push(el('h3', {}, 'Direct messages'), ...direct.map((one) => channelButton(one, go)));
  if (!direct.length && state.bot) {
    nodes.push(el('button', { type: 'button', class: 'channel', 'data-channel': 'direct', onclick: writeToBot },
      el('span', { class: 'hash', 'aria-hidden': 'true' }, '@'), el('span', { class: 'channel-name' }, nameOf(state.bot))));
  }
  byId('channels').replaceChildren(...nodes);
  byId('channels').querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

export function drawTop(channel) {
  byId('title').textContent = channel ? `${signOf(channel)} ${channel.is_direct ? nameOf(state.bot) : channel.name}` : '';
  byId('topic').textContent = channel?.topic ?? '';
  byId('links').replaceChildren(...Object.entries(state.links).map(([name, url]) =>
    el('a', { href: url, target: '_blank', rel: 'noopener' }, `${name} ↗`)));
}

export function drawDocumentTitle() {
  const total = [...state.unread.values()].reduce((sum, one) => sum + one.count, 0);
  document.title = `${total ? `(${total}) ` : ''}${byId('title').textContent || 'Playground'}`;
}
