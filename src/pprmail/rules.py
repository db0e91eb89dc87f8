"""The one registry of what ``check`` looks for: each rule's id, severity, reason, and whether it can be silenced."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pprmail.errors import Problem

if TYPE_CHECKING:
    from pprmail.errors import Place

ERROR = "error"
WARNING = "warning"
NOTE = "note"
"""What the author may want to know, or to tell readers: neither a fault nor a doubt, and counted as neither."""


class Rule(NamedTuple):
    """One thing that ``check`` looks for.

    A rule of *judgement* may be wrong about good text, so an author can silence it; a rule of *form* cannot be
    silenced, because something later would break or mislead. ``default`` is False for rules that stay off until
    ``[check] enable`` names them.
    """

    id: str
    severity: str
    reason: str
    judgement: bool = False
    default: bool = True

    @property
    def silencing(self) -> str:
        """How an author turns this rule off, as a sentence."""
        if not self.judgement:
            return "It is about form and cannot be silenced: mend the text."
        return (
            f"Silence it in one file with the header 'Check-ok: {self.id} because …', "
            f'or everywhere with disable = ["{self.id}"] under [check] in pprmail.toml.'
        )


def _doubt(name: str, reason: str, *, default: bool = True) -> Rule:
    return Rule(name, WARNING, reason, judgement=True, default=default)


GROUPS: dict[str, tuple[Rule, ...]] = {
    "The manuscript's form": (
        Rule("not-utf-8", ERROR, "Other encodings turn names and signs into nonsense in readers' inboxes."),
        Rule("control-character", ERROR, "Mail and feeds may not carry control characters; feed readers reject them."),
        Rule("template-mark-left", ERROR, "The mail's own marks are filled in for each reader; one in the text would be filled in too."),
        Rule("unknown-header", ERROR, "A mistyped header would be dropped without a word."),
        Rule("repeated-header", ERROR, "Of two lines for one header, only one could count."),
        Rule("unknown-heading", ERROR, "A summary has one section, Practice Implications; another '##' would break the order of headings."),
        Rule("raw-html", ERROR, "HTML would show as tags in the plain text and may break the mail."),
        Rule("image-or-table", ERROR, "Pictures and tables do not survive images turned off, plain text and narrow phones."),
        Rule("bad-link", ERROR, "A link must lead somewhere from an inbox: http, https, mailto or tel, whole."),
        Rule("bad-month", ERROR, "The month names the issue's folder, its page and its mailing."),
        Rule("month-mismatch", ERROR, "An issue that says another month than its folder would go out under the wrong date."),
        Rule("bad-draft", ERROR, "An issue is a draft or it is not: a send that guesses would be worse than none."),
        Rule("bad-date", ERROR, "Dates order the archive and the feeds."),
        Rule("bad-email", ERROR, "Readers write to the address that they see."),
        Rule("check-ok-without-reason", ERROR, "Whoever reads the file next year needs to know why a doubt was set aside."),
    ),
    "What a summary must have": (
        Rule("missing-title", ERROR, "The title heads the summary in mail, page and feed."),
        Rule("missing-citation", ERROR, "A summary without its source cannot be checked or cited."),
        Rule("missing-topics", ERROR, "Readers filter the archive by topic."),
        Rule("topic-count", ERROR, "More than six topics filter nothing."),
        Rule("missing-type-of-research", ERROR, "Readers filter the archive by type of research."),
        Rule("missing-practice-implications", ERROR, "Practice Implications are what clinicians take away."),
        Rule("empty-body", ERROR, "There is nothing to read yet."),
        Rule("unknown-topic", ERROR, "A topic outside the vocabulary would make a filter that nobody finds."),
        Rule("unknown-type-of-research", ERROR, "A type outside the vocabulary would make a filter that nobody finds."),
        Rule("unknown-kind", ERROR, "The kind decides how the source is cited: article, chapter, book or report."),
        Rule("bad-doi", ERROR, "A mistyped DOI leads readers nowhere, or to another article."),
        Rule("doi-conflict", ERROR, "Two DOIs for one source: one of them leads to another article."),
        Rule("bad-slug", ERROR, "The slug is the page's address, for ever: lower-case letters, digits and single hyphens."),
        Rule("slug-clash", ERROR, "Two summaries cannot have one address, and an address once sent cannot change."),
        Rule("title-repeated", ERROR, "A title that stands twice is a summary copied and not changed, or a title pasted into its text.", judgement=True),
        Rule("citation-after-issue", ERROR, "An issue cannot summarise what was published after it.", judgement=True),
    ),
    "Doubts": (
        _doubt("summary-count", "Readers are used to two or three summaries a month."),
        _doubt("blurb-count", "The line that opens the month is made of the blurbs; one is missing."),
        _doubt("body-length", "Readers are used to summaries of 150 to 600 words."),
        _doubt("title-length", "A title of more than 120 characters wraps to many lines on a phone."),
        _doubt("pasted-character", "Invisible and private characters from a word processor show as boxes, or turn the text around."),
        Rule("sent-summary-missing", ERROR, "A summary that was sent keeps its address and its name in the feeds: readers have links to it.", judgement=True),
        _doubt("source-repeated", "One article summarised twice is mostly one file copied, or the citation of another article left in it."),
        _doubt("reprint-unknown", "Readers are told where a reprint stood first, and led there."),
        _doubt("stray-file", "Of an issue only its .md files go out, of templates/ only known names are read."),
        _doubt("check-ok-unused", "A silencing line that silences nothing hides the next fault."),
    ),
    "Statistics": (
        Rule("ci-reversed", ERROR, "A reversed interval has a slip in one bound, mostly a lost minus sign, and may turn a result round.", judgement=True),
        _doubt("estimate-outside-ci", "An estimate lies within its own interval; outside it, one of the three numbers is probably mistyped."),
        _doubt("significance-contradicts-ci", "An interval and the words beside it must say the same: readers act on the words."),
        _doubt("p-inconsistent", "A test statistic and its degrees of freedom give the p value; another one means that a number is mistyped."),
        _doubt("percentage-inconsistent", "The count and the percentage say the same thing twice; when they differ, one of them is wrong."),
        _doubt("number-format", "Numbers written in two ways look like two kinds of number."),
    ),
    "Citations": (
        _doubt("doi-missing", "The DOI is the one address of an article that lasts."),
        _doubt("citation-form", "Reference managers and librarians read a citation by its punctuation."),
        _doubt("advance-online-stale", "By now the article has a volume and pages, and perhaps another year."),
        _doubt("first-author-mismatch", "A summary of one study under the citation of another sends readers to the wrong article."),
        _doubt("preprint", "A preprint has not been reviewed: readers should be told, or given the article that came of it."),
        Rule("own-article", NOTE, "Readers should know when an author summarises their own work.", judgement=True),
    ),
    "Registers": (
        _doubt("citation-mismatch", "What Crossref holds for the DOI is another article than the citation names, or one of the two has a slip."),
        Rule("retracted", ERROR, "Clinicians would act on a study that its journal has withdrawn.", judgement=True),
        _doubt("expression-of-concern", "The journal doubts the study; readers should know."),
        _doubt("corrected", "The article was corrected after it appeared: the figures of the summary may be those before."),
    ),
    "Language": (
        _doubt("spacing", "A space too many or too few looks like carelessness, and breaks lines at the wrong place."),
        _doubt("hyphenation", "A word spelled in two ways looks like two words, and a search finds only one of them."),
        _doubt("abbreviation-undefined", "Not every reader knows it, and each summary is read by itself."),
        _doubt("long-sentence", "A sentence of more than 60 words has to be read twice."),
        _doubt("title-full-stop", "A title is no sentence; lists and inboxes show it without a full stop."),
        _doubt("person-first", "A person has a disorder and is not one; clinicians and patients read this."),
        _doubt("causal-language", "A study that observes shows what goes together, not what causes what.", default=False),
    ),
    "The rendered mail": (
        Rule("missing-unsubscribe", ERROR, "The law wants a way out in every mail, in its HTML and in its plain text."),
        Rule("missing-postal-address", ERROR, "The law wants the sender's postal address in every mail, in its HTML and in its plain text."),
        _doubt("subject-length", "Inboxes cut a longer subject, telephones most of it."),
        _doubt("subject-shouting", "Capitals, '!!' and rows of emoji look like spam; a false 'Re:' misleads, and is an error."),
        _doubt("preheader-length", "Inboxes show the Intro, or the blurbs, after the subject; too little is filled up."),
        _doubt("link-text", "Screen readers list links by their words alone, and readers trust an address that they are shown."),
        _doubt("contrast", "Text of less contrast than WCAG 2.2 asks for is hard to read for many, in the sun for all."),
        Rule("mail-too-large", ERROR, "Gmail clips a mail at about 102 KB and hides its end, with the unsubscribe link; from 90 KB it is a warning."),
    ),
}  # fmt: skip
"""The rules by what they look at, in the order in which they are told."""

RULES: dict[str, Rule] = {rule.id: rule for rules in GROUPS.values() for rule in rules}


def problem(rule: str, place: Place, message: str, hint: str = "", severity: str = "") -> Problem:
    """The ``Problem`` that ``rule`` finds at ``place``. An id that is not registered is a bug: KeyError.

    ``severity`` replaces the rule's own, for a rule with two limits.
    """
    return Problem(place.path, place.line, place.column, severity or RULES[rule].severity, rule, message, hint)


def nearest(word: str, known: tuple[str, ...], cutoff: float = 0.6) -> str:
    """The one of ``known`` that ``word`` was probably meant to be, or ''. Letter case does not count.

    ``cutoff`` is how alike they are at least, from 0 (not at all) to 1.
    """
    import difflib

    by_fold = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=cutoff)
    return by_fold[found[0]] if found else ""


def did_you_mean(word: str, known: tuple[str, ...]) -> str:
    """``did you mean 'X'?``, or '' when nothing is near."""
    near = nearest(word, known)
    return f"did you mean {near!r}?" if near else ""
