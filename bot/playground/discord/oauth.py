"""OAuth2 as Discord has it: a page where a person agrees, a code for that, a token for the code, and its end."""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from secrets import compare_digest, token_urlsafe
from urllib.parse import urlencode

from aiohttp import web

from .body import answer, body_of
from .errors import ApiError
from .ids import Time
from .permissions import base
from .shapes import Guild, Json, User
from .world import World

CODE_LASTS, TOKEN_LASTS = 60.0, 604_800.0
KNOWN_SCOPES = frozenset({"identify", "guilds", "email"})


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody agreed to."""

    user: User
    scopes: frozenset[str]
    redirect: str
    challenge: str | None
    until: float


class OAuth:
    """Knows one client: the bot's own application, with `secret`. It may lead people back to `redirects` only."""

    def __init__(self, world: World, *, now: Time) -> None:
        self._world, self._now = world, now
        self.secret = "playground-client"  # noqa: S105 - a word for loopback, no secret
        self.redirects: frozenset[str] = frozenset()
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, Grant] = {}

    @property
    def tokens(self) -> int:
        """How many tokens open something."""
        return len(self._tokens)

    def pages(self) -> list[web.RouteDef]:
        """What a person sees."""
        return [web.get("/oauth2/authorize", self.authorize), web.post("/oauth2/authorize", self.decide)]

    def routes(self) -> list[web.RouteDef]:
        """What programs ask, below the API's base."""
        return [web.post("/oauth2/token", self.token), web.post("/oauth2/token/revoke", self.revoke)]

    # --- a person's page ----------------------------------------------------------------------------------------

    async def authorize(self, request: web.Request) -> web.Response:
        """GET: who of them is it, and do they agree? A mistake of the client's is shown, and nobody is led anywhere."""
        asked = dict(request.query)
        if wrong := self._mistake(asked):
            return _page(f"<h1>This cannot be authorized</h1><p>{escape(wrong)}</p>", "'self'", status=400)
        kept = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in asked.items()
        )
        people = "".join(
            f'<label><input type="radio" name="user" value="{user.id}" required> {escape(user.display)}</label>'
            for user in self._world.users.values()
            if not user.bot
        )
        scopes = ", ".join(sorted(asked["scope"].split()))
        return _page(
            f"<h1>{escape(self._world.bot.display)} wants to know who you are</h1>"
            f"<p>It asks for: <strong>{escape(scopes)}</strong>.</p>"
            f'<form method="post" action="/oauth2/authorize">{kept}'
            f"<fieldset><legend>You are</legend>{people}</fieldset>"
            '<p><button name="decision" value="authorize">Authorize</button> '
            '<button name="decision" value="cancel" class="quiet">Cancel</button></p></form>',
            f"'self' {asked['redirect_uri']}",
        )

    async def decide(self, request: web.Request) -> web.Response:
        """POST: back to the client, with a code or without."""
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        if self._mistake(form):
            raise web.HTTPBadRequest(text="This cannot be authorized.")
        back = {"state": form["state"]} if "state" in form else {}
        user = self._world.users.get(form.get("user", ""))
        if form.get("decision") != "authorize" or user is None or user.bot:
            said = "The resource owner or authorization server denied the request"
            return _back(form["redirect_uri"], {"error": "access_denied", "error_description": said, **back})
        code = self.agree(
            user, redirect=form["redirect_uri"], scopes=form["scope"], challenge=form.get("code_challenge")
        )
        return _back(form["redirect_uri"], {"code": code, **back})

    def agree(self, user: User, *, redirect: str, scopes: str, challenge: str | None = None) -> str:
        """A person agrees; answers the code."""
        code = token_urlsafe(22)
        until = self._now() + CODE_LASTS
        self._codes[code] = Grant(user, frozenset(scopes.split()), redirect, challenge, until)
        return code

    def _mistake(self, asked: Mapping[str, str]) -> str:
        if asked.get("client_id") != self._world.bot.id:
            return "Unknown client."
        if asked.get("redirect_uri") not in self.redirects:
            return "The redirect URI is not one of the application's."
        if asked.get("response_type") != "code":
            return "Only response_type=code is known here."
        scopes = set(asked.get("scope", "").split())
        if not scopes or scopes - KNOWN_SCOPES:
            return "A scope is missing or not known."
        if "code_challenge" in asked and asked.get("code_challenge_method") != "S256":
            return "Only S256 is known as a challenge's method."
        return ""

    # --- programs -----------------------------------------------------------------------------------------------

    async def token(self, request: web.Request) -> web.Response:
        """POST: a token for a code, which is used up whatever comes of it."""
        form = body_of(request).form
        if not self._is_client(request, form):
            return answer({"error": "invalid_client"}, status=401)
        if form.get("grant_type") != "authorization_code":
            return answer({"error": "unsupported_grant_type"}, status=400)
        grant = self._codes.pop(form.get("code", ""), None)
        if grant is None or grant.until <= self._now():
            return _invalid('Invalid "code" in request.')
        if form.get("redirect_uri") != grant.redirect:
            return _invalid('Invalid "redirect_uri" in request.')
        if grant.challenge is not None and _challenge(form.get("code_verifier", "")) != grant.challenge:
            return _invalid('Invalid "code_verifier" in request.')
        token = token_urlsafe(22)
        self._tokens[token] = Grant(grant.user, grant.scopes, "", None, self._now() + TOKEN_LASTS)
        said: Json = {"access_token": token, "token_type": "Bearer", "expires_in": int(TOKEN_LASTS)}
        return answer({**said, "refresh_token": token_urlsafe(22), "scope": " ".join(sorted(grant.scopes))})

    async def revoke(self, request: web.Request) -> web.Response:
        """POST: the token opens nothing any more; one that never did is fine, too (RFC 7009)."""
        form = body_of(request).form
        if not self._is_client(request, form):
            return answer({"error": "invalid_client"}, status=401)
        self._tokens.pop(form.get("token", ""), None)
        return answer({})

    def bearer(self, request: web.Request) -> Grant | None:
        """Whose token came with the request; a refusal if it opens nothing. None without one."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer":
            return None
        grant = self._tokens.get(token)
        if grant is None or grant.until <= self._now():
            raise ApiError(0)
        return grant

    def me(self, grant: Grant) -> Json:
        """GET /users/@me."""
        if "identify" not in grant.scopes:
            raise ApiError(0)
        return {**grant.user.json(), "mfa_enabled": False, "locale": "en-US", "premium_type": 0}

    def guilds(self, grant: Grant) -> list[Json]:
        """GET /users/@me/guilds: where they are a member, and what they may do there."""
        if "guilds" not in grant.scopes:
            raise ApiError(0)
        found = [guild for guild in self._world.guilds.values() if grant.user.id in guild.members]
        return [_partial(guild, grant.user) for guild in found]

    def _is_client(self, request: web.Request, form: Mapping[str, str]) -> bool:
        """By HTTP Basic, or by the two in the form."""
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        name, secret = form.get("client_id", ""), form.get("client_secret", "")
        if kind == "Basic":
            try:
                name, _, secret = b64decode(given, validate=True).decode().partition(":")
            except ValueError:
                return False
        return name == self._world.bot.id and compare_digest(secret.encode(), self.secret.encode())


def _partial(guild: Guild, user: User) -> Json:
    roles = [guild.roles[each].permissions for each in guild.members[user.id].roles if each in guild.roles]
    is_owner = guild.owner_id == user.id
    may = base(guild.roles[guild.id].permissions, roles, is_owner=is_owner)
    return {
        "id": guild.id,
        "name": guild.name,
        "icon": None,
        "banner": None,
        "owner": is_owner,
        "permissions": str(int(may)),
        "features": [],
    }


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _invalid(said: str) -> web.Response:
    return answer({"error": "invalid_grant", "error_description": said}, status=400)


def _back(redirect: str, said: Mapping[str, str]) -> web.Response:
    return web.Response(status=302, headers={"Location": f"{redirect}?{urlencode(said)}", "Cache-Control": "no-store"})


def _page(content: str, forms: str, *, status: int = 200) -> web.Response:
    policy = (
        f"default-src 'none'; style-src 'self'; form-action {forms}; frame-ancestors 'none'; base-uri 'none'"
    )  # fmt: skip
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Authorize · Playground</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="/static/oauth.css"></head><body><main>{content}</main></body></html>'
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=headers)
