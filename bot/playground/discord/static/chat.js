// The page: takes the server's events, draws channels and messages, and sends what the person does.

import { byId, el, nameOf, post, refreshRelativeTimes } from './dom.js';
import { startComposer } from './composer.js';
import { isFollowing, startFollowing, toBottom } from './following.js';
import { forumNode } from './forum.js';
import { drawLab, drawTrouble, startLab } from './lab.js';
import { startLog, takeLog } from './log.js';
import { failedRun, messageNode, runNode } from './message.js';
import { closeModal, openModal } from './modal.js';
import { drawChannels, drawDocumentTitle, drawPeople, drawTop } from './sidebar.js';
import { channelById, channelNow, guildNow, state, takeGone, takeMessage, takeRun, takeState } from './store.js';

const SHORT_MS = 200;
const SHOWN = 200;

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
    if (isHere || channelNow()?.is_forum) drawMessages();
    if (!isHere) drawSide();
  },
  gone(event) {
    takeGone(event.message);
    drawMessages();
  },
  run(event) { settle(takeRun(event.run)); },
  log(event) { takeLog(event.entries); },
  switches(event) {
    state.switches = event.switches;
    drawTrouble();
    drawLab();
  },
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

async function writeToBot() {
  try {
    go((await post('direct', { user: state.user.username })).channel);
    byId('composer').focus();
  } catch (error) {
    notice(error.message);
  }
}

function go(channelId, messageId) {
  state.current = channelId;
  state.unread.delete(channelId);
  location.hash = channelById(channelId)?.name ?? '';
  notice('');
  drawAll();
  toBottom();
  const wanted = messageId && byId(`message-${messageId}`);
  if (!wanted) return;
  wanted.tabIndex = -1;
  wanted.focus();
}

// --- drawing --------------------------------------------------------------------------------------------------

function drawAll() {
  byId('guild').textContent = (guildNow() ?? state.guilds[0])?.name ?? 'Playground';
  drawPeople();
  drawTop(channelNow());
  drawSide();
  drawMessages();
  drawStatus();
  drawLab();
  composer.refresh();
}

function drawSide() {
  drawChannels({ go, writeToBot });
  drawDocumentTitle();
  drawTrouble();
}

function drawStatus() {
  const [text, kind] = !state.online ? ['Reconnecting to the playground…', 'away']
    : state.connected ? [`${nameOf(state.bot)} is online`, 'here'] : [`${nameOf(state.bot)} is offline`, 'away'];
  byId('status').textContent = text;
  byId('status').className = `status ${kind}`;
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
  const forum = channelNow()?.is_forum ? channelNow() : null;
  byId('compose').hidden = forum !== null || !byId('command').hidden;
  if (forum) {
    place(byId('messages'), [forumNode(forum, go)]);
    return;
  }
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
  if (isFollowing()) toBottom(); else byId('jump').hidden = false;
}

const byTime = (pairs) => pairs.sort((a, b) => Number(BigInt(a[0]) - BigInt(b[0]))).map(([, node]) => node);

function place(box, nodes) {
  const held = document.activeElement?.closest('.message');
  const control = document.activeElement?.dataset.customId;
  const wanted = new Set(nodes);
  for (const node of [...box.children]) if (!wanted.has(node)) node.remove();
  nodes.forEach((node, index) => { if (box.children[index] !== node) box.insertBefore(node, box.children[index] ?? null); });
  if (held && !held.isConnected) refocus(held.id, control);
}

// A message that is drawn anew takes the focus with it; who goes by keyboard stays at the button, or near it.
function refocus(messageId, control) {
  const here = [...(byId(messageId)?.querySelectorAll('[data-custom-id]:is(button, select):not(:disabled)') ?? [])];
  (here.find((node) => node.dataset.customId === control) ?? here[0] ?? byId('composer')).focus({ preventScroll: true });
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
document.addEventListener('click', (event) => {
  const target = event.target.closest?.('[data-go], [data-command]');
  if (target?.dataset.go) go(target.dataset.go, target.dataset.message);
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
startFollowing();
startLab();
startLog();
listen(sessionStorage.getItem('user') ?? 'admin');
byId('composer').focus();
