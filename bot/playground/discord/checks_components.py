"""What Discord refuses in buttons, selects, modals and the newer layout components."""

from collections.abc import Callable, Iterator
from typing import Any

from .problems import Problems, length
from .shapes import Json

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = frozenset({3, 5, 6, 7, 8})
SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
LAYOUT_ONLY = frozenset({SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR, CONTAINER})
LINK, PREMIUM = 5, 6


def walk(components: Any) -> Iterator[Json]:
    """Every component with all below it."""
    for component in components or []:
        if isinstance(component, dict):
            yield component
            below = [component.get("accessory"), component.get("component")]
            yield from walk([*(component.get("components") or []), *(item for item in below if item)])


def text_total(components: Any) -> int:
    """The characters of all text displays."""
    return sum(length(str(item.get("content") or "")) for item in walk(components) if item.get("type") == TEXT_DISPLAY)


def check_components(problems: Problems, components: Any, *, is_v2: bool) -> None:
    """Rows of at most five buttons or one select, ids unique; with v2 any layout of up to forty."""
    top = problems.objects(components, most=40 if is_v2 else 5)
    for index, component in enumerate(top):
        if component.get("type") != ROW and not (is_v2 and component.get("type") in LAYOUT_ONLY):
            _wrong_type(problems.at(index, "type"), component, "1" if not is_v2 else "1, 9, 10, 12, 13, 14, 17")
        else:
            _check_any(problems.at(index), component)
    if sum(1 for _ in walk(top)) > (40 if is_v2 else 30):
        problems.add("COMPONENT_MAX_TOTAL_COMPONENTS", "The maximum number of components in a message is 40.")
    _check_unique(problems, top)


def _check_unique(problems: Problems, components: Any) -> None:
    seen: set[str] = set()
    for component in walk(components):
        custom_id = component.get("custom_id")
        if custom_id in seen:
            problems.add("COMPONENT_CUSTOM_ID_DUPLICATED", f"Component custom id cannot be duplicated: {custom_id}")
        elif custom_id:
            seen.add(custom_id)


def _check_any(problems: Problems, component: Json) -> None:
    check = CHECKS.get(component.get("type", 0))
    if check is not None:
        check(problems, component)


def _check_row(problems: Problems, row: Json) -> None:
    inside = problems.at("components").objects(row.get("components"), most=5, least=1)
    if len(inside) > 1 and any(item.get("type") in SELECTS for item in inside):
        message = "A select menu fills its row."
        problems.at("components").add("COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)
    for index, item in enumerate(inside):
        if item.get("type") != BUTTON and item.get("type") not in SELECTS | {TEXT_INPUT}:
            _wrong_type(problems.at("components", index, "type"), item, "2, 3, 4, 5, 6, 7, 8")
        else:
            _check_any(problems.at("components", index), item)


def _check_button(problems: Problems, button: Json) -> None:
    problems.at("label").text(button.get("label"), most=80)
    style = button.get("style")
    if style not in range(1, 7):
        problems.at("style").add("BASE_TYPE_CHOICES", f'Value "{style}" must be one of (1, 2, 3, 4, 5, 6).')
    if not button.get("label") and not button.get("emoji") and style != PREMIUM:
        problems.add("BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A label or an emoji is required")
    if style == LINK:
        problems.at("url").text(button.get("url"), most=512, required=True)
        problems.at("url").url(button.get("url"), schemes=("http", "https", "discord"), most=512)
        if button.get("custom_id"):
            problems.add(
                "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified"
            )
    elif style != PREMIUM:
        problems.at("custom_id").text(button.get("custom_id"), most=100, least=1, required=True)


def _check_select(problems: Problems, select: Json) -> None:
    problems.at("custom_id").text(select.get("custom_id"), most=100, least=1, required=True)
    problems.at("placeholder").text(select.get("placeholder"), most=150)
    least, most = select.get("min_values", 1), select.get("max_values", 1)
    if least is not None and most is not None and (not 0 <= least <= 25 or not 1 <= most <= 25 or least > most):
        problems.at("min_values").add("COMPONENT_SELECT_VALUES_RANGE", "min_values must not exceed max_values")
    if select.get("type") != STRING_SELECT:
        return
    options = problems.at("options").objects(select.get("options"), most=25, least=1)
    seen: set[str] = set()
    for index, option in enumerate(options):
        at = problems.at("options", index)
        for key, needed in (("label", True), ("value", True), ("description", False)):
            at.at(key).text(option.get(key), most=100, required=needed)
        if option.get("value") in seen:
            message = "The specified option value is already used"
            at.at("value").add("SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        seen.add(str(option.get("value")))
    if most is not None and options and most > len(options):
        problems.at("max_values").add("BASE_TYPE_BAD_LENGTH", f"Must be {len(options)} or fewer in length.")


def _check_input(problems: Problems, item: Json) -> None:
    problems.at("custom_id").text(item.get("custom_id"), most=100, least=1, required=True)
    problems.at("label").text(item.get("label"), most=45)
    problems.at("placeholder").text(item.get("placeholder"), most=100)
    problems.at("value").text(item.get("value"), most=min(item.get("max_length") or 4000, 4000))


def _check_text(problems: Problems, item: Json) -> None:
    problems.at("content").text(item.get("content"), most=4000, least=1, required=True)


def _check_container(problems: Problems, item: Json) -> None:
    for index, below in enumerate(problems.at("components").objects(item.get("components"), most=40, least=1)):
        _check_any(problems.at("components", index), below)


def _check_section(problems: Problems, item: Json) -> None:
    for index, below in enumerate(problems.at("components").objects(item.get("components"), most=3, least=1)):
        _check_any(problems.at("components", index), below)
    if not item.get("accessory"):
        problems.at("accessory").add("BASE_TYPE_REQUIRED", "This field is required")
    else:
        _check_any(problems.at("accessory"), item["accessory"])


def _check_label(problems: Problems, item: Json) -> None:
    problems.at("label").text(item.get("label"), most=45, least=1, required=True)
    problems.at("description").text(item.get("description"), most=100)
    if not item.get("component"):
        problems.at("component").add("BASE_TYPE_REQUIRED", "This field is required")
    else:
        _check_any(problems.at("component"), item["component"])


def check_modal(data: Json) -> None:
    """Refuse a modal without title or with more than five inputs."""
    problems = Problems(("data",))
    problems.at("title").text(data.get("title"), most=45, least=1, required=True)
    problems.at("custom_id").text(data.get("custom_id"), most=100, least=1, required=True)
    inside = problems.at("components").objects(data.get("components"), most=5, least=1)
    for index, item in enumerate(inside):
        if item.get("type") not in (ROW, TEXT_DISPLAY, LABEL):
            _wrong_type(problems.at("components", index, "type"), item, "1, 10, 18")
        _check_any(problems.at("components", index), item)
    _check_unique(problems.at("components"), inside)
    problems.raise_any()


def _wrong_type(problems: Problems, component: Json, allowed: str) -> None:
    problems.add("BASE_TYPE_CHOICES", f'Value "{component.get("type")}" must be one of ({allowed}).')


CHECKS: dict[int, Callable[[Problems, Json], None]] = {
    ROW: _check_row,
    BUTTON: _check_button,
    TEXT_INPUT: _check_input,
    SECTION: _check_section,
    TEXT_DISPLAY: _check_text,
    CONTAINER: _check_container,
    LABEL: _check_label,
    **dict.fromkeys(SELECTS, _check_select),
}
