// One message as it is shown, and the list of them.

import { avatar, el, nameOf, sentAt } from './dom.js';
import { componentNode } from './components.js';
import { attachmentNode, embedNode } from './embed.js';
import { blocks } from './markdown.js';
import { mentionsMe, state, userById } from './store.js';

const EPHEMERAL = 64;
const LOADING = 128;
const SUPPRESS_EMBEDS = 4;
const GROUP_MS = 7 * 60000;

const used = (message) => message.embeds.flatMap((embed) => [embed.image?.url, embed.thumbnail?.url]).filter(Boolean);

export const isEphemeral = (message) => Boolean(message.flags & EPHEMERAL);

export function joins(message, previous) {
  if (!previous || message.interaction || message.message_reference || isEphemeral(message)) return false;
  const isClose = new Date(message.timestamp) - new Date(previous.timestamp) < GROUP_MS;
  return isClose && previous.author.id === message.author.id && !isEphemeral(previous)
    && nameOf(previous.author) === nameOf(message.author);
}

function cause(message) {
  if (message.interaction) {
    const user = userById(message.interaction.user.id) ?? message.interaction.user;
    const what = message.type === 23 ? message.interaction.name : `/${message.interaction.name}`;
    return el('div', { class: 'cause' }, avatar(user, 'tiny'), el('b', {}, nameOf(user)), ' used ', el('span', { class: 'mention' }, what));
  }
  if (message.referenced_message) {
    const answered = message.referenced_message;
    const text = answered.content || answered.embeds[0]?.title || 'an earlier message';
    return el('div', { class: 'cause' }, avatar(answered.author, 'tiny'), el('b', {}, nameOf(answered.author)), ' ', text.slice(0, 80));
  }
  return null;
}

function head(message) {
  return el('div', { class: 'head' },
    el('span', { class: message.author.bot ? 'author is-bot' : 'author' }, nameOf(message.author)),
    message.author.bot ? el('span', { class: 'app' }, 'APP') : null,
    sentAt(message.timestamp));
}

function content(message) {
  if (message.flags & LOADING) {
    return el('div', { class: 'thinking', 'data-testid': 'thinking' }, el('span', { class: 'dots', 'aria-hidden': 'true' }),
      `${nameOf(message.author)} is thinking…`);
  }
  if (!message.content && !message.edited_timestamp) return null;
  const edited = message.edited_timestamp ? el('span', { class: 'edited', title: message.edited_timestamp }, ' (edited)') : null;
  return el('div', { class: 'content' }, message.content ? blocks(message.content) : null, edited);
}

function privately(message, actions) {
  if (!isEphemeral(message)) return null;
  return el('div', { class: 'private' }, 'Only you can see this · ',
    el('button', { type: 'button', class: 'plain', onclick: () => actions.dismiss(message) }, 'Dismiss'));
}

function menu(message, actions) {
  const names = state.menus[message.channel_id] ?? [];
  if (!names.length || isEphemeral(message)) return null;
  return el('details', { class: 'apps' },
    el('summary', { 'aria-label': 'Apps for this message', title: 'Apps' }, '⋯'),
    el('div', { class: 'apps-menu' }, names.map(({ name, shown }) =>
      el('button', { type: 'button', onclick: (event) => {
        event.target.closest('details').open = false;
        actions.menu(message, name);
      } }, shown))));
}

export function messageNode(message, previous, actions) {
  const isJoined = joins(message, previous);
  const pictures = used(message);
  const press = (customId, values) => actions.press(message, customId, values);
  const classes = ['message', isJoined && 'joined', mentionsMe(message) && 'mentioned', isEphemeral(message) && 'ephemeral'];
  return el('article', {
    class: classes.filter(Boolean).join(' '),
    id: `message-${message.id}`,
    'data-testid': 'message',
    'data-message-id': message.id,
    'aria-label': `${nameOf(message.author)}`,
  },
  isJoined ? null : cause(message),
  isJoined ? null : avatar(message.author),
  el('div', { class: 'inside' },
    isJoined ? null : head(message),
    content(message),
    message.flags & SUPPRESS_EMBEDS ? null : message.embeds.map((embed) => embedNode(embed, message.attachments)),
    message.attachments.map((file) => attachmentNode(file, pictures)),
    message.components.map((item) => componentNode(item, press)),
    message.reactions?.length ? el('div', { class: 'row' }, message.reactions.map((reaction) =>
      el('span', { class: 'reaction' }, `${reaction.emoji.name} ${reaction.count}`))) : null,
    failure(message),
    privately(message, actions)),
  menu(message, actions));
}

// The last thing pressed on a message, if the bot did not react to it.
export function failedRun(message) {
  const last = [...state.runs.values()].filter((run) => run.source === message.id).at(-1);
  return last?.state === 'failed' ? last : null;
}

function failure(message) {
  const failed = failedRun(message);
  return failed ? el('div', { class: 'failed' }, failed.error) : null;
}

export function runNode(run, actions) {
  const isFailed = run.state === 'failed';
  return el('article', { class: `message ephemeral run ${run.state}`, 'data-testid': 'run', 'data-run-id': run.id },
    el('div', { class: 'cause' }, avatar(state.user, 'tiny'), el('b', {}, nameOf(state.user)), ' used ',
      el('span', { class: 'mention' }, `/${run.name}`)),
    avatar(state.bot),
    el('div', { class: 'inside' },
      el('div', { class: 'head' }, el('span', { class: 'author is-bot' }, nameOf(state.bot)), el('span', { class: 'app' }, 'APP')),
      isFailed ? el('div', { class: 'failed' }, run.error) : el('div', { class: 'thinking' }, 'Sending command…'),
      isFailed ? el('div', { class: 'private' }, 'Only you can see this · ',
        el('button', { type: 'button', class: 'plain', onclick: () => actions.forget(run) }, 'Dismiss')) : null));
}
