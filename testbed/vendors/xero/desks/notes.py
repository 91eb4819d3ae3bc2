"""Notes and files that hang on a document and stay there."""

import base64
from urllib.parse import quote

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.state import Doc
from testbed.vendors.xero import refusals
from testbed.vendors.xero.books import ID_FIELDS, Books, new_id
from testbed.vendors.xero.desks.batch import save_all
from testbed.vendors.xero.refusals import Invalid
from testbed.vendors.xero.wire.envelope import wrapped
from testbed.vendors.xero.wire.moments import iso_string
from testbed.vendors.xero.wire.render import out
from testbed.vendors.xero.wire.requests import Element, text_of

_LONGEST_NOTE = 2_500
_MOST_FILES, _LARGEST_FILE = 10, 10 * 1024 * 1024
_BAD_IN_NAMES = set('<>:"/\\|?*+')


class NoteDesk:
    """Serves History and Attachments of one kind of document."""

    def __init__(self, kind: str, number: str | None, books: Books) -> None:
        self._kind = kind
        self._number = number
        self._books = books

    def notes(self, call: Call) -> Answer:
        rows = [out(note) for note in self._kept("History", call)]
        return wrapped(call, "HistoryRecords", rows)

    def add_note(self, call: Call) -> Answer:
        subject = self._subject(call)
        return save_all(call, "HistoryRecords", lambda sent: self._note(subject, sent), out)

    def files(self, call: Call) -> Answer:
        rows = [out(file) for file in self._kept("Attachments", call)]
        return wrapped(call, "Attachments", rows)

    def file(self, call: Call) -> Answer:
        """The bytes of a file, by its name or id."""
        name = call.params["file"]
        for file in self._kept("Attachments", call):
            if name in {file["FileName"], file["AttachmentID"]}:
                content = base64.b64decode(file["_content"])
                return Answer(200, content, {"Content-Type": file["MimeType"]})
        raise refusals.absent()

    def attach(self, call: Call) -> Answer:
        """Keep a file; one of the same name is overwritten."""
        subject, name = self._subject(call), call.params["file"]
        there = self._kept("Attachments", call)
        same = next((file for file in there if file["FileName"] == name), None)
        if reason := _file_problem(name, call.body, len(there) if not same else 0):
            raise refusals.validation(
                [refusals.echo({"FileName": name}, (reason,), "AttachmentID")]
            )
        kept = self._attachment(call, subject, same)
        self._books.shelf("Attachments").put(kept["AttachmentID"], kept)
        document = self._books.get(self._kind, subject)
        if document and not document.get("HasAttachments"):
            self._books.file(self._kind, {**document, "HasAttachments": True})
        return wrapped(call, "Attachments", [out(kept)])

    def _attachment(self, call: Call, subject: str, same: Doc | None) -> Doc:
        name = call.params["file"]
        where = f"{call.base_url}/api.xro/2.0/{self._kind}/{subject}/Attachments/{quote(name)}"
        return {
            "AttachmentID": same["AttachmentID"] if same else new_id(),
            "FileName": name,
            "Url": where,
            "MimeType": call.headers.get("Content-Type", "application/octet-stream"),
            "ContentLength": len(call.body),
            "IncludeOnline": call.query.get("IncludeOnline", "").lower() == "true",
            "_of": subject,
            "_content": base64.b64encode(call.body).decode(),
        }

    def _note(self, subject: str, sent: Element) -> Doc:
        details = text_of(sent, "Details") or ""
        if not details or len(details) > _LONGEST_NOTE:
            raise Invalid(f"Details must have between 1 and {_LONGEST_NOTE} characters.")
        note = {
            "Changes": "Note",
            "DateUTCString": iso_string(self._books.now)[:19],
            "DateUTC": self._books.now,
            "User": "System Generated",
            "Details": details,
            "_of": subject,
        }
        self._books.shelf("History").put(new_id(), note)
        return note

    def _kept(self, shelf: str, call: Call) -> list[Doc]:
        return self._books.shelf(shelf).find(_of=self._subject(call))

    def _subject(self, call: Call) -> str:
        found = self._books.named(self._kind, call.params["id"], self._number)
        if not found:
            raise refusals.absent()
        return str(found[ID_FIELDS[self._kind]])


def _file_problem(name: str, content: bytes, others: int) -> str | None:
    if _BAD_IN_NAMES & set(name):
        return "The file name contains characters that are not allowed."
    if not content or len(content) > _LARGEST_FILE:
        return f"A file must have between 1 and {_LARGEST_FILE} bytes."
    return f"A document can have at most {_MOST_FILES} files." if others >= _MOST_FILES else None
