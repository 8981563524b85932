// A forum: its posts, the newest first; each opens as a thread.

import { el, nameOf, sentAt } from './dom.js';
import { state } from './store.js';

function post(thread, forum, go) {
  const messages = [...(state.messages[thread.id]?.values() ?? [])];
  const first = messages[0];
  const text = first?.content || first?.embeds[0]?.title || '';
  const tags = thread.applied.map((id) => forum.tags[id]).filter(Boolean);
  const count = messages.length === 1 ? '1 message' : `${messages.length} messages`;
  return el('li', {}, el('button', { type: 'button', class: 'post', 'data-post': thread.name, onclick: () => go(thread.id) },
    el('span', { class: 'tags' }, tags.map((tag) => el('span', { class: 'tag' }, tag))),
    el('b', {}, thread.name),
    el('span', { class: 'post-text' }, text.slice(0, 160)),
    el('small', {}, first ? [nameOf(first.author), ' · ', sentAt(first.timestamp), ` · ${count}`] : count)));
}

export function forumNode(forum, go) {
  const posts = state.channels.filter((one) => one.parent_id === forum.id).reverse();
  if (!posts.length) {
    return el('div', { class: 'welcome' }, el('h3', {}, `Welcome to ${forum.name}`),
      el('p', {}, 'No posts yet. What the bot tells here becomes a post of its own.'));
  }
  return el('ul', { class: 'posts', 'aria-label': 'Posts' }, posts.map((thread) => post(thread, forum, go)));
}
