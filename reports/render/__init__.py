"""A diagnosis on paper and for programs: pure functions from a ``Paper`` to bytes. This is the one public door."""

from reports._redact import redacted
from reports.render._csv import csv_table, guarded
from reports.render._handover import pack_label, pack_page
from reports.render._html import html_page, label_code
from reports.render._junit import junit_xml
from reports.render._label import LABELS, label, zpl_of
from reports.render._later import pack_pdf, pdf_report
from reports.render._openhtf import openhtf_json
from reports.render._paper import Instrument, LabelCode, Paper, Trace, read_label

__all__ = [
    "LABELS",
    "Instrument",
    "LabelCode",
    "Paper",
    "Trace",
    "csv_table",
    "guarded",
    "html_page",
    "junit_xml",
    "label",
    "label_code",
    "openhtf_json",
    "pack_label",
    "pack_page",
    "pack_pdf",
    "pdf_report",
    "read_label",
    "redacted",
    "zpl_of",
]
