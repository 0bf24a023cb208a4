"""A language model is shown quotes of what the asker may see, and of nothing else."""

from dataclasses import replace
from pathlib import Path

from model_server import ModelServer, claims, says
from patience import scaled
from private_corpus import QUESTIONS, marks_in, write_corpus

from bot.session.access import PUBLIC, Access, Caller
from bot.settings import Settings
from bot.wire import open_session
from index.encoders import Encoder


def test_a_model_is_shown_only_what_the_asker_may_see(
    server: ModelServer, encoder: Encoder, cache_dir: Path, tmp_path: Path
) -> None:
    """The further quotes that it is given come from the asker's part of the archive, too."""
    assert encoder.identity.dim  # its weights are converted in cache_dir now
    session = open_session(
        Settings(
            _env_file=None,  # type: ignore[call-arg]  # the source's own keyword
            corpus=write_corpus(tmp_path / "corpus", has_private=True),
            data_dir=tmp_path / "data",
            cache_dir=cache_dir,
            llm_base_url=server.url,
            llm_model="small",
            llm_check=False,
            llm_timeout_s=scaled(20),
        )
    )
    access = Access.parse("private=user:1")
    shown = {}
    for caller in (Caller.user(1), PUBLIC):
        seen = replace(session, answering=access.archive_for(caller, session.answering))
        server.acts = [says(claims(("The northern bridge cost nine million dollars.", [1])))]
        seen.word(seen.find(QUESTIONS[0]))
        shown[caller] = server.asked()

    assert marks_in(shown[Caller.user(1)])
    assert "The northern bridge" in shown[PUBLIC]
    assert marks_in(shown[PUBLIC]) == []
