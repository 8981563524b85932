// A modal the bot opened: text inputs, selects, checkboxes, and what the person filled in.

import { byId, el } from './dom.js';
import { fileValue } from './form.js';
import { selectMany, selectOne } from './components.js';
import { blocks } from './markdown.js';

const TEXT = 4;
const SELECTS = [3, 5, 6, 7, 8];
const FILE_UPLOAD = 19;
const RADIO = 21;
const CHECKS = 22;
const CHECK = 23;

const isMany = (item) => item.type === CHECKS || (item.max_values ?? 1) > 1;

function input(item, label) {
  const common = { id: `modal-${item.custom_id}`, name: item.custom_id, required: item.required !== false };
  if (item.type === TEXT) {
    const limits = { minlength: item.min_length ?? null, maxlength: item.max_length ?? 4000, placeholder: item.placeholder };
    if (item.style === 2) return el('textarea', { ...common, ...limits, rows: 4 }, item.value ?? '');
    return el('input', { ...common, ...limits, type: 'text', value: item.value ?? '' });
  }
  if (item.type === CHECK) return el('input', { ...common, type: 'checkbox', required: false, checked: item.default === true });
  if (item.type === FILE_UPLOAD) return el('input', { ...common, type: 'file', multiple: (item.max_values ?? 1) > 1 });
  if (item.type === CHECKS) return selectMany({ ...item, type: 3, placeholder: label }, item.custom_id);
  // Its name is the label above it, not the words that stand in for a choice.
  const named = { ...common, 'aria-label': null };
  if (item.type === RADIO) return selectOne({ ...item, type: 3 }, named);
  if (SELECTS.includes(item.type)) return isMany(item) ? selectMany({ ...item, placeholder: label }, item.custom_id) : selectOne(item, named);
  return null;
}

function field(component) {
  if (component.type === 10) return el('div', {}, blocks(component.content));
  const item = component.type === 1 ? component.components[0] : component.component;
  const label = component.label ?? item.label ?? '';
  const description = component.description ? el('small', {}, component.description) : null;
  const star = item.required === false ? null : el('span', { class: 'star', 'aria-hidden': 'true' }, ' *');
  const isGroup = isMany(item) && item.type !== TEXT && item.type !== FILE_UPLOAD;
  const head = isGroup ? null : el('label', { for: `modal-${item.custom_id}` }, label, star);
  return el('div', { class: 'modal-field' }, head, description, input(item, label));
}

function items(modal) {
  return modal.components.flatMap((component) =>
    (component.type === 1 ? component.components : component.component ? [component.component] : []));
}

async function valuesOf(form, modal) {
  const values = {};
  for (const item of items(modal)) {
    const nodes = [...form.querySelectorAll(`[name="${CSS.escape(item.custom_id)}"]`)];
    if (!nodes.length) continue;
    if (item.type === FILE_UPLOAD) values[item.custom_id] = await Promise.all([...nodes[0].files].map(fileValue));
    else if (item.type === CHECK) values[item.custom_id] = nodes[0].checked;
    else if (isMany(item) && item.type !== TEXT) values[item.custom_id] = nodes.filter((one) => one.checked).map((one) => one.value);
    else if (SELECTS.includes(item.type)) values[item.custom_id] = nodes[0].value ? [nodes[0].value] : [];
    else values[item.custom_id] = nodes[0].value;
  }
  return values;
}

export function openModal(run, submit) {
  const dialog = byId('modal');
  const problem = el('p', { class: 'notice', role: 'alert', hidden: true });
  const form = el('form', { class: 'modal-form', method: 'dialog', autocomplete: 'off' },
    el('h2', { id: 'modal-title' }, run.modal.title),
    run.modal.components.map(field),
    problem,
    el('div', { class: 'row end' },
      el('button', { type: 'button', class: 'button secondary', onclick: closeModal }, 'Cancel'),
      el('button', { type: 'submit', class: 'button primary' }, 'Submit')));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await submit(run, await valuesOf(form, run.modal));
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  });
  dialog.replaceChildren(form);
  dialog.showModal();
  form.querySelector('input, textarea, select')?.focus();
}

export function closeModal() {
  byId('modal').close();
  byId('composer').focus();
}
