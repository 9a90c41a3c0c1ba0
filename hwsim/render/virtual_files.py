from __future__ import annotations
def virtual_files(phone): return {}
