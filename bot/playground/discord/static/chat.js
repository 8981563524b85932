// The page: takes the server's events, draws channels and messages, and sends what the person does.

import { avatar, byId, el, nameOf, post, refreshRelativeTimes } from './dom.js';
import { startComposer } from './composer.js';
import { failedRun, messageNode, runNode } from './message.js';
import { closeModal, openModal } from './modal.js';
import { channelById, channelNow, guildNow, state, takeGone, takeMessage, takeRun, takeState } from './store.js';

const SHORT_MS = 200;
const SHOWN = 200;
const MANAGE_GUILD = 1n << 5n;

let events = null;
const mine = new Set();

// --- events ---------------------------------------------------------------------------------------------------

const HANDLERS = {
  state(event) {
    takeState(event);
    state.online = true;
    drawAll();
  },
  message(event) {
    const isHere = event.message.channel_id === state.current;
    takeMessage(event.message, event.is_new);
    if (isHere) drawMessages(); else drawChannels();
  },
  gone(event) {
    takeGone(event.message);
    drawMessages();
  },
  run(event) { settle(takeRun(event.run)); },
  status(event) {
    state.connected = event.connected;
    drawStatus();
  },
};

function listen(user) {
  events?.close();
  events = new EventSource(`/play/events?user=${encodeURIComponent(user)}`);
  events.onmessage = (message) => {
    const event = JSON.parse(message.data);
    HANDLERS[event.type]?.(event);
  };
  events.onerror = () => {
    state.online = false;
    drawStatus();
  };
}

function settle(run) {
  if (run.kind === 4) return;
  if (mine.has(run.id) && run.state === 'modal' && run.modal && !run.shown) {
    run.shown = true;
    openModal(run, submitModal);
  }
  drawMessages();
}

// --- what the person does -------------------------------------------------------------------------------------

export function notice(text) {
  byId('notice').textContent = text;
  byId('notice').hidden = !text;
}

async function act(action, body) {
  notice('');
  const found = await post(action, { user: state.user.username, channel: state.current, ...body });
  if (found.state === undefined) return found;
  mine.add(found.id);
  const run = takeRun({ ...found, source: body.message, press: body.custom_id });
  settle(run);
  return run;
}

async function tryTo(action, body) {
  try {
    return await act(action, body);
  } catch (error) {
    notice(error.message);
    return null;
  }
}

const actions = {
  press: (message, customId, values) => tryTo('press', { message: message.id, custom_id: customId, values }),
  menu: (message, name) => tryTo('menu', { message: message.id, name }),
  dismiss(message) {
    state.dismissed.add(message.id);
    drawMessages();
  },
  forget(run) {
    state.runs.delete(run.id);
    drawMessages();
  },
};

async function submitModal(run, values) {
  await act('modal', { run: run.id, values, message: run.source });
  closeModal();
}

function go(channelId) {
  state.current = channelId;
  state.unread.delete(channelId);
  location.hash = channelById(channelId)?.name ?? '';
  notice('');
  drawAll();
  toBottom();
}

// --- drawing --------------------------------------------------------------------------------------------------

function drawAll() {
  byId('guild').textContent = (guildNow() ?? state.guilds[0])?.name ?? 'Playground';
  drawPeople();
  drawChannels();
  drawTop();
  drawMessages();
  drawStatus();
  composer.refresh();
}

function drawPeople() {
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

function channelButton(channel) {
  const unread = state.unread.get(channel.id);
  const key = channel.is_direct ? 'direct' : channel.name;
  const label = channel.is_direct ? nameOf(state.bot) : channel.name;
  return el('button', {
    type: 'button',
    class: ['channel', unread && 'unread', channel.is_thread && 'thread'].filter(Boolean).join(' '),
    'data-channel': key,
    'data-channel-id': channel.id,
    'aria-current': channel.id === state.current ? 'page' : null,
    onclick: () => go(channel.id),
  },
  el('span', { class: 'hash', 'aria-hidden': 'true' }, channel.is_direct ? '@' : channel.is_thread ? '↳' : '#'),
  el('span', { class: 'channel-name' }, label),
  unread ? el('span', { class: unread.mentioned ? 'badge pinged' : 'badge' }, String(unread.count),
    el('span', { class: 'hidden' }, ' new')) : null);
}

function drawChannels() {
  const nodes = [];
  for (const guild of state.guilds) {
    if (state.guilds.length > 1) nodes.push(el('h3', {}, guild.name));
    const channels = state.channels.filter((channel) => channel.guild_id === guild.id);
    for (const channel of channels.filter((one) => !one.is_thread)) {
      nodes.push(channelButton(channel), ...channels.filter((one) => one.parent_id === channel.id).map(channelButton));
    }
  }
  const direct = state.channels.filter((channel) => channel.is_direct);
  if (direct.length) nodes.push(el('h3', {}, 'Direct messages'), ...direct.map(channelButton));
  byId('channels').replaceChildren(...nodes);
  const total = [...state.unread.values()].reduce((sum, one) => sum + one.count, 0);
  document.title = `${total ? `(${total}) ` : ''}${byId('title').textContent || 'Playground'}`;
}

function drawTop() {
  const channel = channelNow();
  byId('title').textContent = channel ? (channel.is_direct ? `@ ${nameOf(state.bot)}` : `# ${channel.name}`) : '';
  byId('topic').textContent = channel?.topic ?? '';
  byId('links').replaceChildren(...Object.entries(state.links).map(([name, url]) =>
    el('a', { href: url, target: '_blank', rel: 'noopener' }, `${name} ↗`)));
  document.title = byId('title').textContent || 'Playground';
}

function drawStatus() {
  const [text, kind] = !state.online ? ['Reconnecting to the playground…', 'away']
    : state.connected ? [`${nameOf(state.bot)} is online`, 'here'] : [`${nameOf(state.bot)} is offline`, 'away'];
  byId('status').textContent = text;
  byId('status').className = `status ${kind}`;
}

const scroll = byId('scroll');
const isAtBottom = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
// Stays true until the person scrolls up, whatever pictures and input boxes do to the height.
let isFollowing = true;

function toBottom() {
  isFollowing = true;
  scroll.scrollTop = scroll.scrollHeight;
  byId('jump').hidden = true;
}

// A message is drawn again only when it changed, so that an open menu or a focused button stays as it is.
const drawn = new Map();

function drawnMessage(message, previous) {
  const key = JSON.stringify([message, previous?.id, previous?.flags, failedRun(message)?.id, state.user.id]);
  const known = drawn.get(message.id);
  if (known?.key === key) return known.node;
  const node = messageNode(message, previous, actions);
  drawn.set(message.id, { key, node });
  return node;
}

function drawMessages() {
  const list = [...(state.messages[state.current]?.values() ?? [])].filter((message) => !state.dismissed.has(message.id))
    .slice(-SHOWN);
  const nodes = list.map((message, index) => drawnMessage(message, list[index - 1]));
  const waiting = [...state.runs.values()].filter((run) =>
    mine.has(run.id) && run.kind === 2 && run.channel_id === state.current && ['sent', 'failed'].includes(run.state));
  const all = byTime([
    ...list.map((message, index) => [message.id, nodes[index]]),
    ...waiting.map((run) => [run.id, runNode(run, actions)]),
  ]);
  if (!all.length) all.push(welcome());
  place(byId('messages'), all);
  markBusy();
  if (isFollowing) toBottom(); else byId('jump').hidden = false;
}

const byTime = (pairs) => pairs.sort((a, b) => Number(BigInt(a[0]) - BigInt(b[0]))).map(([, node]) => node);

function place(box, nodes) {
  const wanted = new Set(nodes);
  for (const node of [...box.children]) if (!wanted.has(node)) node.remove();
  nodes.forEach((node, index) => { if (box.children[index] !== node) box.insertBefore(node, box.children[index] ?? null); });
}

function markBusy() {
  const busy = [...state.runs.values()].filter((run) => run.press && run.state === 'sent');
  for (const node of document.querySelectorAll('[data-custom-id]')) {
    const messageId = node.closest('.message')?.dataset.messageId;
    const isBusy = busy.some((run) => run.press === node.dataset.customId && run.source === messageId);
    node.classList.toggle('busy', isBusy);
    node.ariaBusy = isBusy ? 'true' : null;
  }
}

function welcome() {
  const channel = channelNow();
  return el('div', { class: 'welcome' },
    el('h3', {}, channel ? `Welcome to ${channel.is_direct ? 'your direct messages' : `#${channel.name}`}` : 'No channel'),
    el('p', {}, 'Type ', el('kbd', {}, '/'), ' to see what the bot can do.'));
}

// --- start ----------------------------------------------------------------------------------------------------

const composer = startComposer({ act, notice });

byId('user').addEventListener('change', (event) => {
  sessionStorage.setItem('user', event.target.value);
  state.unread.clear();
  composer.close();
  listen(event.target.value);
});
byId('jump').addEventListener('click', toBottom);
scroll.addEventListener('scroll', () => {
  isFollowing = isAtBottom();
  if (isFollowing) byId('jump').hidden = true;
});
const heights = new ResizeObserver(() => { if (isFollowing) toBottom(); });
heights.observe(scroll);
heights.observe(byId('messages'));
document.addEventListener('click', (event) => {
  const target = event.target.closest?.('[data-go], [data-command]');
  if (target?.dataset.go) go(target.dataset.go);
  else if (target?.dataset.command) composer.type(`/${target.dataset.command} `);
  for (const open of document.querySelectorAll('details.apps[open]')) if (!open.contains(event.target)) open.open = false;
});
setTimeout(function first() {
  // The channel in the address is opened once the world is known.
  const wanted = decodeURIComponent(location.hash.slice(1));
  const channel = state.channels.find((one) => one.name === wanted);
  if (!state.user) setTimeout(first, SHORT_MS); else if (channel && channel.id !== state.current) go(channel.id);
}, SHORT_MS);
setInterval(refreshRelativeTimes, 5000);
listen(sessionStorage.getItem('user') ?? 'admin');
byId('composer').focus();
