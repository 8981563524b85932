// Buttons, selects and the newer layout components below a message.

import { el, nameOf } from './dom.js';
import { picture } from './embed.js';
import { blocks } from './markdown.js';
import { guildNow, state } from './store.js';

const STYLES = { 1: 'primary', 2: 'secondary', 3: 'success', 4: 'danger', 5: 'link', 6: 'secondary' };
const emojiText = (emoji) => (emoji ? (emoji.id ? `:${emoji.name}:` : emoji.name) : null);

function button(item, press) {
  const inside = [emojiText(item.emoji), item.label].filter(Boolean).join(' ');
  if (item.style === 5) {
    const attributes = { class: 'button link', href: item.url, target: '_blank', rel: 'noopener noreferrer' };
    if (!item.disabled && /^https?:/i.test(item.url ?? '')) return el('a', attributes, inside, ' ↗');
    return el('button', { class: 'button link', type: 'button', disabled: true }, inside);
  }
  return el('button', {
    type: 'button',
    class: `button ${STYLES[item.style] ?? 'secondary'}`,
    disabled: item.disabled === true,
    'data-custom-id': item.custom_id,
    onclick: () => press(item.custom_id),
  }, inside);
}

export function optionsOf(item) {
  if (item.type === 3) return item.options;
  const guild = guildNow();
  if (!guild) return [];
  const users = guild.users.map((user) => ({ label: `@${nameOf(user)}`, value: user.id }));
  const roles = guild.roles.map((role) => ({ label: `@${role.name.replace(/^@/, '')}`, value: role.id }));
  const channels = state.channels
    .filter((channel) => channel.guild_id === guild.id)
    .filter((channel) => !item.channel_types?.length || item.channel_types.includes(channel.type))
    .map((channel) => ({ label: `#${channel.name}`, value: channel.id }));
  const preset = new Set((item.default_values ?? []).map((value) => String(value.id)));
  const list = { 5: users, 6: roles, 7: [...users, ...roles], 8: channels }[item.type] ?? [];
  return list.map((option) => ({ ...option, default: preset.has(option.value) }));
}

export function selectOne(item, attributes = {}) {
  const options = optionsOf(item);
  const node = el('select', { class: 'select', 'aria-label': item.placeholder || 'Make a selection', ...attributes });
  if (!options.some((option) => option.default)) {
    node.append(el('option', { value: '' }, item.placeholder || 'Make a selection'));
  }
  for (const option of options) {
    const text = [emojiText(option.emoji), option.label].filter(Boolean).join(' ');
    const shown = option.description ? `${text} — ${option.description}` : text;
    node.append(el('option', { value: option.value, selected: option.default === true }, shown));
  }
  return node;
}

export function selectMany(item, name) {
  return el('fieldset', { class: 'many' },
    el('legend', {}, item.placeholder || `Choose up to ${item.max_values}`),
    optionsOf(item).map((option) => el('label', {},
      el('input', { type: 'checkbox', name, value: option.value, checked: option.default === true }), ' ', option.label,
      option.description ? el('small', {}, ` ${option.description}`) : null)));
}

function select(item, press) {
  if ((item.max_values ?? 1) <= 1) {
    const node = selectOne(item, { disabled: item.disabled === true, 'data-custom-id': item.custom_id });
    node.addEventListener('change', () => node.value && press(item.custom_id, [node.value]));
    return node;
  }
  const box = selectMany(item, item.custom_id);
  const chosen = () => [...box.querySelectorAll('input:checked')].map((input) => input.value);
  box.disabled = item.disabled === true;
  box.dataset.customId = item.custom_id;
  box.append(el('button', { type: 'button', class: 'button primary', onclick: () => press(item.custom_id, chosen()) }, 'Apply'));
  return box;
}

const below = (item, press) => (item.components ?? []).map((inner) => componentNode(inner, press));

function section(item, press) {
  return el('div', { class: 'section' }, el('div', {}, below(item, press)), componentNode(item.accessory, press));
}

function container(item, press) {
  const node = el('article', { class: 'embed container' }, el('div', { class: 'embed-body' }, below(item, press)));
  if (typeof item.accent_color === 'number') {
    node.style.borderInlineStartColor = `#${item.accent_color.toString(16).padStart(6, '0')}`;
  }
  return node;
}

export function componentNode(item, press) {
  switch (item.type) {
    case 1: return el('div', { class: 'row' }, below(item, press));
    case 2: return button(item, press);
    case 3: case 5: case 6: case 7: case 8: return select(item, press);
    case 9: return section(item, press);
    case 10: return el('div', { class: 'text' }, blocks(item.content));
    case 11: return picture(item.media.url, 'thumbnail', item.description ?? '');
    case 12: return el('div', {}, item.items.map((part) => picture(part.media.url, 'image', part.description ?? '')));
    case 14: return item.divider === false ? el('div', { class: 'gap' }) : el('hr');
    case 17: return container(item, press);
    default: return null;
  }
}
