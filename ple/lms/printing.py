"""Receipts on a page that can be printed, or kept beside the JSON: no script, nothing from elsewhere."""

import datetime as dt
import json
from collections.abc import Iterable
from html import escape

from ple.lms.values import ReceiptRecord

_STYLE = (
    "body{font:11pt/1.5 Georgia,serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}"
    "h1{font-size:1.3rem;margin:0}article{break-after:page;border-top:2px solid #111;padding:1rem 0 2rem}"
    "dl{display:grid;grid-template-columns:9rem 1fr;gap:.25rem 1rem}dt{font-weight:bold}dd{margin:0;"
    "overflow-wrap:anywhere}code,pre{font:9pt/1.4 ui-monospace,monospace}pre{white-space:pre-wrap;overflow-wrap:"
    "anywhere;border:1px solid #bbb;padding:.5rem}p.state{font-weight:bold}@media print{body{margin:0}}"
)
_STATES = {
    "verified": "Handed in, and read back from the LMS: what is there is what was sent.",
    "unverified": "The LMS accepted it; what it holds could not be read back.",
    "learner": "The learner says to have handed it in. No program has checked that.",
}


def page(records: Iterable[ReceiptRecord], now: dt.datetime) -> str:
    """Return receipts as one page of HTML."""
    articles = "".join(_article(each) for each in records)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Receipts</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{_STYLE}</style></head><body>{articles}<p>Printed {escape(_time(now) or '')}</p></body></html>\n"
    )


def _article(each: ReceiptRecord) -> str:
    receipt = each.receipt
    rows = [
        ("Assignment", receipt.title),
        ("Course", f"{receipt.course} · {receipt.account}"),
        ("Attempt", str(receipt.attempt)),
        ("Link", receipt.url),
        ("Sent", _time(receipt.sent_at)),
        ("There", f"{_time(receipt.submitted_at)}, by the clock of the LMS" if receipt.submitted_at else None),
        ("Read back", _time(receipt.verified_at)),
        ("Number there", receipt.submission),
        ("Compared", "; ".join(receipt.compared)),
        ("SHA-256 sent", receipt.sent_sha256),
        ("SHA-256 read", receipt.read_sha256),
        ("SHA-256 record", receipt.record_sha256),
    ]
    rows += [
        (f"File: {said['name']}", f"{said['size']} bytes, SHA-256 {said['sha256']}")
        for said in each.record.get("content", {}).get("files", [])
    ]
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(said)}</dd>" for name, said in rows if said)
    text = f"<pre>{escape(receipt.text)}</pre>" if receipt.text else ""
    record = json.dumps(each.record, ensure_ascii=False, indent=1, sort_keys=True)
    return (
        f"<article><h1>Receipt #{receipt.id}</h1><p class=state>{escape(_STATES[receipt.state])}</p>"
        f"<dl>{facts}</dl>{text}<details><summary>All that was recorded</summary>"
        f"<pre>{escape(record)}</pre></details></article>"
    )


def _time(when: dt.datetime | None) -> str | None:
    return (
        f"{when.astimezone():%A %Y-%m-%d %H:%M:%S %Z} ({when.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ})" if when else None
    )
