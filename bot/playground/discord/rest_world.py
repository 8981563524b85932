"""REST: who the bot is, its gateway, its commands, and the guilds, members and roles it may look at."""

from aiohttp import web

from .body import answer, body_of, nothing
from .errors import ApiError
from .gateway import Gateway
from .oauth import OAuth
from .shapes import THREAD, Guild, Json
from .world import World


class WorldRoutes:
    """Reading the world, and registering commands."""

    def __init__(self, world: World, gateway: Gateway, oauth: OAuth) -> None:
        self._world = world
        self._gateway = gateway
        self._oauth = oauth

    def routes(self) -> list[web.RouteDef]:
        """All routes of this part."""
        return [
            web.get("/users/@me", self.me),
            web.get("/users/@me/guilds", self.my_guilds),
            web.post("/users/@me/channels", self.open_dm),
            web.get("/users/{user}", self.user),
            web.get("/oauth2/applications/@me", self.application),
            web.get("/applications/@me", self.application),
            web.get("/gateway", self.gateway),
            web.get("/gateway/bot", self.gateway_bot),
            web.get("/guilds/{guild}", self.guild),
            web.get("/guilds/{guild}/channels", self.channels),
            web.get("/guilds/{guild}/roles", self.roles),
            web.get("/guilds/{guild}/members", self.members),
            web.get("/guilds/{guild}/members/{user}", self.member),
            web.get("/guilds/{guild}/threads/active", self.threads),
            web.delete("/users/@me/guilds/{guild}", self.leave),
            *self._command_routes("/applications/{app}/commands"),
            *self._command_routes("/applications/{app}/guilds/{guild}/commands"),
            web.get("/applications/{app}/guilds/{guild}/commands/permissions", self.command_permissions),
        ]

    def _command_routes(self, base: str) -> list[web.RouteDef]:
        one = base + r"/{command:\d+}"
        return [
            web.get(base, self.commands),
            web.put(base, self.replace_commands),
            web.post(base, self.put_command),
            web.get(one, self.command),
            web.patch(one, self.edit_command),
            web.delete(one, self.remove_command),
        ]

    # --- the bot ------------------------------------------------------------------------------------------------

    async def me(self, request: web.Request) -> web.Response:
        """GET the bot's own user, or the person's whose token it is."""
        if grant := self._oauth.bearer(request):
            return answer(self._oauth.me(grant))
        return answer({**self._world.bot.json(), "verified": True, "mfa_enabled": False, "email": None})

    async def application(self, _: web.Request) -> web.Response:
        """GET the bot's application."""
        bot, owner = self._world.bot, self._world.admin
        found: Json = {"id": bot.id, "name": bot.display, "icon": None, "description": "", "verify_key": "0" * 64}
        found |= {"bot_public": True, "bot_require_code_grant": False, "team": None, "flags": 0, "owner": owner.json()}
        found |= {"rpc_origins": [], "summary": "", "bot": bot.json()}
        return answer(found | {"approximate_guild_count": len(self._world.guilds)})

    async def gateway(self, _: web.Request) -> web.Response:
        """GET the address of the gateway."""
        return answer({"url": self._gateway.url})

    async def gateway_bot(self, _: web.Request) -> web.Response:
        """GET the address of the gateway, with how to start."""
        limit = {"total": 1000, "remaining": 1000 - self._gateway.identifies % 1000, "reset_after": 86_400_000}
        limit["max_concurrency"] = self._gateway.max_concurrency
        return answer({"url": self._gateway.url, "shards": self._gateway.shards, "session_start_limit": limit})

    async def my_guilds(self, request: web.Request) -> web.Response:
        """GET the guilds the bot is in, or the person whose token it is."""
        if grant := self._oauth.bearer(request):
            return answer(self._oauth.guilds(grant))
        limit, after = int(request.query.get("limit", "200")), int(request.query.get("after", "0"))
        found = sorted(self._world.guilds.values(), key=lambda guild: int(guild.id))
        return answer([guild.json() for guild in found if int(guild.id) > after][:limit])

    async def open_dm(self, request: web.Request) -> web.Response:
        """POST: the channel for direct messages to one person."""
        user = self._world.users.get(str(body_of(request).object().get("recipient_id")))
        if user is None:
            raise ApiError(10013)
        if user.bot:
            raise ApiError(50007)
        return answer(self._world.open_dm(user).json())

    async def user(self, request: web.Request) -> web.Response:
        """GET a user."""
        user = self._world.users.get(request.match_info["user"])
        if user is None:
            raise ApiError(10013)
        return answer(user.json())

    # --- guilds -------------------------------------------------------------------------------------------------

    async def guild(self, request: web.Request) -> web.Response:
        """GET a guild."""
        guild = self._guild(request)
        count = len(guild.members)
        return answer({**guild.json(), "approximate_member_count": count, "approximate_presence_count": count})

    async def channels(self, request: web.Request) -> web.Response:
        """GET the channels of a guild, without threads."""
        return answer([c.json() for c in self._guild(request).channels.values() if c.type != THREAD])

    async def threads(self, request: web.Request) -> web.Response:
        """GET the active threads of a guild."""
        threads = [c.json() for c in self._guild(request).channels.values() if c.type == THREAD and not c.archived]
        return answer({"threads": threads, "members": []})

    async def roles(self, request: web.Request) -> web.Response:
        """GET the roles of a guild."""
        return answer([role.json() for role in self._guild(request).roles.values()])

    async def members(self, request: web.Request) -> web.Response:
        """GET members of a guild."""
        limit = int(request.query.get("limit", "1"))
        return answer([member.json() for member in self._guild(request).members.values()][:limit])

    async def member(self, request: web.Request) -> web.Response:
        """GET one member."""
        guild, user_id = self._guild(request), request.match_info["user"]
        member = guild.members.get(self._world.bot.id if user_id == "@me" else user_id)
        if member is None:
            raise ApiError(10007 if user_id in self._world.users else 10013)
        return answer(member.json())

    async def leave(self, request: web.Request) -> web.Response:
        """DELETE: the bot leaves a guild."""
        self._world.remove_guild(self._guild(request))
        return nothing()

    # --- commands -----------------------------------------------------------------------------------------------

    async def commands(self, request: web.Request) -> web.Response:
        """GET the registered commands of a scope."""
        return answer(self._world.commands.of(self._scope(request)))

    async def replace_commands(self, request: web.Request) -> web.Response:
        """PUT all commands of a scope."""
        payloads = body_of(request).payload
        if not isinstance(payloads, list):
            raise ApiError(50109)
        made = self._world.commands.replace(self._world.bot.id, self._scope(request), payloads)
        self._commands_changed()
        return answer(made)

    async def put_command(self, request: web.Request) -> web.Response:
        """POST one command, replacing its namesake."""
        payload = body_of(request).object()
        made, is_new = self._world.commands.put(self._world.bot.id, self._scope(request), payload)
        self._commands_changed()
        return answer(made, status=201 if is_new else 200)

    async def command(self, request: web.Request) -> web.Response:
        """GET one command."""
        return answer(self._world.commands.find(self._scope(request), request.match_info["command"]))

    async def edit_command(self, request: web.Request) -> web.Response:
        """PATCH one command."""
        changes = body_of(request).object()
        made = self._world.commands.edit(self._scope(request), request.match_info["command"], changes)
        self._commands_changed()
        return answer(made)

    async def remove_command(self, request: web.Request) -> web.Response:
        """DELETE one command."""
        self._world.commands.remove(self._scope(request), request.match_info["command"])
        self._commands_changed()
        return nothing()

    async def command_permissions(self, request: web.Request) -> web.Response:
        """GET what the guild's owner re-mapped: nothing, ever."""
        self._scope(request)
        return answer([])

    # --- inside -------------------------------------------------------------------------------------------------

    def _commands_changed(self) -> None:
        self._world.emit("COMMANDS", {})

    def _scope(self, request: web.Request) -> str | None:
        if request.match_info["app"] != self._world.bot.id:
            raise ApiError(20012)
        return self._guild(request).id if "guild" in request.match_info else None

    def _guild(self, request: web.Request) -> Guild:
        guild = self._world.guilds.get(request.match_info["guild"])
        if guild is None or self._world.bot.id not in guild.members:
            raise ApiError(10004)
        return guild
