"""The sites that other generators make of an archive's articles: a page for each, an index by year, one feed of the newest.

The templates are as plain as they can be: title, citation and text; and nothing is asked for that is not needed, neither
pages of topics nor a map of the site.
"""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from newsletters import Article

NEWEST = 50
ADDRESS = "https://blog.example.org"
_TITLE = "PPRNet Blog"

_ELEVENTY = {
    "eleventy.config.mjs": f"""\
let markdown;
export default function (config) {{
  config.amendLibrary("md", (library) => {{ markdown = library; }});
  config.addFilter("inline", (text) => markdown.renderInline(text));
  config.addFilter("rfc822", (date) => date.toUTCString());
  config.addFilter("newest", (articles) => articles.slice(-{NEWEST}).reverse());
  config.addFilter("byYear", (articles) => {{
    const years = new Map();
    for (const article of articles) {{
      const year = article.date.getUTCFullYear();
      if (!years.has(year)) years.set(year, []);
      years.get(year).push(article);
    }}
    return [...years].reverse();
  }});
  return {{ markdownTemplateEngine: false, dir: {{ input: "source", output: "public" }} }};
}}
""",
    "source/articles/articles.json": '{"layout": "article.njk", "tags": "articles"}\n',
    "source/_includes/article.njk": """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ title }}</title></head>
<body>
<h1>{{ title }}</h1>
<p>{{ citation | inline | safe }}</p>
{{ content | safe }}
</body>
</html>
""",
    "source/index.njk": f"""\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{_TITLE}</title></head>
<body>
{{% for year, articles in collections.articles | byYear %}}
<h2>{{{{ year }}}}</h2>
<ul>
{{% for article in articles %}}<li><a href="{{{{ article.url }}}}">{{{{ article.data.title }}}}</a></li>
{{% endfor %}}</ul>
{{% endfor %}}
</body>
</html>
""",
    "source/feed.njk": f"""\
---
permalink: feed.xml
---
<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel>
<title>{_TITLE}</title><link>{ADDRESS}/</link><description>{_TITLE}</description>
{{% for article in collections.articles | newest %}}<item>
<title>{{{{ article.data.title }}}}</title>
<link>{ADDRESS}{{{{ article.url }}}}</link>
<guid>{ADDRESS}{{{{ article.url }}}}</guid>
<pubDate>{{{{ article.date | rfc822 }}}}</pubDate>
<description>{{{{ article.templateContent | escape }}}}</description>
</item>
{{% endfor %}}</channel></rss>
""",
}
_HUGO = {
    "config.toml": f"""\
baseURL = "{ADDRESS}/"
title = "{_TITLE}"
languageCode = "en"
buildFuture = true
disableKinds = ["taxonomy", "term", "section", "sitemap", "robotsTXT", "404"]
[outputs]
home = ["HTML", "RSS"]
[outputFormats.RSS]
baseName = "feed"
[services.rss]
limit = {NEWEST}
""",
    "layouts/_default/single.html": """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ .Title }}</title></head>
<body>
<h1>{{ .Title }}</h1>
<p>{{ .Params.citation | markdownify }}</p>
{{ .Content }}
</body>
</html>
""",
    "layouts/index.html": """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ .Site.Title }}</title></head>
<body>
{{ range .Site.RegularPages.GroupByDate "2006" }}
<h2>{{ .Key }}</h2>
<ul>
{{ range .Pages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>
{{ end }}</ul>
{{ end }}
</body>
</html>
""",
    "layouts/index.rss.xml": """\
{{ printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}
<rss version="2.0"><channel>
<title>{{ .Site.Title }}</title><link>{{ .Permalink }}</link><description>{{ .Site.Title }}</description>
{{ range first .Site.Config.Services.RSS.Limit .Site.RegularPages.ByDate.Reverse }}<item>
<title>{{ .Title }}</title>
<link>{{ .Permalink }}</link>
<guid>{{ .Permalink }}</guid>
<pubDate>{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" | safeHTML }}</pubDate>
<description>{{ .Content | html }}</description>
</item>
{{ end }}</channel></rss>
""",
}
_PELICAN = {
    "pelicanconf.py": f"""\
SITENAME = "{_TITLE}"
SITEURL = "{ADDRESS}"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
PATH = "content"
OUTPUT_PATH = "public"
ARTICLE_PATHS = ["articles"]
STATIC_PATHS = PAGE_PATHS = []
THEME = "theme"
DIRECT_TEMPLATES = ["index"]
ARTICLE_URL = "articles/{{slug}}/"
ARTICLE_SAVE_AS = "articles/{{slug}}/index.html"
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
FORMATTED_FIELDS = ["summary", "citation"]
FEED_ALL_RSS = "feed.xml"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
FEED_MAX_ITEMS = {NEWEST}
RSS_FEED_SUMMARY_ONLY = False
""",
    "theme/static/none.txt": "",
    "theme/templates/article.html": """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ article.title }}</title></head>
<body>
<h1>{{ article.title }}</h1>
{{ article.citation }}
{{ article.content }}
</body>
</html>
""",
    "theme/templates/index.html": """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ SITENAME }}</title></head>
<body>
{% for year, of_year in articles|groupby("date.year")|reverse %}
<h2>{{ year }}</h2>
<ul>
{% for article in of_year %}<li><a href="/{{ article.url }}">{{ article.title }}</a></li>
{% endfor %}</ul>
{% endfor %}
</body>
</html>
""",
}


def write_eleventy_site(folder: Path, articles: Iterable[Article]) -> Path:
    """What eleventy needs in ``folder``; it writes into ``folder``/public, which is returned."""
    return _write(folder, _ELEVENTY, {f"source/articles/{one.name}.md": _with_yaml(one) for one in articles})


def write_hugo_site(folder: Path, articles: Iterable[Article]) -> Path:
    """What hugo needs in ``folder``; it writes into ``folder``/public, which is returned."""
    return _write(folder, _HUGO, {f"content/articles/{one.name}.md": _with_yaml(one) for one in articles})


def write_pelican_site(folder: Path, articles: Iterable[Article]) -> Path:
    """What pelican needs in ``folder``; it writes into ``folder``/public, which is returned."""
    return _write(folder, _PELICAN, {f"content/articles/{one.name}.md": _with_headers(one) for one in articles})


def refuse_unfinished(site: Path, articles: int) -> None:
    """Raise ``RuntimeError`` when a site was measured that lacks a page, the index or an item of the feed."""
    pages = sum(1 for _ in site.glob("articles/*/index.html"))
    years = (site / "index.html").read_text(encoding="utf-8").count("<h2>")
    items = (site / "feed.xml").read_text(encoding="utf-8").count("<item>")
    if pages != articles or not years or items != min(NEWEST, articles):
        message = f"{site}: {pages} pages of {articles}, {years} years in the index, {items} items in the feed"
        raise RuntimeError(message)


def _with_yaml(article: Article) -> str:
    """The article as eleventy and hugo read it; a string of JSON is one of YAML."""
    title, citation = (json.dumps(text, ensure_ascii=False) for text in (article.title, article.citation))
    return f"---\ntitle: {title}\ndate: {article.date}\ncitation: {citation}\n---\n\n{article.text}"


def _with_headers(article: Article) -> str:
    """The article as pelican reads it."""
    headers = f"Title: {article.title}\nDate: {article.date}\nSlug: {article.name}\nCitation: {article.citation}\n"
    return f"{headers}\n{article.text}"


def _write(folder: Path, frame: Mapping[str, str], articles: Mapping[str, str]) -> Path:
    for name, text in chain(frame.items(), articles.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "public"
