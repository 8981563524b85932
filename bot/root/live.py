"""The settings that hold now, and everybody who goes by them."""

from __future__ import annotations

from collections.abc import Callable

from alerts.settings.model import Settings

Apply = Callable[[Settings], object]  # what it answers is nobody's business


class LiveSettings:
    """One for a process. Parts take their numbers at the start, and again from whatever `follow` was given."""

    def __init__(self, settings: Settings) -> None:
        self.now = settings
        self._followers: list[Apply] = []

    def follow(self, apply: Apply) -> None:
        """Have `apply` called with new settings whenever they are swapped; it waits for nothing."""
        self._followers.append(apply)

    def swap(self, settings: Settings) -> None:
        """Everybody goes by these, before anything else of this process has a turn.

        If one of them cannot, which is a defect, all go by the old ones again and its error is raised.
        """
        before = self.now
        try:
            self._tell(settings)
        except Exception:  # raised again, once all go by the same settings
            self._tell(before)
            raise

    def _tell(self, settings: Settings) -> None:
        self.now = settings
        for apply in self._followers:
            apply(settings)
