"""What a process imports: what it runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from headway.stack import GATEWAY, SERVICES
from tests.patience import GIVE_UP

LOADED = """
import sys
from pathlib import Path
from headway.stack import create_stack
from libs.service.settings import Settings
create_stack(Settings(data=Path(sys.argv[1])), sys.argv[2:])
print(sorted(name for name in sys.modules if name.startswith(("services.gateway", "strawberry", "graphql"))))
"""


@pytest.mark.parametrize("names", [(*SERVICES,), (GATEWAY,)], ids=["services", "gateway"])
def test_a_process_of_services_alone_imports_nothing_of_the_gateway(names: tuple[str, ...], tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", LOADED, str(tmp_path), *names], cwd=root, capture_output=True, text=True, timeout=GIVE_UP, check=True)
    assert (done.stdout.strip() == "[]") is (GATEWAY not in names), done.stdout
