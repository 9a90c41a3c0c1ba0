from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hwsim_usb.rig import Loop


@pytest.fixture
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()
