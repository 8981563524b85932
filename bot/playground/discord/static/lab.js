// The switches: what Discord does to the bot, here and everywhere, and what the person has chosen.

import { byId, el, nameOf, post } from './dom.js';
import { channelById, channelNow, state } from './store.js';

const MAY = {
  view: 'View Channel',
  send: 'Send Messages, create posts',
  threads: 'Send Messages in Threads',
  embed: 'Embed Links',
  files: 'Attach Files',
  history: 'Read Message History',
};
const SLOW = { 0: 'Off', 5: '5 seconds', 10: '10 seconds', 30: '30 seconds', 60: 'a minute' };
const SWITCHES = {
  limits: ['Keep Discord’s limits', '50 requests a second, 5 messages in 5 seconds for a channel'],
  refuse: ['Refuse messages', 'each is answered with 429: try again in 2 seconds'],
  away: ['Be away', 'each message is answered with 503'],
  late: ['Be late', 'each message takes 2 seconds'],
};
const LANGUAGES = { 'en-US': 'English', de: 'Deutsch', fr: 'Français', 'es-ES': 'Español', ja: '日本語', 'pt-BR': 'Português (BR)' };

const dialog = byId('lab');
// Only what changes is drawn anew: a button that is replaced while it is pressed takes no click.
const switches = el('div', { class: 'switches' });
const status = el('p', { class: 'subtext', role: 'status' });
let said = '';

async function turn(what, body, words) {
  try {
    await post('lab', { user: state.user.username, channel: state.current, what, ...body });
    said = words;
  } catch (error) {
    said = error.message;
  }
  drawLab();
}

function toggle(name, label, on, change, about = '') {
  const id = `lab-${name}`;
  const box = el('input', { id, type: 'checkbox', role: 'switch', checked: on, 'aria-describedby': about ? `${id}-about` : null });
  box.addEventListener('change', () => change(box.checked));
  return el('div', { class: 'toggle' }, box,
    el('label', { for: id }, label), about ? el('small', { id: `${id}-about` }, about) : null);
}

function choice(name, label, options, now, change) {
  const select = el('select', { id: `lab-${name}` }, Object.entries(options).map(([value, text]) =>
    el('option', { value, selected: String(now) === value }, text)));
  select.addEventListener('change', () => change(select.value));
  return el('div', { class: 'toggle' }, el('label', { for: `lab-${name}` }, label), select);
}

function ofChannel() {
  const channel = channelNow();
  if (!channel || channel.is_direct) return null;
  const parent = channel.is_thread ? channelById(channel.parent_id) : null;
  const place = parent ?? channel;
  const bot = nameOf(state.bot);
  return [
    el('fieldset', {}, el('legend', {}, `What ${bot} may do in #${place.name}`),
      Object.entries(MAY).map(([name, label]) => toggle(name, label, place.may[name], (on) =>
        turn('permit', { name, on }, `${label}: ${on ? 'given back' : 'taken away'} in #${place.name}.`)))),
    el('fieldset', {}, el('legend', {}, `#${channel.name}`),
      choice('slow', 'Slow mode', SLOW, channel.slow, (seconds) =>
        turn('slow', { seconds: Number(seconds) }, `Slow mode in #${channel.name}: ${SLOW[seconds]}.`))),
  ];
}

function ofDiscord() {
  return el('fieldset', {}, el('legend', {}, 'Discord'),
    Object.entries(SWITCHES).map(([name, [label, about]]) => toggle(name, label, state.switches[name], (on) =>
      turn(name, { on }, `${label}: ${on ? 'on' : 'off'}.`), about)));
}

function ofPerson() {
  return el('fieldset', {}, el('legend', {}, nameOf(state.user)),
    toggle('direct', 'Take direct messages', state.me.takes_dms, (on) =>
      turn('direct', { on }, `Direct messages: ${on ? 'taken' : 'refused'}.`)),
    choice('locale', 'Language of Discord', LANGUAGES, state.me.locale, (locale) =>
      turn('locale', { locale }, `Language: ${LANGUAGES[locale]}.`)));
}

export function drawLab() {
  if (!dialog.open) return;
  const focused = document.activeElement?.id;
  switches.replaceChildren(...[ofChannel(), ofDiscord(), ofPerson()].flat().filter(Boolean));
  status.textContent = said;
  if (focused) byId(focused)?.focus();
}

function closeLab() {
  dialog.close();
}

export function startLab() {
  dialog.replaceChildren(el('div', { class: 'modal-form' },
    el('h2', { id: 'lab-title' }, 'Switches'), switches, status,
    el('div', { class: 'row end' }, el('button', { type: 'button', class: 'button primary', onclick: closeLab }, 'Done'))));
  byId('open-lab').addEventListener('click', () => {
    said = '';
    dialog.showModal();
    drawLab();
    dialog.querySelector('input, select')?.focus();
  });
  dialog.addEventListener('close', () => byId('open-lab').focus());
}

export function drawTrouble() {
  // Whoever forgets a switch should not hunt for the reason.
  const on = Object.entries(state.switches ?? {}).filter(([, is]) => is).map(([name]) => SWITCHES[name][0]);
  const place = channelNow();
  if (place?.slow) on.push('Slow mode');
  if (place && !place.is_direct && Object.values(place.may).includes(false)) on.push('Permissions taken away');
  byId('open-lab').replaceChildren('Switches', on.length ? el('span', { class: 'badge pinged' }, String(on.length),
    el('span', { class: 'hidden' }, ' on')) : '');
  byId('open-lab').title = on.join(', ');
}
