// A list of suggestions over an input: arrow keys move, Enter or Tab takes one, Escape closes.

import { el } from './dom.js';

let made = 0;

export class Listbox {
  constructor(node, input) {
    this.node = node;
    this.input = input;
    this.items = [];
    this.active = -1;
    this.wasMoved = false;
    this.prefix = `choice-${made += 1}`;
  }

  get isOpen() { return !this.node.hidden && this.items.length > 0; }

  get hasActive() { return this.active >= 0; }

  show(items, { preselect, empty = '' }) {
    this.items = items;
    this.active = preselect && items.length ? 0 : -1;
    this.wasMoved = false;
    const options = items.map((item, index) => el('div', {
      role: 'option',
      id: `${this.prefix}-${index}`,
      class: 'choice',
      'aria-selected': 'false',
      onmousedown: (event) => event.preventDefault(),
      onclick: () => item.pick(),
    }, el('span', { class: 'choice-label' }, item.label), el('span', { class: 'choice-detail' }, item.detail ?? ''),
    (item.tags ?? []).map((tag) => el('span', { class: 'tag' }, tag))));
    if (!items.length && empty) options.push(el('p', { class: 'empty' }, empty));
    this.node.replaceChildren(...options);
    this.node.hidden = !options.length;
    this.mark();
  }

  hide() {
    this.items = [];
    this.active = -1;
    this.node.hidden = true;
    this.node.replaceChildren();
    this.mark();
  }

  pick() {
    this.items[Math.max(0, this.active)]?.pick();
  }

  // True when the key was for the list.
  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!this.isOpen || !step || event.altKey || event.ctrlKey || event.metaKey) return false;
    event.preventDefault();
    const count = this.items.length;
    this.active = this.active < 0 ? (step > 0 ? 0 : count - 1) : (this.active + step + count) % count;
    this.wasMoved = true;
    this.mark();
    return true;
  }

  mark() {
    this.input.setAttribute('aria-expanded', String(this.isOpen));
    [...this.node.children].forEach((node, index) => {
      const isActive = index === this.active;
      node.setAttribute('aria-selected', String(isActive));
      if (isActive) node.scrollIntoView({ block: 'nearest' });
    });
    if (this.hasActive) this.input.setAttribute('aria-activedescendant', `${this.prefix}-${this.active}`);
    else this.input.removeAttribute('aria-activedescendant');
  }
}
