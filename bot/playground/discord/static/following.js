// The newest message stays in sight until the person scrolls up.

import { byId } from './dom.js';

const NEAR = 60;

const scroll = byId('scroll');
// Stays true until the person scrolls up, whatever pictures and input boxes do to the height.
let follows = true;
let seen = '';

const heights = () => `${scroll.scrollHeight} ${scroll.clientHeight}`;
const isAtBottom = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;

export const isFollowing = () => follows;

export function toBottom() {
  follows = true;
  scroll.scrollTop = scroll.scrollHeight;
  seen = heights();
  byId('jump').hidden = true;
}

function scrolled() {
  // The browser scrolls, too, when a message shrinks or a phone is turned: that is not the person's doing.
  if (follows && heights() !== seen) toBottom();
  else follows = isAtBottom();
  if (follows) byId('jump').hidden = true;
}

export function startFollowing() {
  byId('jump').addEventListener('click', toBottom);
  scroll.addEventListener('scroll', scrolled);
  const observer = new ResizeObserver(() => { if (follows) toBottom(); });
  observer.observe(scroll);
  observer.observe(byId('messages'));
}
