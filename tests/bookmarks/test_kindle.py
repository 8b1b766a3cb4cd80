"""Kindle's clippings, in all the languages that its devices speak."""

import datetime as dt

import pytest

from ple.bookmarks.formats import files, kindle
from ple.bookmarks.formats.record import Quotation


def read(text):
    found = files.read(text.encode(), "file")
    return found.format, list(found.records)


def seconds(*moment):
    return dt.datetime(*moment, tzinfo=dt.UTC)


CLIPPINGS = """\ufeffThe Book (a Sub) (Bo, Ann)
- Your Highlight on page 112 | Location 1300-1310 | Added on Thursday, August 22, 2024 6:10:53 PM

first version
==========
The Book (a Sub) (Bo, Ann)
- Votre note sur la page 112 | emplacement 1305 | Ajouté le jeudi 22 août 2024 18:10:54

mine
==========
\ufeffThe Book (a Sub) (Bo, Ann)
- Your Highlight on page 112 | Location 1300-12 | Added on Thursday, August 22, 2024 6:11:53 PM

first version, longer
==========
The Book (a Sub) (Bo, Ann)
- 您在第 112 页（位置 #1400）的书签 | 添加于 2024年8月22日星期四 下午6:10:53


==========
"""


def test_kindle_clippings_become_books_with_passages():
    format, (book, refused) = read(CLIPPINGS.replace("\n", "\r\n"))

    assert (format, book.title, book.author, book.url) == ("kindle", "The Book (a Sub)", "Bo, Ann", "")
    assert book.csl["author"] == [{"family": "Bo", "given": "Ann"}]
    moment = seconds(2024, 8, 22, 18, 11, 53)
    assert book.quotations == (Quotation("first version, longer", "mine", created_at=moment, position=1300),)
    assert (refused.line, "no words" in refused.problem) == (16, True)


def test_a_passage_whose_ends_were_moved_since_the_last_import_is_still_one(environment):
    first, note, longer = CLIPPINGS.split("==========\n")[:3]
    bookmarks, highlights = environment.bookmarks, environment.highlights
    bookmarks.import_file("a.txt", "==========\n".join([first, note, ""]).encode())
    (one,) = highlights.highlights()
    for _ in range(2):
        assert bookmarks.import_file("a.txt", "==========\n".join([first, note, longer, ""]).encode()).highlights == 0
        assert [(each.id, each.quote, each.note) for each in highlights.highlights()] == [
            (one.id, "first version, longer", "mine")
        ]


@pytest.mark.parametrize(
    "written",
    [
        "Added on Thursday, August 22, 2024 6:10:53 PM", "Added on Thursday, 22 August 2024 18:10:53",
        "Hinzugefügt am Donnerstag, 22. August 2024 18:10:53", "Añadido el jueves, 22 de agosto de 2024 18:10:53",
        "Ajouté le jeudi 22 août 2024 18:10:53", "Aggiunto in data giovedì 22 agosto 2024 18:10:53",
        "作成日: 2024年8月22日木曜日 18:10:53", "Toegevoegd op donderdag 22 augustus 2024 18:10:53",
        "Adicionado: quinta-feira, 22 de agosto de 2024 18:10:53",
        "Добавлено: четверг, 22 августа 2024 г. в 18:10:53", "添加于 2024年8月22日星期四 下午6:10:53",
    ],
)  # fmt: skip
def test_kindle_dates_are_read_in_all_its_languages(written):
    assert kindle._date(written) == seconds(2024, 8, 22, 18, 10, 53)
