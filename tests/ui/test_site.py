"""The static site: every link leads to a file that is there, and no page asks for anything else."""

import re
from urllib.parse import unquote, urldefrag

import pytest
from webpages import Page

from ganlab.studies.cards import EXHIBITS, LESSONS, shipped
from ganlab.ui.site import site
from ganlab.ui.text import LANGUAGES, text

SOME = {"runs/ring.html", "runs/digits_k50.html", "cards/one_seed.html", "cards/detach_forgotten.html"}


def walked(folder, start):
    """All files that are reached from one; each link and picture must lead somewhere."""
    found, waiting = {}, [start]
    while waiting:
        file = waiting.pop()
        if file in found:
            continue
        found[file] = page = Page(file.read_text(encoding="utf-8"))
        for _, facts in page.tags:
            for link in filter(None, (facts.get("href"), facts.get("src"))):
                if not link.startswith("data:image/png;base64,"):
                    assert not re.match(r"[a-z]+:|//", link), f"{file.name}: {link} leads out of the site"
                    waiting.append((file.parent / unquote(urldefrag(link).url)).resolve(strict=True))
    return found


def checked(folder, chosen):
    site.write(folder, chosen)
    found = walked(folder, folder / "index.html")
    assert {*found} == {path for path in folder.rglob("*") if path.is_file()}, "every file is reached"
    return found


@pytest.mark.whole
def test_the_index_leads_to_every_page_in_both_languages(tmp_path):
    chosen = [one for one in site.exhibits() if one.address in SOME]
    assert {one.address for one in chosen} == SOME
    found = checked(tmp_path.resolve(), chosen)
    for lang, file in site.INDEX.items():
        index = found[tmp_path.resolve() / file]
        links = {facts["href"] for tag, facts in index.tags if tag == "a"}
        assert {f"{address}#{lang}" for address in SOME} <= links
        assert text("preset.name.ring", lang) in index.said
        pictures = {facts["src"] for tag, facts in index.tags if tag == "img"}
        assert len(pictures) == len(SOME)
        assert all(len(picture) > 500 for picture in pictures)
    card = found[tmp_path.resolve() / "cards/one_seed.html"]
    assert card.book["component"] == "duel"
    assert {lang: card.book["languages"][lang]["words"]["title"] for lang in LANGUAGES} == {
        lang: text("mistakes.one_seed.title", lang) for lang in LANGUAGES
    }


def test_all_that_ships_has_its_page():
    addresses = [one.address for one in site.exhibits()]
    assert len(addresses) == len(set(addresses))
    played = {config.key() for one in site.exhibits() for config in one.configs}
    assert {EXHIBITS[name].key() for name in EXHIBITS} & shipped().keys() <= played
    assert len([address for address in addresses if address.startswith("cards/")]) > 0.6 * len(LESSONS)


@pytest.mark.nightly
def test_the_whole_site_holds_together_and_every_page_is_small(tmp_path):
    found = checked(tmp_path.resolve(), list(site.exhibits()))
    for file, page in found.items():
        component = page.book["component"] if file.parent != tmp_path.resolve() else ""
        assert len(page.source.encode()) <= (3_000_000 if component == "digits" else 1_500_000), file
