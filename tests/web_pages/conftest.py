"""Sites that tests share: one archive, served with the settings of each test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from site_maker import RECORDS, STORM, Serve, Site, served

from bot.session.access import Caller
from bot.session.protocols import Answering
from bot.settings import Settings
from bot.web.service import Service
from bot.wire import open_web

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="session")
def open_service(
    cache_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Service]:
    """Return a function that opens an archive with settings."""

    def open_it(corpus: Path) -> Service:
        data_dir = tmp_path_factory.mktemp("data")
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]  # pydantic's own keyword
            corpus=corpus,
            data_dir=data_dir,
            cache_dir=cache_dir,
            web_port=0,
            web_rate_per_minute=100_000,
        )
        return open_web(settings)

    return open_it


@pytest.fixture(scope="session")
def corpus_dir(
    tmp_path_factory: pytest.TempPathFactory, write_records: Callable[..., Path]
) -> Path:
    """Return the seed article and the odd ones."""
    folder = tmp_path_factory.mktemp("corpus") / "news"
    shutil.copytree(SEEDS, folder)
    (folder / "storm.txt").write_text(STORM)
    (folder / "empty.html").write_text("<html></html>")
    return write_records(folder, *RECORDS)


@pytest.fixture(scope="session")
def service(open_service: Callable[..., Service], corpus_dir: Path) -> Service:
    """Open the archive."""
    return open_service(corpus_dir)


@pytest.fixture(scope="session")
def site(service: Service) -> Iterator[Site]:
    """Serve the archive to everybody on this machine."""
    with served(service) as running:
        yield running


@pytest.fixture(scope="session")
def serve_with(service: Service) -> Serve:
    """Return a function that serves the same archive with other settings."""

    def serve(
        archive_for: Callable[[Caller], Answering] | None = None, **values: object
    ) -> AbstractContextManager[Site]:
        settings = service.settings.model_copy(update=values)
        changed = replace(service, settings=settings)
        return served(replace(changed, archive_for=archive_for) if archive_for else changed)

    return serve
