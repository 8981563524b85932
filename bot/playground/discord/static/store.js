// What the page knows, and who wants to hear when it changes.

export const state = {
  user: null,
  bot: null,
  people: [],
  guilds: [],
  channels: [],
  commands: {},
  menus: {},
  messages: {},
  links: {},
  connected: false,
  online: false,
  current: null,
  runs: new Map(),
  unread: new Map(),
  dismissed: new Set(),
};

export const channelNow = () => state.channels.find((channel) => channel.id === state.current) ?? null;

export const guildNow = () => state.guilds.find((guild) => guild.id === channelNow()?.guild_id) ?? null;

export const commandsNow = () => state.commands[state.current] ?? [];

export const userById = (id) =>
  [state.bot, ...state.people, ...state.guilds.flatMap((guild) => guild.users)].find((user) => user?.id === id);

export const roleById = (id) => state.guilds.flatMap((guild) => guild.roles).find((role) => role.id === id);

export const channelById = (id) => state.channels.find((channel) => channel.id === id);

export function myRoles() {
  return guildNow()?.members[state.user.id] ?? [];
}

export function mentionsMe(message) {
  if (message.author.id === state.user.id) return false;
  const roles = myRoles();
  return message.mention_everyone
    || message.mentions.some((user) => user.id === state.user.id)
    || message.mention_roles.some((role) => roles.includes(role));
}

export function takeState(event) {
  const { type, messages, ...rest } = event;
  Object.assign(state, rest);
  state.messages = Object.fromEntries(
    Object.entries(messages).map(([id, list]) => [id, new Map(list.map((message) => [message.id, message]))]),
  );
  if (!channelNow()) state.current = state.channels[0]?.id ?? null;
}

export function takeMessage(message, isNew) {
  const list = state.messages[message.channel_id] ??= new Map();
  list.set(message.id, message);
  if (isNew && message.channel_id !== state.current) {
    const was = state.unread.get(message.channel_id) ?? { count: 0, mentioned: false };
    state.unread.set(message.channel_id, { count: was.count + 1, mentioned: was.mentioned || mentionsMe(message) });
  }
}

export function takeGone(message) {
  state.messages[message.channel_id]?.delete(message.id);
}

const RANK = { sent: 0 };

export function takeRun(run) {
  const known = state.runs.get(run.id);
  // The answer to our own request may come after the news of what became of it.
  const isOlder = known && (RANK[run.state] ?? 1) < (RANK[known.state] ?? 1);
  const merged = isOlder ? { ...run, ...known } : { ...known, ...run };
  state.runs.set(run.id, merged);
  return merged;
}
