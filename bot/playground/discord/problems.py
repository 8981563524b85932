"""Collects what is wrong with a payload, in the tree that Discord answers with."""

from typing import Any

from .errors import ApiError


def length(text: str) -> int:
    """How long a text is for Discord: emoji outside the basic plane count twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Problems:
    """`at("embeds", 0)` goes deeper, `add` notes a problem there; all share one tree."""

    def __init__(self, path: tuple[str, ...] = (), found: list[tuple[tuple[str, ...], str, str]] | None = None) -> None:
        self._path = path
        self._found = found if found is not None else []

    def at(self, *keys: str | int) -> "Problems":
        """The same list of problems, at a place further down."""
        return Problems((*self._path, *map(str, keys)), self._found)

    def add(self, code: str, message: str) -> None:
        """Note a problem here."""
        self._found.append((self._path, code, message))

    def text(self, value: Any, *, most: int, least: int = 0, required: bool = False) -> None:
        """Note it when the value is not a text of the allowed length."""
        if value is None:
            if required:
                self.add("BASE_TYPE_REQUIRED", "This field is required")
        elif not isinstance(value, str):
            self.add("STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
        elif required and not value.strip():
            self.add("BASE_TYPE_REQUIRED", "This field is required")
        elif least and not least <= length(value) <= most:
            self.add("BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        elif length(value) > most:
            self.add("BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")

    def url(self, value: Any, *, schemes: tuple[str, ...] = ("http", "https"), most: int = 2048) -> None:
        """Note it when the value is given and no address with one of these schemes."""
        if value is None:
            return
        self.text(value, most=most, required=True)
        scheme, separator, rest = str(value).partition("://")
        if not separator or not rest or any(c.isspace() for c in str(value)):
            self.add("URL_TYPE_INVALID_URL", "Not a well formed URL.")
        elif scheme.lower() not in schemes:
            allowed = ", ".join(f"'{known}'" for known in schemes)
            self.add("URL_TYPE_INVALID_SCHEME", f'Scheme "{scheme}" must be one of ({allowed}).')

    def objects(self, value: Any, *, most: int, least: int = 0) -> list[dict[str, Any]]:
        """The value as a list of objects, noting it when it is none or too long."""
        if value is None:
            value = []
        if not isinstance(value, list):
            self.add("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if not least <= len(value) <= most:
            self.add("BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                self.at(index).add("DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return [item for item in value if isinstance(item, dict)]

    def raise_any(self) -> None:
        """Refuse the payload with 50035 when a problem was noted."""
        if self._found:
            raise ApiError(50035, errors=self.tree())

    def tree(self) -> dict[str, Any]:
        """The problems as nested objects with `_errors` at the places."""
        root: dict[str, Any] = {}
        for path, code, message in self._found:
            node = root
            for key in path:
                node = node.setdefault(key, {})
            node.setdefault("_errors", []).append({"code": code, "message": message})
        return root
