"""REST: callbacks of interactions, and everything below /webhooks, which interactions and channel webhooks share."""

from aiohttp import web

from .body import answer, body_of, nothing
from .interactions import Interactions
from .webhooks import Webhooks


class InteractionRoutes:
    """A webhook address whose id is the application's belongs to an interaction, any other to a channel webhook."""

    def __init__(self, interactions: Interactions, webhooks: Webhooks, *, application_id: str) -> None:
        self._interactions = interactions
        self._webhooks = webhooks
        self._application_id = application_id

    def routes(self) -> list[web.RouteDef]:
        """All routes below /interactions and /webhooks."""
        hook = "/webhooks/{id}/{token}"
        return [
            web.post("/interactions/{id}/{token}/callback", self.callback),
            web.get("/webhooks/{id}", self.show),
            web.get(hook, self.show),
            web.delete("/webhooks/{id}", self.remove),
            web.delete(hook, self.remove),
            web.post(hook, self.send),
            web.get(f"{hook}/messages/{{message}}", self.show_message),
            web.patch(f"{hook}/messages/{{message}}", self.edit_message),
            web.delete(f"{hook}/messages/{{message}}", self.delete_message),
        ]

    async def callback(self, request: web.Request) -> web.Response:
        """POST the first answer to an interaction."""
        body, match = body_of(request), request.match_info
        made = self._interactions.acknowledge(match["id"], match["token"], body.object(), body.uploads)
        return answer(made) if _is_on(request, "with_response") else nothing()

    async def send(self, request: web.Request) -> web.Response:
        """POST a follow-up, or a message of a channel webhook."""
        body, token = body_of(request), request.match_info["token"]
        if self._is_interaction(request):
            return answer(self._interactions.follow_up(token, body.object(), body.uploads))
        webhook = self._webhooks.find(request.match_info["id"], token)
        thread_id = request.query.get("thread_id")
        message = self._webhooks.send(webhook, body.object(), body.uploads, thread_id=thread_id)
        return answer(message) if _is_on(request, "wait") else nothing()

    async def show_message(self, request: web.Request) -> web.Response:
        """GET the answer, a follow-up, or a message of a channel webhook."""
        token, message_id = request.match_info["token"], request.match_info["message"]
        if self._is_interaction(request):
            return answer(self._interactions.message(token, message_id))
        return answer(self._webhooks.message(self._webhooks.find(request.match_info["id"], token), message_id))

    async def edit_message(self, request: web.Request) -> web.Response:
        """PATCH one of them."""
        body, match = body_of(request), request.match_info
        token, message_id = match["token"], match["message"]
        if self._is_interaction(request):
            return answer(self._interactions.edit(token, message_id, body.object(), body.uploads))
        webhook = self._webhooks.find(match["id"], token)
        return answer(self._webhooks.edit(webhook, message_id, body.object(), body.uploads))

    async def delete_message(self, request: web.Request) -> web.Response:
        """DELETE one of them."""
        token, message_id = request.match_info["token"], request.match_info["message"]
        if self._is_interaction(request):
            self._interactions.delete(token, message_id)
        else:
            self._webhooks.delete(self._webhooks.find(request.match_info["id"], token), message_id)
        return nothing()

    async def show(self, request: web.Request) -> web.Response:
        """GET a channel webhook."""
        return answer(self._webhooks.find(request.match_info["id"], request.match_info.get("token")))

    async def remove(self, request: web.Request) -> web.Response:
        """DELETE a channel webhook."""
        self._webhooks.remove(request.match_info["id"], request.match_info.get("token"))
        return nothing()

    def _is_interaction(self, request: web.Request) -> bool:
        return request.match_info["id"] == self._application_id


def _is_on(request: web.Request, name: str) -> bool:
    return request.query.get(name, "").lower() in ("1", "true")
