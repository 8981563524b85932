// A picked command: one input for each required option, a chip for each optional one.

import { byId, el, post } from './dom.js';
import { optionsOf } from './components.js';
import { Listbox } from './listbox.js';
import { state } from './store.js';

const INTEGER = 4;
const BOOLEAN = 5;
const USER = 6;
const CHANNEL = 7;
const ROLE = 8;
const MENTIONABLE = 9;
const NUMBER = 10;
const FILE = 11;
// The select component that offers the same things as an option of this type.
const SELECT_OF = { [USER]: 5, [ROLE]: 6, [MENTIONABLE]: 7, [CHANNEL]: 8 };
const WAIT_MS = 120;

const choicesOf = (option) => {
  if (option.choices?.length) return option.choices.map((choice) => ({ label: choice.name, value: choice.value }));
  if (option.type === BOOLEAN) return [{ label: 'True', value: 'true' }, { label: 'False', value: 'false' }];
  if (SELECT_OF[option.type]) return optionsOf({ type: SELECT_OF[option.type], channel_types: option.channel_types });
  return null;
};

function control(option) {
  const common = { id: `option-${option.name}`, name: option.name, 'data-option': option.name, 'aria-describedby': `about-${option.name}` };
  const choices = choicesOf(option);
  if (choices) {
    return el('select', common, el('option', { value: '' }, 'Choose…'),
      choices.map((choice) => el('option', { value: choice.value }, choice.label)));
  }
  if (option.type === FILE) return el('input', { ...common, type: 'file' });
  if (option.type === INTEGER || option.type === NUMBER) {
    const step = option.type === INTEGER ? 1 : 'any';
    return el('input', { ...common, type: 'number', step, min: option.min_value, max: option.max_value });
  }
  return el('input', { ...common, type: 'text', maxlength: option.max_length ?? 6000 });
}

export async function fileValue(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return { name: file.name, type: file.type, data: btoa(binary) };
}

export function openForm(command, { act, notice, done, cancel, preset = {} }) {
  const form = byId('command');
  const fields = el('div', { class: 'form-fields' });
  const chips = el('div', { class: 'chips', role: 'group', 'aria-label': 'Optional' });
  let asked = 0;

  const close = () => {
    form.hidden = true;
    form.replaceChildren();
    byId('compose').hidden = false;
  };

  async function values() {
    const found = {};
    for (const input of fields.querySelectorAll('[data-option]')) {
      if (input.type === 'file') {
        if (input.files.length) found[input.name] = await fileValue(input.files[0]);
      } else if (input.value !== '') {
        found[input.name] = input.dataset.shown === input.value ? JSON.parse(input.dataset.value) : input.value;
      }
    }
    return found;
  }

  function suggest(option, input) {
    const popup = el('div', { class: 'suggestions', role: 'listbox', id: `list-${option.name}`, 'aria-label': option.shown, hidden: true });
    const list = new Listbox(popup, input);
    const take = (choice) => {
      input.value = choice.name;
      input.dataset.shown = choice.name;
      input.dataset.value = JSON.stringify(choice.value);
      list.hide();
    };
    const ask = () => {
      const number = ++asked;
      setTimeout(async () => {
        if (number !== asked || form.hidden) return;
        const body = { user: state.user.username, channel: state.current, name: command.name, focused: option.name };
        const options = { ...await values(), [option.name]: input.value };
        const found = await post('autocomplete', { ...body, options }).catch(() => []);
        if (number === asked && document.activeElement === input) {
          list.show(found.map((choice) => ({ label: String(choice.name), pick: () => take(choice) })), { preselect: false, empty: 'Nothing to suggest' });
        }
      }, WAIT_MS);
    };
    for (const [name, value] of Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': popup.id, 'aria-expanded': 'false' })) {
      input.setAttribute(name, value);
    }
    input.addEventListener('input', ask);
    input.addEventListener('focus', ask);
    input.addEventListener('blur', () => list.hide());
    input.addEventListener('keydown', (event) => {
      if (list.key(event)) return;
      if ((event.key === 'Enter' || event.key === 'Tab') && list.isOpen && list.hasActive) {
        if (event.key === 'Enter') { event.preventDefault(); event.stopPropagation(); }
        list.pick();
      } else if (event.key === 'Escape' && list.isOpen) {
        event.stopPropagation();
        list.hide();
      }
    });
    return popup;
  }

  function add(option) {
    const input = control(option);
    const popup = option.autocomplete ? suggest(option, input) : null;
    const marks = option.required ? el('span', { class: 'star' }, 'required') : el('span', { class: 'kind' }, 'optional');
    fields.append(el('div', { class: 'form-field' },
      el('label', { for: input.id }, option.shown, ' ', marks),
      el('div', { class: 'with-list' }, input, popup),
      el('small', { id: `about-${option.name}` }, option.description)));
    return input;
  }

  function drawChips(options) {
    chips.replaceChildren(...options.map((option) => el('button', {
      type: 'button', class: 'chip', title: option.description, 'data-chip': option.name,
      onclick: () => {
        drawChips(options.filter((one) => one !== option));
        add(option).focus();
      },
    }, `+ ${option.shown}`)));
    chips.hidden = !options.length;
  }

  async function submit(event) {
    event.preventDefault();
    try {
      await act('command', { name: command.name, options: await values() });
      close();
      done();
    } catch (error) {
      notice(error.message);
    }
  }

  form.replaceChildren(
    el('div', { class: 'form-head' },
      el('b', {}, `/${command.shown}`), el('span', {}, command.description),
      el('button', { type: 'button', class: 'plain', 'aria-label': 'Close', onclick: () => { close(); cancel(); } }, '✕')),
    fields,
    el('div', { class: 'form-end' }, chips, el('button', { type: 'submit', class: 'button primary' }, 'Send')));
  const first = command.options.filter((option) => option.required || option.name in preset);
  drawChips(command.options.filter((option) => !first.includes(option)));
  for (const option of first) {
    const input = add(option);
    if (option.name in preset) input.value = preset[option.name];
  }
  form.onsubmit = submit;
  form.onkeydown = (event) => {
    if (event.key === 'Escape') { close(); cancel(); }
    if (event.key === 'Enter' && event.target.matches('input, select')) { event.preventDefault(); form.requestSubmit(); }
  };
  byId('compose').hidden = true;
  form.hidden = false;
  (fields.querySelector('[data-option]') ?? chips.querySelector('button'))?.focus();
}
