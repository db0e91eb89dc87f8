"""MJML as data: which tag may stand where, and which attributes it takes.

From MJML 4's documentation (https://documentation.mjml.io, read 2026-11). mrml, which makes the HTML, lets unknown tags
and attributes pass without a word.
"""

from __future__ import annotations

DOCUMENTATION = "https://documentation.mjml.io"

# In the body of a column and of a hero
_BLOCKS = "mj-accordion mj-button mj-carousel mj-divider mj-image mj-navbar mj-raw mj-social mj-spacer mj-table mj-text"

CHILDREN = {
    "mjml": "mj-head mj-body mj-raw",
    "mj-head": "mj-attributes mj-breakpoint mj-font mj-html-attributes mj-preview mj-raw mj-style mj-title",
    "mj-html-attributes": "mj-selector",
    "mj-selector": "mj-html-attribute",
    "mj-body": "mj-section mj-wrapper mj-hero mj-raw",
    "mj-wrapper": "mj-section mj-hero mj-raw",
    "mj-section": "mj-column mj-group mj-raw",
    "mj-group": "mj-column mj-raw",
    "mj-column": _BLOCKS,
    "mj-hero": _BLOCKS,
    "mj-accordion": "mj-accordion-element mj-raw",
    "mj-accordion-element": "mj-accordion-title mj-accordion-text mj-raw",
    "mj-carousel": "mj-carousel-image",
    "mj-navbar": "mj-navbar-link mj-raw",
    "mj-social": "mj-social-element mj-raw",
}
"""What each tag that holds other MJML tags may hold, the usual first. ``mj-attributes`` holds any of the body's, and two of its own."""

WITH_HTML = frozenset(
    [
        "mj-accordion-text",
        "mj-accordion-title",
        "mj-button",
        "mj-navbar-link",
        "mj-raw",
        "mj-social-element",
        "mj-table",
        "mj-text",
    ]
)
"""These hold HTML."""

WITH_TEXT = frozenset(["mj-html-attribute", "mj-preview", "mj-style", "mj-title"])
"""These hold words alone."""

WITH_CONDITIONS = frozenset({"mj-accordion-text", "mj-navbar-link", "mj-raw", "mj-social-element", "mj-text"})
"""These hold ``<!--[if mso]>…<![endif]-->``; mjml-python 1.4.2 refuses it anywhere else."""

WITHOUT_COMMENTS = WITH_TEXT - {"mj-preview"} | {
    "mj-accordion-element", "mj-accordion-title", "mj-attributes", "mj-carousel", "mj-divider", "mj-image", "mj-spacer",
}  # fmt: skip
"""In these, mjml-python 1.4.2 refuses a comment."""

_PADDING = "padding padding-bottom padding-left padding-right padding-top"
_BORDER = "border border-bottom border-left border-radius border-right border-top"
_FONT = "color font-family font-size font-style font-weight letter-spacing line-height text-decoration text-transform"
_ICONS = "icon-align icon-height icon-position icon-unwrapped-alt icon-unwrapped-url icon-width icon-wrapped-alt icon-wrapped-url"
_SECTION = (
    f"{_BORDER} {_PADDING} background-color background-position background-position-x background-position-y "
    "background-repeat background-size background-url direction full-width gutter text-align text-padding"
)

ATTRIBUTES = {
    "mjml": "dir lang owa",
    "mj-head": "",
    "mj-attributes": "",
    "mj-breakpoint": "width",
    "mj-font": "href name",
    "mj-html-attributes": "",
    "mj-selector": "path",
    "mj-html-attribute": "name",
    "mj-preview": "",
    "mj-style": "inline",
    "mj-title": "",
    "mj-include": "css-inline path type",
    "mj-raw": "position",
    "mj-body": "background-color id width",
    "mj-wrapper": f"{_SECTION} gap",
    "mj-section": _SECTION,
    "mj-group": "background-color direction vertical-align width",
    "mj-column": f"{_BORDER} {_PADDING} background-color direction inner-background-color inner-border inner-border-bottom "
    "inner-border-left inner-border-radius inner-border-right inner-border-top vertical-align width",
    "mj-hero": f"{_PADDING} background-color background-height background-position background-url background-width "
    "border-radius container-background-color height inner-background-color inner-padding inner-padding-bottom "
    "inner-padding-left inner-padding-right inner-padding-top mode vertical-align width",
    "mj-accordion": f"{_PADDING} {_ICONS} border container-background-color font-family",
    "mj-accordion-element": f"{_ICONS} background-color border font-family",
    "mj-accordion-text": f"{_PADDING} background-color color font-family font-size font-weight letter-spacing line-height",
    "mj-accordion-title": f"{_PADDING} background-color color font-family font-size font-weight",
    "mj-button": f"{_PADDING} {_BORDER} {_FONT} align background-color container-background-color height href inner-padding "
    "name rel target text-align title vertical-align width",
    "mj-carousel": f"{_PADDING} align border-radius container-background-color icon-width left-icon right-icon tb-border "
    "tb-border-radius tb-hover-border-color tb-selected-border-color tb-width thumbnails",
    "mj-carousel-image": "alt border-radius href rel src target tb-border tb-border-radius thumbnails-src title",
    "mj-divider": f"{_PADDING} align border-color border-style border-width container-background-color width",
    "mj-image": f"{_PADDING} {_BORDER} align alt container-background-color fluid-on-mobile font-size height href max-height "
    "name rel sizes src srcset target title usemap width",
    "mj-navbar": f"{_PADDING} align base-url hamburger ico-align ico-close ico-color ico-font-family ico-font-size "
    "ico-line-height ico-open ico-padding ico-padding-bottom ico-padding-left ico-padding-right ico-padding-top "
    "ico-text-decoration ico-text-transform",
    "mj-navbar-link": f"{_PADDING} {_FONT} href name rel target",
    "mj-social": f"{_PADDING} align border border-radius color container-background-color font-family font-size font-style "
    "font-weight icon-height icon-padding icon-size inner-padding line-height mode table-layout text-decoration "
    "text-padding vertical-align",
    "mj-social-element": f"{_PADDING} align alt background-color border border-radius color font-family font-size font-style "
    "font-weight href icon-height icon-padding icon-position icon-size line-height name rel sizes src srcset target "
    "text-decoration text-padding title vertical-align",
    "mj-spacer": f"{_PADDING} border border-bottom border-left border-right border-top container-background-color height",
    "mj-table": f"{_PADDING} align border cellpadding cellspacing color container-background-color font-family font-size "
    "font-weight line-height role table-layout vertical-align width",
    "mj-text": f"{_PADDING} {_FONT} align background-color container-background-color height vertical-align",
}  # fmt: skip
"""The tags there are, with their attributes; those that have no place in an issue's mail are told by ``REFUSED``."""

DROPPED = {
    "mj-accordion-title": "font-weight",
    "mj-body": "id",
    "mj-button": "title",
    "mj-hero": "border-radius container-background-color",
    "mj-image": "border-bottom border-top sizes",
    "mj-section": "gutter text-padding",
    "mj-spacer": "border border-bottom border-left border-right border-top",
    "mj-table": "font-weight",
    "mj-text": "background-color",
    "mj-wrapper": "gap gutter text-padding",
}
"""Attributes, of MJML's or near to them, that mjml-python 1.4.2 drops without a word (tried out, 2026-11). It drops ``role`` of
``mj-table`` too."""

IN_DEFAULTS = frozenset({"mj-all", "mj-class"})
"""What stands in ``mj-attributes`` alone, beside the body's tags."""

HEAD = frozenset(CHILDREN["mj-head"].split()) | {"mj-head", "mjml", "mj-include", "mj-selector", "mj-html-attribute"}

EVERYWHERE = frozenset({"css-class", "mj-class"})
"""Attributes of every tag of the body."""

REFUSED = {
    "mj-include": "MJML's <mj-include> is not read here; use Jinja's {% include \"NAME\" %}",
    "mj-html-attributes": "<mj-html-attributes> cannot be used; write the attribute on an HTML tag within <mj-text> or <mj-raw>",
    "mj-font": "<mj-font> makes every reader's mail program ask a third party for the font; delete it, and name fonts that "
    "readers have in font-family",
    "mj-container": "<mj-container> is of MJML 3; delete it, since <mj-body> holds the sections now",
}  # fmt: skip
"""Tags that never do what they promise here: what is wrong, and what to do."""

OWN_PICTURES = {
    "mj-social-element": ("src",),
    "mj-accordion": ("icon-wrapped-url", "icon-unwrapped-url"),
    "mj-carousel": ("left-icon", "right-icon"),
}
"""Tags that show a third party's pictures unless these attributes name others (mailjet.com and imgur.com; mjml-python 1.4.2)."""

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
"""HTML's tags without an end."""


HTML_ATTRIBUTES = (
    "align", "alt", "background", "bgcolor", "border", "cellpadding", "cellspacing", "cite", "class", "color", "cols",
    "colspan", "content", "datetime", "dir", "face", "headers", "height", "hidden", "href", "hreflang", "hspace", "id", "lang",
    "media", "name", "nowrap", "property", "rel", "rev", "role", "rowspan", "scope", "size", "sizes", "span", "src", "srcset",
    "start", "style", "summary", "tabindex", "target", "title", "translate", "type", "usemap", "valign", "value", "vspace",
    "width", "xmlns",
)  # fmt: skip
"""HTML's attributes that mail uses; only one that is nearly one of these is told."""

HTML_TAGS = frozenset({
    "a", "abbr", "address", "article", "b", "big", "blockquote", "body", "center", "cite", "code", "dd", "del", "div", "dl",
    "dt", "em", "figure", "font", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "i", "ins", "li",
    "main", "nav", "ol", "p", "pre", "q", "s", "section", "small", "span", "strike", "strong", "style", "sub", "sup", "table",
    "tbody", "td", "tfoot", "th", "thead", "time", "title", "tr", "u", "ul",
})  # fmt: skip
"""HTML's tags with an end."""


def _sets(words: dict[str, str]) -> dict[str, frozenset[str]]:
    return {name: frozenset(text.split()) for name, text in words.items()}


_DROPPED_SETS = _sets(DROPPED)
_ATTRIBUTE_SETS = {tag: names - _DROPPED_SETS.get(tag, frozenset()) for tag, names in _sets(ATTRIBUTES).items()}
_CHILD_SETS = _sets(CHILDREN)
TAGS = frozenset(ATTRIBUTES) | IN_DEFAULTS | {"mj-container"}
STYLED = frozenset(ATTRIBUTES) - HEAD
"""The tags of the body."""


def parents_of(tag: str) -> tuple[str, ...]:
    """The tags that ``tag`` may stand in."""
    if tag in IN_DEFAULTS:
        return ("mj-attributes",)
    return tuple(parent for parent, children in _CHILD_SETS.items() if tag in children)


def may_hold(parent: str, child: str) -> bool:
    """``child`` may stand in ``parent``; both are tags of MJML."""
    if parent == "mj-attributes":
        return child in IN_DEFAULTS or child in STYLED
    return child in _CHILD_SETS.get(parent, ())


def has_attribute(tag: str, attribute: str, *, is_default: bool) -> bool:
    """``tag`` takes ``attribute``; ``is_default``: where it stands in ``mj-attributes``."""
    if tag in IN_DEFAULTS:
        own = tag == "mj-class" and attribute == "name"
        return own or attribute == "css-class" or any(attribute in _ATTRIBUTE_SETS[one] for one in STYLED)
    if attribute in _ATTRIBUTE_SETS[tag]:
        return True
    return attribute in EVERYWHERE and (tag not in HEAD or is_default)


def attributes_of(tag: str) -> tuple[str, ...]:
    """All that ``tag`` takes."""
    if tag in IN_DEFAULTS:
        return tuple(sorted(frozenset().union(*(_ATTRIBUTE_SETS[one] for one in STYLED)) | {"name"}))
    return tuple(sorted(_ATTRIBUTE_SETS[tag] | (EVERYWHERE if tag not in HEAD else frozenset())))
