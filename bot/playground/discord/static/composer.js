// The message box: plain text, typed command lines, and the picker that opens at a slash.

import { byId, el, nameOf, post } from './dom.js';
import { openForm } from './form.js';
import { Listbox } from './listbox.js';
import { channelNow, commandsNow, state } from './store.js';

const box = byId('composer');
const WAIT_MS = 120;

export function matching(commands, typed) {
  const wanted = typed.toLowerCase().trim();
  const rank = (command) => {
    if (command.shown.startsWith(wanted)) return 0;
    if (command.shown.split(' ').some((word) => word.startsWith(wanted))) return 1;
    return command.shown.includes(wanted) || command.name.includes(wanted) || command.description.toLowerCase().includes(wanted) ? 2 : 3;
  };
  return commands.map((command) => [rank(command), command]).filter(([r]) => r < 3)
    .sort((a, b) => a[0] - b[0] || a[1].shown.localeCompare(b[1].shown)).map(([, command]) => command);
}

// How a line names a command: as it is shown, or in English.
export const typedName = (command, line) => [command.shown, command.name]
  .find((name) => line === `/${name}` || line.startsWith(`/${name} `));

const afterName = (command, line) => line.slice(typedName(command, line).length + 1);

export function commandIn(commands, line) {
  const found = commands.filter((command) => typedName(command, line));
  return found.sort((a, b) => typedName(b, line).length - typedName(a, line).length)[0] ?? null;
}

export function focusedOption(command, rest) {
  const called = (name) => command.options.find((option) => [option.shown, option.name].includes(name));
  const marks = [...rest.matchAll(/(?:^|\s)([^\s:]+):\s*/g)].filter((mark) => called(mark[1]));
  const last = marks.at(-1);
  if (last) {
    const start = last.index + last[0].length;
    return { option: called(last[1]), typed: rest.slice(start).trim(), start };
  }
  const start = rest.length - rest.trimStart().length;
  return command.options.length ? { option: command.options[0], typed: rest.trim(), start } : null;
}

export function startComposer({ act, notice }) {
  const list = new Listbox(byId('picker'), box);
  let asked = 0;

  const resize = () => {
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight, 180)}px`;
  };

  function hint(command) {
    const node = byId('hint');
    node.hidden = !command;
    if (!command) return;
    const options = command.options.map((option) =>
      el('span', { class: option.required ? 'option required' : 'option', title: option.description },
        option.shown, option.required ? '' : ' (optional)'));
    const tip = options.length ? [el('span', {}, el('kbd', {}, 'Tab'), ' shows them all')] : [];
    node.replaceChildren(el('b', {}, `/${command.shown}`), el('span', {}, command.description), ...options, ...tip);
  }

  function pick(command) {
    list.hide();
    if (!command.options.length) {
      type(`/${command.shown} `);
      return;
    }
    hint(null);
    openForm(command, { act, notice, done: reset, cancel: () => { reset(); } });
  }

  function suggest(command, rest) {
    const focus = focusedOption(command, rest);
    list.hide();
    if (!focus) return;
    if (focus.option.choices?.length) offer(focus.option.choices, rest, focus);
    else if (focus.option.autocomplete) ask(command, rest, focus);
  }

  function ask(command, rest, focus) {
    const number = ++asked;
    setTimeout(async () => {
      if (number !== asked) return;
      const body = { user: state.user.username, channel: state.current, name: command.name };
      const found = await post('autocomplete', { ...body, options: { [focus.option.name]: focus.typed }, focused: focus.option.name })
        .catch(() => []);
      if (number === asked && typedName(command, box.value)) offer(found, rest, focus);
    }, WAIT_MS);
  }

  function offer(choices, rest, focus) {
    const wanted = focus.typed.toLowerCase();
    const shown = choices.filter((choice) => focus.option.autocomplete || String(choice.name).toLowerCase().includes(wanted));
    list.show(shown.map((choice) => ({
      label: String(choice.name),
      detail: focus.option.shown,
      pick: () => type(`${box.value.slice(0, box.value.length - rest.length)}${rest.slice(0, focus.start)}${choice.value}`, true),
    })), { preselect: false });
  }

  function refresh() {
    resize();
    box.placeholder = channelNow() ? `Message ${channelNow().is_direct ? `@${nameOf(state.bot)}` : `#${channelNow().name}`}` : '';
    asked += 1;
    if (!box.value.startsWith('/')) {
      list.hide();
      hint(null);
      return;
    }
    const command = commandIn(commandsNow(), box.value);
    const isTyping = command && box.value.length > typedName(command, box.value).length + 1;
    hint(isTyping ? command : null);
    if (isTyping) suggest(command, afterName(command, box.value));
    else offerCommands();
  }

  function offerCommands() {
    const found = matching(commandsNow(), box.value.slice(1));
    const items = found.map((command) => ({
      label: `/${command.shown}`,
      detail: command.description,
      tags: command.options.filter((option) => option.required).map((option) => option.shown),
      pick: () => pick(command),
    }));
    list.show(items, { preselect: true, empty: 'No command matches. The bot may be offline, or you may not use it here.' });
  }

  function type(text, isDone = false) {
    box.value = text;
    box.focus();
    refresh();
    if (isDone) list.hide();
  }

  function reset() {
    type('');
  }

  async function send() {
    const text = box.value.trim();
    if (!text || !channelNow()) return;
    box.value = '';
    refresh();
    try {
      await act(text.startsWith('/') ? 'line' : 'say', { text });
    } catch (error) {
      notice(error.message);
      if (!box.value) type(text, true);
    }
  }

  function enter() {
    const command = box.value.startsWith('/') ? commandIn(commandsNow(), box.value) : null;
    const isExact = command && box.value.trim() === `/${typedName(command, box.value)}`;
    const needsMore = isExact && command.options.some((option) => option.required);
    if (list.isOpen && list.wasMoved) list.pick();
    else if (needsMore) pick(command);
    else if (list.isOpen && !command) list.pick();
    else send();
  }

  box.addEventListener('input', () => {
    notice('');
    refresh();
  });
  box.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const command = box.value.startsWith('/') ? commandIn(commandsNow(), box.value) : null;
    if (list.key(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      enter();
    } else if (event.key === 'Tab' && !event.shiftKey && list.isOpen && list.hasActive) {
      event.preventDefault();
      list.pick();
    } else if (event.key === 'Tab' && !event.shiftKey && command?.options.length) {
      event.preventDefault();
      const focus = focusedOption(command, afterName(command, box.value));
      openForm(command, { act, notice, done: reset, cancel: reset, preset: focus.typed ? { [focus.option.name]: focus.typed } : {} });
      list.hide();
      hint(null);
    } else if (event.key === 'Escape') {
      list.hide();
      hint(null);
    }
  });
  byId('compose').addEventListener('submit', (event) => {
    event.preventDefault();
    enter();
  });
  return { refresh, type, close: reset };
}
